"""Failed steps as rows."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from engine.domain.failure import FailureNoted
from engine.store import tables
from engine.store.upsert import upsert


def note_failures(connection: Connection, failures: Sequence[FailureNoted]) -> None:
    """Write failed steps; of a step that failed before in the same way the newest stands."""
    for failure in failures:
        row = {
            "case_id": failure.case_id,
            "case_version": failure.case_version,
            "code": failure.code.value,
            "desk": failure.desk,
            "case_type": failure.case_type,
            "tool": failure.tool,
            "note": failure.note,
            "at": failure.at,
            "is_recovered": failure.is_recovered,
        }
        upsert(connection, tables.failures, row)
