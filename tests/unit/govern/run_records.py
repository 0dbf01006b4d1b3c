"""Records of runs for tests of comparisons."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from engine.domain.ids import CaseId, RunId
from engine.domain.run import RunKind, RunStatus
from engine.govern.run_record import RunRecord, Wanted

BEGUN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def record(number: int, kind: RunKind, case: int = 0, **changes: Any) -> RunRecord:
    """The run of this number, an hour after the one before; it ended and asked for nothing."""
    values: dict[str, Any] = {
        "source_id": f"T{case}",
        "title": f"Ticket {case}",
        "version": "1",
        "model": "",
        "is_shadow": True,
        "is_takeover": False,
        "status": RunStatus.ENDED,
        "started_at": BEGUN + timedelta(hours=number),
        "way": ("recommend",),
    }
    return RunRecord(
        run_id=RunId(UUID(int=number)),
        case_id=CaseId(UUID(int=1000 + case)),
        kind=kind,
        **(values | changes),
    )


def wanting(label: str, call: str = "", confidence: float | None = None) -> Wanted:
    """A call that amounts to a label."""
    return Wanted(call=call or f"assign {label}", label=label, confidence=confidence)
