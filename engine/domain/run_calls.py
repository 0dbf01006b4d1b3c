"""Calls of a model that runs make: one row a try, written before it leaves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from engine.domain.ids import CaseId, RunId
from engine.domain.model_call import TokenUsage

ModelCallId = NewType("ModelCallId", UUID)


class CallStatus(StrEnum):
    """How far a call of a model is known to have come."""

    INTENDED = "INTENDED"
    """Its worst cost is reserved; it may have left."""
    ANSWERED = "ANSWERED"
    FAILED = "FAILED"
    """It did not answer whole; what it may have cost stays counted."""
    LOST = "LOST"
    """Whoever made it was killed: nobody knows its answer, and its worst cost stays counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelCall:
    """One try to ask a model."""

    id: ModelCallId
    run_id: RunId
    case_id: CaseId
    desk: str
    step: int
    """Number of the run's step that it is made for."""
    attempt: int
    """From 1, in that step."""
    at: datetime
    model: str
    is_scripted: bool
    request_digest: bytes
    counted_tokens: int
    """Of the whole window, before it left."""
    reserved_micro_usd: int
    """The most it can cost."""
    status: CallStatus = CallStatus.INTENDED
    cost_micro_usd: int = 0
    """What counts as its cost: of an answer the real one, else what it may have been."""
    usage: TokenUsage = field(default=TokenUsage())
    duration_ms: int = 0
    """Counting its window and asking; of a lost call nobody knows it."""
    stop: str = ""
    """Why its answer ended."""
    error: str = ""
    """Why there is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelBudgets:
    """The most that models may cost, in micro-dollars; 0: not limited."""

    run: int = 0
    desk_day: int = 0
    """All runs of a desk in a day, which begins at midnight UTC."""
    day: int = 0
    """All runs."""

    @property
    def beside(self) -> ModelBudgets:
        """For a run beside its case's way: it asks while less than half of a day is used by all.

        So whoever compares reasoners leaves the other half to the runs that cases wait for.
        """
        return replace(self, desk_day=(self.desk_day + 1) // 2, day=(self.day + 1) // 2)
