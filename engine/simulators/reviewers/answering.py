"""Answering: what a simulated reviewer says to a card. Pure: same card and dice, same answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp
from random import Random
from typing import Any

from engine.domain.actor import Role
from engine.domain.decision import DecisionKind, ReasonCode
from engine.simulators.reviewers.cast import Habits
from engine.simulators.reviewers.seen import Seen

SHORTEST_S, LONGEST_S = 2.0, 3_000.0
LIKELY_ENOUGH = 0.08
"""A second choice below this probability is nobody's first."""
_NOTHING_FOUND = "asked once more; nothing new was found out"
_REASONS = (
    (ReasonCode.WRONG_FACTS, "The texts do not fit what the shop shows."),
    (ReasonCode.KNOWN_EXCEPTION, "We know this customer; this is settled another way."),
    (ReasonCode.ALREADY_HANDLED, "The customer's desk has taken this on already."),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What somebody answers, and how long they looked."""

    kind: DecisionKind
    looks_s: float
    reason_code: ReasonCode = ReasonCode.AGREED
    note: str = ""
    tool: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    question: str = ""
    role: Role | None = None


def answer(seen: Seen, habits: Habits, dice: Random) -> Answer:
    """Answer a card.

    Args:
        seen: What is on it.
        habits: Of the person.
        dice: Theirs; several are drawn.
    """
    is_read = dice.random() < habits.reads
    looks_s = looking_s(habits, dice) if is_read or habits.reads >= 1 else _glance_s(habits, dice)
    if seen.is_outdated:
        return _anew(seen, looks_s)
    if not is_read and seen.can_approve:
        return Answer(kind=DecisionKind.APPROVE, looks_s=looks_s)
    is_sure = seen.confidence is not None and seen.confidence >= habits.doubts_below
    is_plain = seen.can_approve and is_sure and not seen.has_contradiction
    if is_plain and dice.random() >= habits.second_thoughts:
        return Answer(kind=DecisionKind.APPROVE, looks_s=looks_s)
    return _in_doubt(seen, habits, dice, looks_s)


def looking_s(habits: Habits, dice: Random) -> float:
    """Seconds over a card."""
    drawn = habits.looks_s * exp(dice.gauss(0, habits.spread))
    return min(max(drawn, SHORTEST_S), LONGEST_S)


def found_out(question: str) -> tuple[str, str]:
    """What comes of a question: a fact with its value. Nobody simulated knows what is hidden."""
    return f"answer to: {question}"[:100], _NOTHING_FOUND


def _glance_s(habits: Habits, dice: Random) -> float:
    return max(looking_s(habits, dice), SHORTEST_S)


def _anew(seen: Seen, looks_s: float) -> Answer:
    """The same again, for what it acts on as it is now."""
    if seen.first is None:
        return Answer(
            kind=DecisionKind.REJECT,
            looks_s=looks_s,
            reason_code=ReasonCode.ALREADY_HANDLED,
            note="It has changed meanwhile; nothing is left to do.",
        )
    return Answer(
        kind=DecisionKind.OVERRIDE,
        looks_s=looks_s,
        reason_code=ReasonCode.OTHER,
        note="It has changed meanwhile; this still holds.",
        tool=seen.first.tool,
        arguments=seen.first.arguments,
    )


def _in_doubt(seen: Seen, habits: Habits, dice: Random, looks_s: float) -> Answer:
    """What is done about a card that does not convince; what is drawn first is tried first."""
    if seen.amount_minor > habits.passes_on_above and not seen.is_senior_asked:
        return Answer(
            kind=DecisionKind.ESCALATE,
            looks_s=looks_s,
            reason_code=ReasonCode.NEEDS_SENIOR,
            note="So much money on so thin grounds.",
            role=Role.SENIOR_OPERATOR,
        )
    drawn = dice.random()
    if drawn < habits.trusts_own and (own := _own_choice(seen)) is not None:
        return Answer(
            kind=DecisionKind.OVERRIDE,
            looks_s=looks_s,
            reason_code=ReasonCode.WRONG_FACTS if seen.has_contradiction else ReasonCode.OTHER,
            note=f"I would rather {own.label.replace('_', ' ')} here.",
            tool=own.tool,
            arguments=own.arguments,
        )
    if drawn < habits.trusts_own + habits.asks and seen.missing and not seen.is_held:
        return Answer(
            kind=DecisionKind.ASK,
            looks_s=looks_s,
            reason_code=ReasonCode.MISSING_FACT,
            question=f"What about: {seen.missing[0]}?"[:500],
        )
    if seen.can_approve and dice.random() < 0.7:
        return Answer(kind=DecisionKind.APPROVE, looks_s=looks_s)
    code, note = dice.choice(_REASONS)
    return Answer(kind=DecisionKind.REJECT, looks_s=looks_s, reason_code=code, note=note)


def _own_choice(seen: Seen) -> Any:
    return next((one for one in seen.others if one.probability >= LIKELY_ENOUGH), None)
