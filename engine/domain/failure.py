"""Failure: the closed list of what can go wrong in a step.

What each code means stands in `failure_table`, which code a step gets in `failure_codes`, and which
steps failed in `failed_steps`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.domain.actor import Role
from engine.domain.ids import CaseId


class FailureStage(StrEnum):
    """Where on a case's way it went wrong."""

    PERCEIVE = "perceive"
    REASON = "reason"
    GOVERN = "govern"
    PERSON = "person"
    TOOL = "tool"
    TARGET = "target"
    VERIFICATION = "verification"
    COMPENSATION = "compensation"
    INFRASTRUCTURE = "infrastructure"


class FailureCode(StrEnum):
    """What went wrong, one code a failed step."""

    READ_UNAVAILABLE = "READ_UNAVAILABLE"
    READ_REFUSED = "READ_REFUSED"
    READ_BROKE_CONTRACT = "READ_BROKE_CONTRACT"
    FACTS_CHANGED = "FACTS_CHANGED"
    REASONER_FAILED = "REASONER_FAILED"
    NO_RECOMMENDATION = "NO_RECOMMENDATION"
    MODEL_UNAVAILABLE = "MODEL_UNAVAILABLE"
    MODEL_OUTPUT_INVALID = "MODEL_OUTPUT_INVALID"
    RUN_STUCK = "RUN_STUCK"
    RUN_LIMIT = "RUN_LIMIT"
    NO_LONGER_ALLOWED = "NO_LONGER_ALLOWED"
    ENVELOPE_CHANGED = "ENVELOPE_CHANGED"
    AUTHORITY_LOST = "AUTHORITY_LOST"
    BUDGET_SPENT = "BUDGET_SPENT"
    PERMIT_EXPIRED = "PERMIT_EXPIRED"
    PAUSED = "PAUSED"
    NOBODY_TOLD = "NOBODY_TOLD"
    NOBODY_DECIDED = "NOBODY_DECIDED"
    NOBODY_ANSWERED = "NOBODY_ANSWERED"
    TOOL_UNAVAILABLE = "TOOL_UNAVAILABLE"
    TOOL_NO_ANSWER = "TOOL_NO_ANSWER"
    TOOL_BROKE_CONTRACT = "TOOL_BROKE_CONTRACT"
    TOOL_CHANGED = "TOOL_CHANGED"
    CREDENTIAL_REFUSED = "CREDENTIAL_REFUSED"
    TARGET_REFUSED = "TARGET_REFUSED"
    TARGET_CHANGED = "TARGET_CHANGED"
    NOT_VERIFIED = "NOT_VERIFIED"
    OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"
    UNDO_FAILED = "UNDO_FAILED"
    UNDO_REFUSED = "UNDO_REFUSED"
    WORKERS_SILENT = "WORKERS_SILENT"
    WORKER_LOST = "WORKER_LOST"
    INTERNAL_ERROR = "INTERNAL_ERROR"


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """What a code means, and what follows from it."""

    stage: FailureStage
    title: str
    """A few words, for charts and lists."""
    meaning: str
    """One sentence for people."""
    is_retryable: bool
    """Whether doing the same once more may help."""
    told: tuple[Role, ...]
    """Who has to know."""
    page: str
    """Slug of the console page where they find it."""
    recovery: str
    """What the engine does then, the same every time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FailureNoted:
    """One failed step of one case."""

    case_id: CaseId
    case_version: int
    """The case as the step found it: the same step tried again is the same failure."""
    desk: str
    case_type: str
    tool: str
    """The tool it is about; empty: none."""
    code: FailureCode
    note: str
    """What is particular to it, in a few words; untrusted text."""
    at: datetime
    is_recovered: bool
    """The engine went on by itself; False: the case stands with people because of it."""
