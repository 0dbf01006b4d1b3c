"""Effect: what a tool changed, from the intent before the call to the verified result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.domain.budget import Reservation
from engine.domain.canonical import Json
from engine.domain.ids import ActionId, CaseId, EffectId, GrantId


class EffectStatus(StrEnum):
    """How far a call is known to have come."""

    INTENDED = "INTENDED"
    RETRYING = "RETRYING"
    """Proven not to have acted so far; it will be called again with the same key."""
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    """Proven not to have acted."""
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """One call with consequences: its intent, answer and verification."""

    id: EffectId
    case_id: CaseId
    action_id: ActionId
    grant_id: GrantId
    tool: str
    key: str
    """Idempotency key sent with the call."""
    case_version: int
    """Version of the case it was intended for; a later effect of the case has a higher one."""
    call_deadline: datetime
    """No other worker takes the intent over before this moment."""
    intended_at: datetime
    status: EffectStatus = EffectStatus.INTENDED
    attempts: int = 1
    before: Json = None
    """State of the target before the call: what an undo puts back."""
    result: Json = None
    is_completed: bool = False
    is_correct: bool | None = None
    """Whether reading the target back showed what was asked for; None: not looked at."""
    verified_at: datetime | None = None
    note: str = ""
    reserved: tuple[Reservation, ...] = ()
    """What it took of budgets; given back only where it is proven not to have happened."""
    undoes: EffectId | None = None
    """The effect this one undid."""
