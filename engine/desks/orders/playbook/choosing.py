"""Choosing: of the resolutions that are possible now the one of least expected cost. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum

from engine.desks.orders.playbook.beliefs import Beliefs
from engine.desks.orders.playbook.model import Cause
from engine.desks.orders.playbook.plans import Answer, Impossible, Plan
from engine.desks.orders.words import Resolution


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """A plan that is possible, with what is expected of it."""

    plan: Plan
    expected_cost: float
    """In minor units."""
    probability: float
    """That it is the right one: that nothing possible costs less under the true cause."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """The options of one case, the cheapest first, and what speaks for the first."""

    options: tuple[Option, ...]
    impossible: tuple[Impossible, ...]
    """What would be offered and cannot be had."""
    cause: Cause
    """The most probable one under which the first option is right."""
    rival: Cause
    """The most probable one under which another is."""

    @property
    def first(self) -> Option:
        """What is recommended."""
        return self.options[0]


def choose(beliefs: Beliefs, answers: tuple[Answer, ...], amount_minor: int) -> Choice:
    """Weigh every plan by what it costs under each cause.

    Args:
        beliefs: How probable each cause is.
        answers: Every resolution, as a plan or as impossible; asking is always possible.
        amount_minor: What is at stake.
    """
    offered = [one for one in answers if one.resolution in beliefs.model.offers]
    possible = [one for one in offered if isinstance(one, Plan)]
    right = {
        cause.name: _cheapest(possible, cause, beliefs, amount_minor)
        for cause in beliefs.model.causes
    }
    options = [_option(plan, beliefs, right, amount_minor) for plan in possible]
    options.sort(key=lambda one: (one.expected_cost, one.plan.resolution))
    first = options[0].plan.resolution
    ranked = [cause for cause, _ in beliefs.by_probability()]
    return Choice(
        options=tuple(options),
        impossible=tuple(one for one in offered if isinstance(one, Impossible)),
        cause=next((one for one in ranked if right[one.name] == first), ranked[0]),
        rival=next((one for one in ranked if right[one.name] != first), ranked[-1]),
    )


def _cheapest(
    possible: list[Plan], cause: Cause, beliefs: Beliefs, amount_minor: int
) -> Resolution:
    """What would be right under a cause, of what is possible."""
    costs = {
        plan.resolution: beliefs.model.cost(cause, plan.resolution, amount_minor)
        for plan in possible
    }
    return min(costs, key=costs.__getitem__)


def _option(
    plan: Plan, beliefs: Beliefs, right: Mapping[str, Resolution], amount_minor: int
) -> Option:
    pairs = beliefs.by_probability()
    cost = sum(
        probability * beliefs.model.cost(cause, plan.resolution, amount_minor)
        for cause, probability in pairs
    )
    is_right = fsum(
        probability for cause, probability in pairs if right[cause.name] == plan.resolution
    )
    return Option(plan=plan, expected_cost=cost, probability=min(is_right, 1.0))
