"""Rows about failed steps: how often each code, which cases, and what each code means.

Every count is of failed steps, not of tries: the same step tried again counts once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.domain.actor import Role
from engine.domain.case import Origin
from engine.domain.case_status import CaseStatus
from engine.domain.failure import FailureCode, FailureStage
from engine.domain.failure_table import FAILURES
from engine.domain.ids import CaseId
from engine.service.words import ROLE


@dataclass(frozen=True, kw_only=True, slots=True)
class FailureFilter:
    """Which failed steps."""

    origin: Origin = Origin.REAL
    """Real and simulated are never added up."""
    desk: str = ""
    """Empty: all."""
    case_type: str = ""
    stage: FailureStage | None = None
    hours: int | None = None
    """Of the last hours by the wall clock; None: all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FailureWords:
    """What a code means, for people."""

    code: FailureCode
    stage: FailureStage
    title: str
    meaning: str
    is_retryable: bool
    told: str
    """Who has to know."""
    page: str
    """Slug of the page where they find it."""
    recovery: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FailureCount:
    """How often steps failed with one code; in a list, the most frequent first."""

    words: FailureWords
    steps: int
    stood: int
    """Of them, those that brought the case to people."""
    share: float
    """Of all failed steps, 0 to 1."""
    up_to_here: float
    """Share of this code and all more frequent ones."""
    newest_at: datetime

    @property
    def code(self) -> FailureCode:
        """The code."""
        return self.words.code


@dataclass(frozen=True, kw_only=True, slots=True)
class FailedCase:
    """One failed step with its case."""

    case_id: CaseId
    source_id: str
    title: str
    desk: str
    case_type: str
    status: CaseStatus
    """Of the case, now."""
    tool: str
    """Empty: no tool was concerned."""
    note: str
    at: datetime
    is_recovered: bool
    """The engine went on by itself; else the case came to people."""


def words_of(code: FailureCode) -> FailureWords:
    """What a code means."""
    failure = FAILURES[code]
    # A senior operator is an operator; naming both tells nobody anything.
    seniors = {Role.SENIOR_OPERATOR} if Role.OPERATOR in failure.told else set()
    roles = [f"{ROLE[role]}s" for role in failure.told if role not in seniors]
    *first, last = roles
    return FailureWords(
        code=code,
        stage=failure.stage,
        title=failure.title,
        meaning=failure.meaning,
        is_retryable=failure.is_retryable,
        told=f"{', '.join(first)} and {last}" if first else last,
        page=failure.page,
        recovery=failure.recovery,
    )


def counted(found: list[tuple[FailureCode, int, int, datetime]]) -> tuple[FailureCount, ...]:
    """Counts with their shares, the most frequent first.

    Args:
        found: Code, failed steps, those of them that brought the case to people, and the newest.
    """
    total = sum(steps for _, steps, _, _ in found)
    ordered = sorted(found, key=lambda one: (-one[1], one[0]))
    made, so_far = [], 0
    for code, steps, stood, newest_at in ordered:
        so_far += steps
        made.append(
            FailureCount(
                words=words_of(code),
                steps=steps,
                stood=stood,
                share=steps / total,
                up_to_here=so_far / total,
                newest_at=newest_at,
            )
        )
    return tuple(made)
