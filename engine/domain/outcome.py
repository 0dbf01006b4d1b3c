"""Outcome: what later proved true about a case, and who says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.domain.case import Origin
from engine.domain.ids import CaseId, OutcomeId, RecommendationId


class OutcomeKind(StrEnum):
    """What the truth says of what was done or recommended."""

    CORRECT = "CORRECT"
    WRONG = "WRONG"
    REVERTED = "REVERTED"
    UNKNOWN = "UNKNOWN"


class LabelSource(StrEnum):
    """Where a label comes from; `evidence.md` section 0.1 says why this matters most."""

    RECORD = "record"
    """The system of record, later and independent of what was recommended."""
    VERIFICATION = "verification"
    """Reading the target back after the call."""
    PERSON_SHOWN = "person_shown"
    """A person who had seen the recommendation: agreement, never evidence."""
    PERSON_BLIND = "person_blind"
    ADJUDICATED = "adjudicated"


COUNTING = (LabelSource.RECORD, LabelSource.ADJUDICATED, LabelSource.PERSON_BLIND)
"""Sources that count as evidence; where a recommendation has several labels, the first holds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """A truth about a signal, readable only once it has become known."""

    desk: str
    source: str
    source_id: str
    value: str
    known_at: datetime
    """On the desk's clock."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """One label applied to one case."""

    id: OutcomeId
    case_id: CaseId
    recommendation_id: RecommendationId | None
    kind: OutcomeKind
    """Of the effect where there is one, otherwise of the recommendation."""
    is_recommendation_correct: bool | None
    raw_confidence: float | None
    """Of the recommendation, before calibration: what later fits learn from."""
    truth: str
    label_source: LabelSource
    known_at: datetime
    recorded_at: datetime
    origin: Origin
    was_seen: bool
    """Whether a person decided after seeing the recommendation."""
