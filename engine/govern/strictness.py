"""Strictness: which of two values of a limit is the stricter one.

One table for inheritance (an override only tightens), for differences (does a version widen?) and
for the tests of monotony. Limits that add up over the levels (argument rules, budgets, hours)
can only tighten and need no order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.domain.phase import Phase
from engine.govern.limits import HandSetThreshold, RollingThreshold

IsLooser = Callable[[Any, Any], bool]
"""Whether the second value allows something the first does not; neither is None."""

_PHASES = tuple(Phase)


def is_wider_phase(was: Phase, now: Phase) -> bool:
    """Whether software may go further."""
    return _PHASES.index(now) > _PHASES.index(was)


def is_looser_threshold(
    was: HandSetThreshold | RollingThreshold, now: HandSetThreshold | RollingThreshold
) -> bool:
    """Whether more may pass; of another kind it counts as looser, for nobody can compare them."""
    match was, now:
        case HandSetThreshold(), HandSetThreshold():
            return now.min_confidence < was.min_confidence
        case RollingThreshold(), RollingThreshold():
            return now.risk_limit > was.risk_limit
    return True


def _is_more(was: float, now: float) -> bool:
    return now > was


def _is_less(was: float, now: float) -> bool:
    return now < was


def _has_more(was: tuple[str, ...], now: tuple[str, ...]) -> bool:
    return not set(now) <= set(was)


LOOSER: Mapping[str, IsLooser] = {
    "phase": is_wider_phase,
    "threshold": is_looser_threshold,
    "earned_by": _has_more,
    "amount_cap": _is_more,
    "second_person_above": _is_more,
    "reversible_only": lambda was, now: was and not now,
    "most_urgent_priority": _is_less,
    "max_stale_facts": _is_more,
    "max_contradictions": _is_more,
    "max_unseen_values": _is_more,
    "audit_rate": _is_less,
    "roles": _has_more,
    "review_minutes": _is_more,
    "grant_minutes": _is_more,
    "on_the_loop.threshold": is_looser_threshold,
    "on_the_loop.most_urgent_priority": _is_less,
    "on_the_loop.amount_cap": _is_more,
    "on_the_loop.veto_minutes": _is_less,
}
"""For each ordered limit whether a second value is looser than a first. `on_deadline` and
`escalate_to` have no order: neither lets software act."""


def is_looser(field: str, was: Any, now: Any) -> bool:
    """Whether `now` allows what `was` does not; None is no limit at all."""
    if now is None:
        return was is not None
    if was is None:
        return False
    return field in LOOSER and LOOSER[field](was, now)
