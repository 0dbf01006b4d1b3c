"""UnitOfWork: one write transaction, rolled back unless committed.

`apply` is the only place that changes a case, and it writes the ledger entries of a transition in
the same transaction as its state.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Connection, bindparam, or_, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from engine.domain.case import Case, Lease, Signal
from engine.domain.failed_steps import entries_with, failed_steps
from engine.domain.failure import FailureNoted
from engine.domain.ids import CaseId
from engine.domain.ledger import EntryDraft
from engine.domain.transition import Transition
from engine.errors import Conflict, ControlChanged
from engine.ports import Ids
from engine.store import case_rows, prepared, tables
from engine.store.batch import Batch
from engine.store.bulk import insert_rows
from engine.store.controls import SqlControls
from engine.store.database import Database
from engine.store.failure_rows import note_failures
from engine.store.failures import translated
from engine.store.ledger_writer import LedgerWriter
from engine.store.run_writes import SqlRuns
from engine.store.side_tables import SqlClaims, SqlHousekeeping, SqlLearned
from engine.store.wakeup import CHANNEL
from engine.store.window_rows import SqlWindows

_c = tables.cases.c
_NOTIFY = text(f"NOTIFY {CHANNEL}")

_FEW = 3
_HEADS = select(_c.id, _c.version, _c.lease_epoch, _c.ledger_sequence, _c.ledger_head)
_CLAIM = (
    update(tables.cases)
    .values(
        lease_owner=bindparam("owner"),
        lease_epoch=_c.lease_epoch + 1,
        lease_until=bindparam("until"),
    )
    .returning(tables.cases)
)


class SqlUnitOfWork:
    """A write transaction over one connection."""

    def __init__(self, database: Database, ids: Ids, *, is_lasting: bool = True) -> None:
        """Bind to a database; nothing is opened before `with`."""
        self._database = database
        self._is_lasting = is_lasting
        self._ids = ids
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        """Begin.

        Raises:
            StoreUnavailable: The database is locked, read-only or out of reach.
        """
        with translated():
            lasting, passing = self._database.writer, self._database.passing_writer
            self._connection = (lasting if self._is_lasting else passing).connect()
            try:
                self._connection.begin()
            except BaseException:
                self._connection.close()
                raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Roll back unless committed.

        Raises:
            StoreUnavailable: A statement failed because the database is locked, read-only or away.
        """
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            if connection.in_transaction():
                connection.rollback()
        except DBAPIError:
            connection.invalidate()
        finally:
            connection.close()
        if isinstance(error, DBAPIError):
            with translated():
                raise error

    @property
    def connection(self) -> Connection:
        """The connection, for the store's own modules."""
        if self._connection is None:
            raise RuntimeError("a unit of work is used inside its with block")
        return self._connection

    @property
    def controls(self) -> SqlControls:
        """Pauses and envelopes."""
        return SqlControls(self.connection)

    @property
    def claims(self) -> SqlClaims:
        """Who works on which case."""
        return SqlClaims(self.connection)

    @property
    def windows(self) -> SqlWindows:
        """Notices of veto windows."""
        return SqlWindows(self.connection)

    @property
    def learned(self) -> SqlLearned:
        """Labels, fits and desk clocks."""
        return SqlLearned(self.connection)

    @property
    def runs(self) -> SqlRuns:
        """Runs."""
        return SqlRuns(self.connection)

    @property
    def housekeeping(self) -> SqlHousekeeping:
        """Signs of life and periodic jobs."""
        return SqlHousekeeping(self.connection)

    def commit(self) -> None:
        """Make it durable.

        Raises:
            StoreUnavailable: It could not be made durable; nothing of it is kept.
        """
        with translated():
            if not self._database.is_sqlite:
                self.connection.execute(_NOTIFY)
            self.connection.commit()

    def apply(self, transitions: Sequence[Transition]) -> frozenset[CaseId]:
        """Apply transitions; see `engine.ports.UnitOfWork.apply`."""
        if not transitions:
            return frozenset()
        with translated():
            heads = self._heads([transition.before.id for transition in transitions])
            self._require_epoch(transitions)
            batch = Batch(self.connection)
            ledger = LedgerWriter(self.connection, self._ids)
            refused: set[CaseId] = set()
            for transition in transitions:
                case = transition.before
                head = heads.get(case.id)
                if head is None or not _is_current(transition, head):
                    refused.add(case.id)
                    continue
                failed = failed_steps(transition)
                sequence, last = ledger.extend(
                    f"case:{case.id}",
                    entries_with(transition.entries, failed),
                    head.ledger_sequence,
                    head.ledger_head,
                )
                note_failures(self.connection, failed)
                batch.add(transition, first_mark=head.ledger_sequence * 1000)
                self._queue_case(batch, transition, sequence, last)
                del heads[case.id]  # a second one for the case starts from a state that is past
            ledger.write()
            batch.write()
        return frozenset(refused)

    def _heads(self, ids: Sequence[UUID]) -> dict[UUID, Any]:
        if len(ids) <= _FEW:
            rows: Sequence[Any] = [
                prepared.HEAD.first(self.connection, case_id=case_id) for case_id in ids
            ]
        else:
            rows = self.connection.execute(_HEADS.where(_c.id.in_(ids)).with_for_update()).all()
        return {row.id: row for row in rows if row is not None}

    def _require_epoch(self, transitions: Sequence[Transition]) -> None:
        wanted = {t.control_epoch for t in transitions if t.control_epoch is not None}
        if not wanted:
            return
        if wanted != {prepared.SHARE_CONTROL.first(self.connection).epoch}:
            raise ControlChanged

    def _queue_case(self, batch: Batch, transition: Transition, sequence: int, head: bytes) -> None:
        row = case_rows.changing_row(transition.after)
        row |= {"case_id": transition.before.id, "ledger_sequence": sequence, "ledger_head": head}
        kept = transition.keeps_lease
        batch.queue(prepared.MOVE_HELD_CASE if kept else prepared.MOVE_CASE, row)

    def add_cases(self, cases: Sequence[tuple[Case, Signal, Sequence[EntryDraft]]]) -> None:
        """Insert new cases with their signals and first ledger entries.

        Raises:
            Conflict: One of them is known; somebody submitted it meanwhile.
        """
        if not cases:
            return
        with translated():
            ledger = LedgerWriter(self.connection, self._ids)
            rows = []
            for case, signal, entries in cases:
                sequence, head = ledger.extend(f"case:{case.id}", entries, 0, None)
                row = case_rows.new_row(case, signal)
                rows.append(row | {"ledger_sequence": sequence, "ledger_head": head})
            try:
                insert_rows(self.connection, tables.cases, rows)
            except IntegrityError:
                raise Conflict("The same cases came in at this very moment.") from None
            ledger.write()

    def change_signal(self, transition: Transition, signal: Signal) -> None:
        """Apply a transition that came from a changed signal, and keep the new payload.

        Raises:
            Conflict: The case moved on in between.
        """
        if self.apply([transition]):
            raise Conflict("The case moved on while its new content came in; send it again.")
        with translated():
            self.connection.execute(
                update(tables.cases)
                .where(_c.id == transition.before.id)
                .values(payload=signal.payload)
            )

    def note_failures(self, failures: Sequence[FailureNoted]) -> None:
        """Note steps that were interrupted; see `engine.ports.UnitOfWork.note_failures`."""
        with translated():
            note_failures(self.connection, failures)

    def append(self, stream: str, entries: Sequence[EntryDraft]) -> None:
        """Append to a ledger stream that belongs to no transition."""
        with translated():
            LedgerWriter(self.connection, self._ids).append(stream, entries)

    def put_off(self, case: Case, until: datetime) -> None:
        """Let nobody take a leased case before a moment; see `engine.ports.UnitOfWork.put_off`."""
        with translated():
            self.connection.execute(
                update(tables.cases)
                .where(
                    _c.id == case.id,
                    _c.lease_epoch == case.lease_epoch,
                    _c.lease_owner.is_not(None),
                )
                .values(lease_until=until)
            )

    def claim_due(
        self, *, lane: int, now: datetime, lease: Lease, limit: int, desk: str = ""
    ) -> tuple[Case, ...]:
        """Lease due cases to a worker, most overdue first."""
        due = (
            select(_c.id)
            .where(
                _c.lane == lane,
                _c.wake_at <= now,
                or_(_c.lease_until.is_(None), _c.lease_until < lease.taken_at),
            )
            .order_by(_c.wake_at, _c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        if desk:
            due = due.where(_c.desk == desk)
        with translated():
            rows = self.connection.execute(
                _CLAIM.where(_c.id.in_(due)), {"owner": lease.owner, "until": lease.until}
            ).all()
        claimed = [case_rows.case_of(row) for row in rows]
        return tuple(sorted(claimed, key=lambda case: (case.wake_at or now, case.id)))


def _is_current(transition: Transition, head: Any) -> bool:
    if head.version != transition.before.version:
        return False
    return transition.lease_epoch is None or transition.lease_epoch == head.lease_epoch
