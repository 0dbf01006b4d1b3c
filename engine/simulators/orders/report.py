"""Report: how far a reasoner stays below the ceiling, and whether it is suspiciously above it.

Whoever sees no more than a case shows is right with a chance of at most its `reach`, in every case
for itself. So the number of right answers is at most Poisson-binomial, and a result that would be
too lucky for that means that something leaks: such a result raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from engine.desks.orders.words import CaseType, Resolution
from engine.errors import InvalidRequest
from engine.govern.binomial import Interval, clopper_pearson_interval
from engine.simulators.orders.events import Episode
from engine.simulators.orders.rates import MODELS
from engine.simulators.orders.world import draw_world

LEVEL = 0.01
"""Of the test against the ceiling, shared among everything that one report tests."""


class AboveCeiling(Exception):
    """A reasoner was right more often than what it may see allows: something leaks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """A reasoner against the ceiling, on the cases of one type or on all."""

    name: str
    """The case type, or `all`."""
    cases: int
    right: int
    accuracy: Interval
    """Clopper-Pearson at 95 %."""
    ceiling: float
    """The mean chance of the best reasoner on these very cases."""
    p_above: float
    """The chance of so many right answers, or more, for the best reasoner; exact."""

    @property
    def share(self) -> float:
        """Right answers in all, in [0, 1]."""
        return self.right / self.cases

    @property
    def gap(self) -> float:
        """By how much the reasoner stays below the ceiling; below 0 where it was lucky."""
        return self.ceiling - self.share

    def line(self) -> str:
        """For a person."""
        return (
            f"{self.name:24} {self.cases:5}  {self.share:6.1%} "
            f"[{self.accuracy.lower:6.1%}, {self.accuracy.upper:6.1%}]  "
            f"ceiling {self.ceiling:6.1%}  gap {self.gap:+6.1%}  p(above) {self.p_above:.3f}"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class CeilingRange:
    """The ceiling of one case type over several worlds."""

    case_type: CaseType
    lowest: float
    mean: float
    highest: float


def gap(
    predictions: Mapping[str, Resolution | None],
    episodes: Iterable[Episode],
    *,
    level: float = LEVEL,
) -> tuple[Gap, ...]:
    """Compare a reasoner with the ceiling, by case type and in all.

    Args:
        predictions: By case id; none, or a missing one, counts as wrong.
        episodes: The cases it was asked about, of held-out worlds.
        level: Chance of a false alarm, over all tests of the report.

    Raises:
        InvalidRequest: There are no cases.
        AboveCeiling: A result is significantly above the ceiling.
    """
    found = tuple(episodes)
    if not found:
        raise InvalidRequest("A gap needs cases.")
    rows = tuple(_gap(name, group, predictions) for name, group in _groups(found))
    for row in rows:
        if row.p_above < level / len(rows):
            raise AboveCeiling(f"{row.line()}: more than can be seen allows; something leaks")
    return rows


def ceilings(seeds: Sequence[int], start: datetime) -> tuple[CeilingRange, ...]:
    """The expected ceilings of several worlds, by case type; exact for each world."""
    worlds = [draw_world(seed, start) for seed in seeds]
    rows = []
    for model in MODELS:
        found = [world.ceilings[model.case_type].expected for world in worlds]
        rows.append(
            CeilingRange(
                case_type=model.case_type,
                lowest=min(found),
                mean=sum(found) / len(found),
                highest=max(found),
            )
        )
    return tuple(rows)


def chance_of_at_least(right: int, chances: Sequence[float]) -> float:
    """The chance of so many successes or more among independent trials; exact.

    Args:
        right: How many, from 0 to the number of trials.
        chances: Of each trial, in [0, 1].
    """
    counted = np.ones(1)
    for chance in chances:
        counted = np.append(counted * (1 - chance), 0.0) + np.append(0.0, counted * chance)
    return float(min(1.0, counted[right:].sum()))


def _groups(episodes: Sequence[Episode]) -> Iterator[tuple[str, Sequence[Episode]]]:
    for model in MODELS:
        group = [one for one in episodes if one.row.case_type == model.case_type]
        if group:
            yield model.case_type.value, group
    yield "all", episodes


def _gap(name: str, group: Sequence[Episode], predictions: Mapping[str, Resolution | None]) -> Gap:
    right = sum(predictions.get(one.row.id) == one.outcome.y_resolution for one in group)
    reaches = [one.reach for one in group]
    return Gap(
        name=name,
        cases=len(group),
        right=right,
        accuracy=clopper_pearson_interval(right, len(group)),
        ceiling=sum(reaches) / len(group),
        p_above=chance_of_at_least(right, reaches),
    )
