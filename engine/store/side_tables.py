"""Claims, labels, fits, clocks and signs of life: what stands beside the cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Table, func, select, update

from engine.domain.demonstration import Demonstration
from engine.domain.ids import CaseId
from engine.domain.outcome import Label
from engine.ports import Claim, ModelVersion, ScheduleRun
from engine.store import demonstration, prepared, run_tables, tables
from engine.store.upsert import insert_missing, upsert

SILENCE = timedelta(seconds=15)
"""Workers give a sign of life every two seconds; so long a gap is noted."""


class SqlClaims:
    """Who works on which case."""

    def __init__(self, connection: Connection) -> None:
        """Write in an open transaction."""
        self._connection = connection

    def get(self, case_id: CaseId) -> Claim | None:
        """See `engine.ports.Claims.get`."""
        row = prepared.CLAIM.first(self._connection, case_id=case_id)
        if row is None:
            return None
        return Claim(
            case_id=CaseId(row.case_id),
            person=row.person,
            claimed_at=row.claimed_at,
            expires_at=row.expires_at,
            draft=row.draft,
        )

    def put(self, claim: Claim) -> None:
        """See `engine.ports.Claims.put`."""
        row = {
            "case_id": claim.case_id,
            "person": claim.person,
            "claimed_at": claim.claimed_at,
            "expires_at": claim.expires_at,
            "draft": claim.draft,
        }
        upsert(self._connection, tables.claims, row)

    def end(self, case_id: CaseId) -> None:
        """See `engine.ports.Claims.end`."""
        prepared.END_CLAIM.run(self._connection, case_id=case_id)


class SqlLearned:
    """Labels, fits and desk clocks."""

    def __init__(self, connection: Connection) -> None:
        """Write in an open transaction."""
        self._connection = connection

    def add_labels(self, labels: Sequence[Label]) -> int:
        """See `engine.ports.Learned.add_labels`; a label that was applied stays as it was."""
        added = 0
        for label in labels:
            row = {
                "desk": label.desk,
                "source": label.source,
                "source_id": label.source_id,
                "value": label.value,
                "known_at": label.known_at,
                "is_applied": False,
            }
            added += insert_missing(self._connection, tables.labels, row)
        return added

    def add_model_version(self, version: ModelVersion) -> None:
        """See `engine.ports.Learned.add_model_version`."""
        c = tables.model_versions.c
        known = self._connection.execute(
            select(c.id).where(
                c.desk == version.desk,
                c.procedure_hash == version.procedure_hash,
                c.as_of == version.as_of,
            )
        ).first()
        made = {
            "data_hash": version.data_hash,
            "rows": version.rows,
            "content": version.content,
            "fitted_at": version.fitted_at,
        }
        if known is not None:
            self._connection.execute(
                update(tables.model_versions).where(c.id == known.id).values(**made)
            )
            return
        self._connection.execute(
            tables.model_versions.insert().values(
                id=version.id,
                desk=version.desk,
                procedure_hash=version.procedure_hash,
                as_of=version.as_of,
                **made,
            )
        )

    def start_replay(self, desk: str, at: datetime) -> None:
        """See `engine.ports.Learned.start_replay`."""
        insert_missing(self._connection, tables.desk_clocks, {"desk": desk, "now": at})

    def set_desk_time(self, desk: str, now: datetime) -> None:
        """See `engine.ports.Learned.set_desk_time`."""
        table = tables.desk_clocks
        if not insert_missing(self._connection, table, {"desk": desk, "now": now}):
            self._connection.execute(
                update(table).where(table.c.desk == desk, table.c.now < now).values(now=now)
            )


class SqlHousekeeping:
    """Signs of life and periodic jobs."""

    def __init__(self, connection: Connection) -> None:
        """Write in an open transaction."""
        self._connection = connection

    def heartbeat(self, worker: str, started_at: datetime, now: datetime) -> None:
        """See `engine.ports.Housekeeping.heartbeat`."""
        last = self._connection.execute(select(func.max(tables.workers.c.seen_at))).scalar()
        if last is not None and now - last > SILENCE:
            gap = {"began_at": last, "ended_at": now}
            insert_missing(self._connection, tables.outages, gap)
        row = {"name": worker, "started_at": started_at, "seen_at": now}
        upsert(self._connection, tables.workers, row)

    def record_run(self, run: ScheduleRun) -> None:
        """See `engine.ports.Housekeeping.record_run`."""
        row = {
            "name": run.name,
            "every": run.every,
            "last_run": run.last_run,
            "next_run": run.next_run,
            "failures": run.failures,
            "last_error": run.last_error,
        }
        upsert(self._connection, tables.schedules, row)

    def mark_demonstration(self, mark: Demonstration) -> bool:
        """See `engine.ports.Housekeeping.mark_demonstration`."""
        return demonstration.put_mark(self._connection, mark)

    def set_pace(self, per_hour: float) -> None:
        """See `engine.ports.Housekeeping.set_pace`."""
        demonstration.set_pace(self._connection, per_hour)

    def free_leases(self, owner: str = "") -> int:
        """See `engine.ports.Housekeeping.free_leases`; only what one worker held, if it is named.

        A worker's name is its own, so at its start nobody lives who holds a lease in it; one that
        does not know yet that it is dead is fenced by the higher epoch.
        """
        return sum(self._free(table, owner) for table in (tables.cases, run_tables.runs))

    def _free(self, table: Table, owner: str) -> int:
        c = table.c
        held = c.lease_owner == owner if owner else c.lease_until.is_not(None)
        freed = self._connection.execute(
            update(table)
            .where(held)
            .values(lease_owner=None, lease_until=None, lease_epoch=c.lease_epoch + 1)
        )
        return freed.rowcount
