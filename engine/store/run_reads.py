"""Reads of runs, their journals, their calls and the texts of their windows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, or_, select

from engine.domain.ids import CaseId, RunId
from engine.domain.run import Journal, Run, RunStatus, RunStep
from engine.domain.run_calls import CallStatus, ModelCall
from engine.errors import NotFound
from engine.store import run_rows
from engine.store.compiled import Compiled
from engine.store.reads import Reads, chunks
from engine.store.run_tables import model_calls, run_steps, run_texts, runs

_r, _s, _c = runs.c, run_steps.c, model_calls.c

_IS_DUE = Compiled(
    select(_r.id)
    .where(
        _r.wake_at <= bindparam("now"),
        or_(_r.lease_until.is_(None), _r.lease_until < bindparam("now")),
    )
    .limit(1)
)
_NEXT_WAKE = Compiled(
    select(_r.wake_at)
    .where(_r.wake_at.is_not(None), _r.lease_until.is_(None))
    .order_by(_r.wake_at)
    .limit(1)
)
_EPOCH = Compiled(
    select(_r.lease_epoch, _r.lease_owner, _r.status).where(_r.id == bindparam("run_id"))
)


class RunReads(Reads):
    """Reads of runs, outside every write; see `engine.ports.RunReader`."""

    def run(self, run_id: RunId) -> Run:
        """See `engine.ports.RunReader.run`."""
        row = self._first(select(runs).where(_r.id == run_id))
        if row is None:
            raise NotFound(f"There is no run {run_id}.")
        return run_rows.run_of(row)

    def lease_epoch(self, run_id: RunId) -> int | None:
        """See `engine.ports.RunReader.lease_epoch`."""
        row = self._first(_EPOCH, run_id=run_id)
        if row is None or row.lease_owner is None or row.status != RunStatus.RUNNING.value:
            return None
        return int(row.lease_epoch)

    def run_of_form(self, client_key: str) -> Run | None:
        """See `engine.ports.RunReader.run_of_form`."""
        row = self._first(select(runs).where(_r.client_key == client_key))
        return None if row is None else run_rows.run_of(row)

    def journal(self, run_id: RunId) -> Journal:
        """See `engine.ports.RunReader.journal`."""
        run = self.run(run_id)
        rows = self._all(select(run_steps).where(_s.run_id == run_id).order_by(_s.number))
        return Journal(run=run, steps=tuple(run_rows.step_of(row) for row in rows))

    def step(self, run_id: RunId, number: int) -> RunStep:
        """See `engine.ports.RunReader.step`."""
        row = self._first(select(run_steps).where(_s.run_id == run_id, _s.number == number))
        if row is None:
            raise NotFound(f"Run {run_id} has no step {number}.")
        return run_rows.step_of(row)

    def runs_of(self, case_id: CaseId) -> tuple[Run, ...]:
        """See `engine.ports.RunReader.runs_of`."""
        query = select(runs).where(_r.case_id == case_id).order_by(_r.started_at, _r.id)
        return tuple(run_rows.run_of(row) for row in self._all(query))

    def calls(self, run_id: RunId, step: int | None = None) -> tuple[ModelCall, ...]:
        """See `engine.ports.RunReader.calls`."""
        query = select(model_calls).where(_c.run_id == run_id).order_by(_c.step, _c.attempt)
        if step is not None:
            query = query.where(_c.step == step)
        return tuple(run_rows.call_of(row) for row in self._all(query))

    def said(self, run_id: RunId) -> str:
        """See `engine.ports.RunReader.said`."""
        row = self._first(
            select(_c.said).where(_c.run_id == run_id, _c.status == CallStatus.INTENDED.value)
        )
        return (row.said or "") if row else ""

    def texts(self, digests: Sequence[str]) -> dict[str, str]:
        """See `engine.ports.RunReader.texts`."""
        found: dict[str, str] = {}
        for chunk in chunks(digests):
            wanted = [bytes.fromhex(digest) for digest in chunk]
            for row in self._all(select(run_texts).where(run_texts.c.digest.in_(wanted))):
                found[bytes(row.digest).hex()] = run_rows.text_of(row)
        return found

    def is_due(self, now: datetime) -> bool:
        """See `engine.ports.RunReader.is_due`."""
        return self._first(_IS_DUE, now=now) is not None

    def next_wake(self) -> datetime | None:
        """See `engine.ports.RunReader.next_wake`."""
        row = self._first(_NEXT_WAKE)
        return row.wake_at if row else None
