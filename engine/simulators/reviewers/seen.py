"""Seen: what a simulated reviewer takes from a card before answering.

Only this goes into a decision. Whatever later proved true is on some cards too, and stays out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.service.rows import CaseCard


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One way to deal with a case, as the card offers it."""

    tool: str
    arguments: Mapping[str, Any]
    label: str
    probability: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """A card as it is read."""

    case_type: str
    is_held: bool
    """Somebody held it while it waited out its veto window."""
    can_approve: bool
    is_outdated: bool
    """What it acts on has changed since: approving the old recommendation does nothing."""
    first: Choice | None
    """What is recommended to begin with."""
    confidence: float | None
    amount_minor: int
    """The most money that a step of the plan moves."""
    has_contradiction: bool
    missing: tuple[str, ...]
    others: tuple[Choice, ...]
    """What else the card names, the likeliest first."""
    is_senior_asked: bool
    """It was passed on already."""


def seen_on(card: CaseCard) -> Seen:
    """What somebody reads on a card."""
    made = card.recommendation
    draft = made.draft if made is not None else None
    others = draft.alternatives[1:] if draft is not None else ()
    first = draft.proposals[0] if draft is not None and draft.proposals else None
    return Seen(
        case_type=card.row.case_type,
        is_held=card.row.status is CaseStatus.HELD,
        can_approve=card.words.can_approve,
        is_outdated=card.row.attention is Attention.TARGET_CHANGED,
        first=None
        if first is None or draft is None
        else Choice(tool=first.tool, arguments=first.arguments, label=draft.label, probability=1.0),
        confidence=card.row.confidence,
        amount_minor=max(
            (_money(one.arguments) for one in (made.actions if made is not None else ())),
            default=0,
        ),
        has_contradiction=any(fact.is_contradicted for fact in card.facts),
        missing=draft.missing if draft is not None else (),
        others=tuple(
            Choice(
                tool=one.proposal.tool,
                arguments=one.proposal.arguments,
                label=one.label,
                probability=one.probability,
            )
            for one in others
        ),
        is_senior_asked=bool(card.row.role),
    )


def _money(arguments: Mapping[str, Any]) -> int:
    amount = arguments.get("amount_minor", 0)
    return amount if isinstance(amount, int) else 0
