"""Case rows: a case and its signal as a row of `cases`, and back."""

from __future__ import annotations

from typing import Any

from engine.domain.case import Attention, Case, Origin, Signal
from engine.domain.case_status import CaseStatus
from engine.domain.ids import ActionId, CaseId, RecommendationId, RunId

Row = dict[str, Any]

ACT, INTAKE, TIMER, WINDOW = 0, 1, 2, 3
"""Lanes of due rows: what is about to act comes before what is about to be reasoned about."""

_LANES: dict[CaseStatus, int] = {
    CaseStatus.RECEIVED: INTAKE,
    CaseStatus.PERCEIVED: INTAKE,
    CaseStatus.REASONING: INTAKE,
    CaseStatus.SUSPENDED: TIMER,
    CaseStatus.PENDING: TIMER,
    CaseStatus.BLIND_PENDING: TIMER,
    CaseStatus.SECOND_PENDING: TIMER,
    CaseStatus.WAITING_FACT: TIMER,
    CaseStatus.VETO_WINDOW: WINDOW,
}


CHANGING = (
    "title",
    "status",
    "version",
    "as_of",
    "priority",
    "due_at",
    "payload_digest",
    "lane",
    "wake_at",
    "facts_revision",
    "facts_digest",
    "recommendation_id",
    "action_id",
    "confidence",
    "proposal",
    "attention",
    "attention_note",
    "role",
    "review_due_at",
    "run_id",
)
"""Columns of a case that transitions change."""


def lane_of(status: CaseStatus) -> int:
    """The lane in which a case of this status is claimed."""
    return _LANES.get(status, ACT)


def changing_row(case: Case) -> Row:
    """The columns of a case that transitions change."""
    return {
        "title": case.title,
        "status": case.status.value,
        "version": case.version,
        "as_of": case.as_of,
        "priority": case.priority,
        "due_at": case.due_at,
        "payload_digest": case.payload_digest,
        "lane": lane_of(case.status),
        "wake_at": case.wake_at,
        "facts_revision": case.facts_revision,
        "facts_digest": case.facts_digest,
        "recommendation_id": case.recommendation_id,
        "action_id": case.action_id,
        "confidence": case.confidence,
        "proposal": case.proposal,
        "attention": case.attention.value if case.attention else None,
        "attention_note": case.attention_note,
        "role": case.role,
        "review_due_at": case.review_due_at,
        "run_id": case.run_id,
    }


def new_row(case: Case, signal: Signal) -> Row:
    """A whole new case row; the ledger columns are the caller's."""
    return {
        **changing_row(case),
        "id": case.id,
        "desk": case.desk,
        "case_type": case.case_type,
        "source": case.source,
        "source_id": case.source_id,
        "origin": case.origin.value,
        "received_at": case.received_at,
        "payload": signal.payload,
        "lease_owner": None,
        "lease_epoch": 0,
        "lease_until": None,
    }


def case_of(row: Any) -> Case:
    """The case a row of `cases` holds."""
    return Case(
        id=CaseId(row.id),
        desk=row.desk,
        case_type=row.case_type,
        source=row.source,
        source_id=row.source_id,
        title=row.title,
        origin=Origin(row.origin),
        status=CaseStatus(row.status),
        version=row.version,
        as_of=row.as_of,
        received_at=row.received_at,
        priority=row.priority,
        due_at=row.due_at,
        payload_digest=bytes(row.payload_digest),
        wake_at=row.wake_at,
        lease_epoch=row.lease_epoch,
        facts_revision=row.facts_revision,
        facts_digest=bytes(row.facts_digest),
        recommendation_id=None
        if row.recommendation_id is None
        else RecommendationId(row.recommendation_id),
        action_id=None if row.action_id is None else ActionId(row.action_id),
        confidence=row.confidence,
        proposal=row.proposal,
        attention=Attention(row.attention) if row.attention else None,
        attention_note=row.attention_note,
        role=row.role,
        review_due_at=row.review_due_at,
        run_id=None if row.run_id is None else RunId(row.run_id),
    )


def signal_of(row: Any) -> Signal:
    """The signal a row of `cases` holds."""
    return Signal(
        source=row.source,
        source_id=row.source_id,
        case_type=row.case_type,
        title=row.title,
        as_of=row.as_of,
        priority=row.priority,
        payload=row.payload,
        due_at=row.due_at,
    )
