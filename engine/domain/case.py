"""Case: one operational exception, and the row that carries it along its way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from engine.domain.canonical import Json
from engine.domain.case_status import WITHOUT_RUN, CaseStatus, require_move
from engine.domain.ids import ActionId, CaseId, RecommendationId, RunId


class Origin(StrEnum):
    """Whether data comes from the real world; simulated data is never evidence."""

    REAL = "real"
    SIMULATED = "simulated"


class Attention(StrEnum):
    """Why a case stands in a person's queue, one code a case."""

    COPILOT = "COPILOT"
    OUTSIDE_ENVELOPE = "OUTSIDE_ENVELOPE"
    DENIED = "DENIED"
    NO_RECOMMENDATION = "NO_RECOMMENDATION"
    SOURCE_UNAVAILABLE = "SOURCE_UNAVAILABLE"
    SOURCE_REFUSED = "SOURCE_REFUSED"
    SECOND_PERSON = "SECOND_PERSON"
    UNDO_SECOND_PERSON = "UNDO_SECOND_PERSON"
    HELD = "HELD"
    NOTICE_FAILED = "NOTICE_FAILED"
    LAPSED_LATE = "LAPSED_LATE"
    FACTS_CHANGED = "FACTS_CHANGED"
    TARGET_CHANGED = "TARGET_CHANGED"
    CONTRACT_CHANGED = "CONTRACT_CHANGED"
    ENVELOPE_CHANGED = "ENVELOPE_CHANGED"
    AUTHORITY_LOST = "AUTHORITY_LOST"
    BUDGET_SPENT = "BUDGET_SPENT"
    GRANT_EXPIRED = "GRANT_EXPIRED"
    PAUSED = "PAUSED"
    TAKEN_BACK = "TAKEN_BACK"
    ESCALATED = "ESCALATED"
    TIMED_OUT = "TIMED_OUT"
    FACT_TIMED_OUT = "FACT_TIMED_OUT"
    TOOL_FAILED = "TOOL_FAILED"
    NOT_VERIFIED = "NOT_VERIFIED"
    OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"
    UNDONE = "UNDONE"
    UNDO_FAILED = "UNDO_FAILED"


@dataclass(frozen=True, kw_only=True, slots=True)
class Signal:
    """What came in: one line of a file or one request, after the schema check."""

    source: str
    """System that raised it."""
    source_id: str
    """Its identifier there; a case is made once for each (source, source_id)."""
    case_type: str
    title: str
    """One line for the queue; plain text."""
    as_of: datetime
    """When it happened, on the desk's clock (aware UTC)."""
    priority: int
    """1 is the most urgent."""
    payload: Json
    """The checked fields, as JSON; never labels."""
    due_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Lease:
    """A worker's right to advance a case for a while."""

    owner: str
    taken_at: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A case as it stands: identity, status, version and what the next step needs."""

    id: CaseId
    desk: str
    case_type: str
    source: str
    source_id: str
    title: str
    origin: Origin
    status: CaseStatus
    version: int
    as_of: datetime
    received_at: datetime
    priority: int
    due_at: datetime | None
    payload_digest: bytes
    wake_at: datetime | None
    """When the engine has to look at the case again; None: only a person can move it."""
    lease_epoch: int = 0
    facts_revision: int = 0
    facts_digest: bytes = b""
    recommendation_id: RecommendationId | None = None
    action_id: ActionId | None = None
    confidence: float | None = None
    """Calibrated confidence of the current recommendation, 0 to 1."""
    proposal: str = ""
    """The proposed action in a few words, for the queue."""
    attention: Attention | None = None
    """Why it stands with a person; None where it does not."""
    attention_note: str = ""
    role: str = ""
    """Role the case waits for; empty: whoever may decide its cell."""
    review_due_at: datetime | None = None
    run_id: RunId | None = None
    """The run that reasons about it, or waits for what becomes of it; None: there is none."""

    def moved(self, to: CaseStatus, **changes: Any) -> Case:
        """The case one version later, in another status.

        What begins anew or is over has no run; one that was going on is superseded by that.

        Raises:
            Conflict: The transition table does not hold this move.
        """
        require_move(self.status, to)
        if to in WITHOUT_RUN:
            changes.setdefault("run_id", None)
        return replace(self, status=to, version=self.version + 1, **changes)

    def noted(self, **changes: Any) -> Case:
        """The case one version later in the same status: something became known about it."""
        return replace(self, version=self.version + 1, **changes)
