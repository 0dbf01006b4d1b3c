"""Decision: a person's answer to a recommendation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from engine.domain.case import Origin
from engine.domain.ids import ActionId, CaseId, DecisionId, PersonId, RecommendationId


class DecisionKind(StrEnum):
    """What a person can answer."""

    APPROVE = "APPROVE"
    OVERRIDE = "OVERRIDE"
    REJECT = "REJECT"
    ESCALATE = "ESCALATE"
    ASK = "ASK"
    UNDO = "UNDO"
    """No answer to a recommendation: an undo that takes two people, asked for or confirmed."""


ANSWERS = tuple(kind for kind in DecisionKind if kind is not DecisionKind.UNDO)
"""What a recommendation can be answered with."""


class ReasonCode(StrEnum):
    """Why a person did not simply approve."""

    AGREED = "AGREED"
    WRONG_TARGET = "WRONG_TARGET"
    WRONG_FACTS = "WRONG_FACTS"
    MISSING_FACT = "MISSING_FACT"
    KNOWN_EXCEPTION = "KNOWN_EXCEPTION"
    NOT_OUR_CASE = "NOT_OUR_CASE"
    DUPLICATE = "DUPLICATE"
    ALREADY_HANDLED = "ALREADY_HANDLED"
    NEEDS_SENIOR = "NEEDS_SENIOR"
    OTHER = "OTHER"


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """One answer by one person, bound to the version they saw."""

    id: DecisionId
    case_id: CaseId
    recommendation_id: RecommendationId | None
    action_id: ActionId | None
    """The action it lets run; for an override the new action."""
    case_version: int
    """Version of the case that was on the screen."""
    person_id: PersonId
    person: str
    kind: DecisionKind
    reason_code: ReasonCode
    note: str
    tool: str
    arguments: dict[str, Any]
    has_seen_recommendation: bool
    """Whether the recommendation was on the screen before the answer; such labels never promote."""
    time_to_decide_ms: int | None
    """From opening the card to the answer, as the browser's session measured it."""
    decided_at: datetime
    release_at: datetime
    """Until then the same person may take it back."""
    origin: Origin
    first_by: str
    """Who had approved the same action before, where it takes two; empty: nobody had."""
    client_key: str
    """One per submitted form: the same click twice is one decision."""
