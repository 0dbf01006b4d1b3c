"""SqlRuns: leases, journals and calls of runs, in an open transaction.

Every write of somebody who advances a run is fenced by the epoch of their lease: whoever lost it,
or whose case went on without the run, changes nothing any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, and_, or_, select, update

from engine.domain.budget import BudgetLimit, Period, Reservation, window_at
from engine.domain.case import Lease
from engine.domain.ids import RunId
from engine.domain.run import Run, RunStatus, looks_already
from engine.domain.run_calls import CallStatus, ModelBudgets, ModelCall, ModelCallId
from engine.domain.run_moves import observation_to_json
from engine.domain.transition import BudgetReserved, RunAnswered, RunBegun, RunMoved
from engine.errors import AlreadyDone, BudgetSpent, Conflict
from engine.ports import LeasedRun
from engine.store import run_rows, tables
from engine.store.budget_rows import reserve
from engine.store.run_tables import model_calls, run_steps, run_texts, runs
from engine.store.upsert import insert_missing

_r = runs.c
_UNLEASED: Mapping[str, Any] = {"wake_at": None, "lease_owner": None, "lease_until": None}
_TOKENS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
_GOING_ON = (RunStatus.RUNNING.value, RunStatus.SUSPENDED.value)


class SqlRuns:
    """Runs, as those write them who begin, advance and answer them."""

    def __init__(self, connection: Connection) -> None:
        """Write in an open transaction."""
        self._connection = connection

    def begin(self, begun: RunBegun) -> bool:
        """See `engine.ports.Runs.begin`."""
        lease = {**_UNLEASED, "wake_at": begun.wake_at, "lease_epoch": 0}
        row = {**run_rows.run_row(begun.run), **lease, "client_key": begun.client_key or None}
        is_new = insert_missing(self._connection, runs, row)
        if is_new and begun.run.is_shadow:
            self._require_alone(begun.run)
        return is_new

    def _require_alone(self, run: Run) -> None:
        """Of runs beside a case, one of a kind goes on at a time; its case is locked to tell."""
        case = tables.cases.c
        locked = select(case.id).where(case.id == run.case_id).with_for_update()
        self._connection.execute(locked).one()
        other = select(_r.id).where(
            _r.case_id == run.case_id,
            _r.kind == run.kind.value,
            _r.is_shadow,
            _r.id != run.id,
            _r.status.in_(_GOING_ON),
        )
        if self._connection.execute(other).first() is not None:
            raise Conflict(looks_already(run.kind))

    def claim_due(
        self, *, now: datetime, lease: Lease, limit: int, desk: str
    ) -> tuple[LeasedRun, ...]:
        """See `engine.ports.Runs.claim_due`."""
        due = (
            select(_r.id)
            .where(
                _r.desk == desk,
                _r.wake_at <= now,
                or_(_r.lease_until.is_(None), _r.lease_until < lease.taken_at),
            )
            .order_by(_r.is_shadow, _r.wake_at, _r.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = self._connection.execute(
            update(runs)
            .where(_r.id.in_(due))
            .values(
                lease_owner=lease.owner, lease_epoch=_r.lease_epoch + 1, lease_until=lease.until
            )
            .returning(runs)
        ).all()
        return tuple(LeasedRun(run=run_rows.run_of(row), epoch=row.lease_epoch) for row in rows)

    def append(self, moved: RunMoved, *, until: datetime, texts: Mapping[str, str]) -> None:
        """See `engine.ports.Runs.append`."""
        for digest, content in texts.items():
            insert_missing(self._connection, run_texts, run_rows.text_row(digest, content))
        self.move(moved)
        self._connection.execute(
            update(runs)
            .where(_r.id == moved.run.id, _r.lease_owner.is_not(None))
            .values(lease_until=until)
        )

    def move(self, moved: RunMoved) -> None:
        """See `engine.ports.Runs.move`."""
        run, step = moved.run, moved.step
        values: dict[str, Any] = {
            "status": run.status.value,
            "steps": run.steps,
            "version": run.version,
            "ended_at": run.ended_at,
            "fault": run.fault.value if run.fault else None,
            "end_note": run.end_note,
        }
        if run.status is not RunStatus.RUNNING:
            values |= _UNLEASED
        changed = self._connection.execute(
            update(runs)
            .where(
                self._is_ours(run.id, moved.lease_epoch),
                _r.steps == run.steps - (step is not None),
            )
            .values(**values)
        )
        if changed.rowcount != 1:
            raise Conflict(f"Run {run.id} is no longer in these hands.")
        if step is not None:
            self._connection.execute(run_steps.insert(), run_rows.step_row(run.id, step))
        if run.status.value not in _GOING_ON:
            self._lose(run.id)

    def answer(self, answered: RunAnswered) -> None:
        """See `engine.ports.Runs.answer`."""
        told = self._connection.execute(
            update(run_steps)
            .where(
                run_steps.c.run_id == answered.run_id,
                run_steps.c.number == answered.step,
                run_steps.c.observation.is_(None),
            )
            .values(observation=observation_to_json(answered.answer))
        )
        woken = self._connection.execute(
            update(runs)
            .where(
                _r.id == answered.run_id,
                _r.status == RunStatus.SUSPENDED.value,
                _r.steps == answered.step,
            )
            .values(status=RunStatus.RUNNING.value, wake_at=answered.at)
        )
        if told.rowcount != 1 or woken.rowcount != 1:
            raise AlreadyDone(f"Step {answered.step} of run {answered.run_id} was answered before.")

    def supersede(self, run_id: RunId, at: datetime, why: str) -> None:
        """See `engine.ports.Runs.supersede`."""
        self._connection.execute(
            update(runs)
            .where(_r.id == run_id, _r.status.in_(_GOING_ON))
            .values(status=RunStatus.SUPERSEDED.value, ended_at=at, end_note=why, **_UNLEASED)
        )
        self._lose(run_id)

    def put_off(self, run_id: RunId, lease_epoch: int, until: datetime) -> None:
        """See `engine.ports.Runs.put_off`."""
        self._connection.execute(
            update(runs)
            .where(self._is_ours(run_id, lease_epoch))
            .values(wake_at=until, lease_owner=None, lease_until=None)
        )

    def _is_ours(self, run_id: RunId, lease_epoch: int) -> Any:
        return and_(
            _r.id == run_id,
            _r.lease_epoch == lease_epoch,
            _r.lease_owner.is_not(None),
            _r.status == RunStatus.RUNNING.value,
        )

    # --- calls of models -------------------------------------------------------------------

    def intend_call(self, call: ModelCall, lease_epoch: int, budgets: ModelBudgets) -> None:
        """See `engine.ports.Runs.intend_call`."""
        mine = self._connection.execute(
            select(_r.cost_micro_usd, _r.is_shadow)
            .where(self._is_ours(call.run_id, lease_epoch))
            .with_for_update()
        ).first()
        if mine is None:
            raise Conflict(f"Run {call.run_id} is no longer in these hands.")
        after = mine.cost_micro_usd + call.reserved_micro_usd
        if budgets.run and after > budgets.run:
            raise BudgetSpent(
                f"The next question could cost up to {call.reserved_micro_usd} millionths of a "
                f"dollar; {mine.cost_micro_usd} of the {budgets.run} for the run are used."
            )
        self._reserve(call, budgets, is_shadow=mine.is_shadow)
        self._connection.execute(
            update(runs).where(_r.id == call.run_id).values(cost_micro_usd=after)
        )
        self._connection.execute(model_calls.insert(), run_rows.call_row(call))

    def _reserve(self, call: ModelCall, budgets: ModelBudgets, *, is_shadow: bool) -> None:
        try:
            for taken in _takings(call, budgets.beside if is_shadow else budgets):
                reserve(self._connection, taken)
        except BudgetSpent as error:
            if not is_shadow:
                raise
            why = "Runs beside a case use half of it at most; live ones have the rest."
            raise BudgetSpent(f"{error.message} {why}") from None

    def end_call(self, call: ModelCall, budgets: ModelBudgets) -> bool:
        """See `engine.ports.Runs.end_call`."""
        c = model_calls.c
        # Of a run that was superseded all the same: whoever asked is there, so its cost is known.
        is_late = and_(
            c.status == CallStatus.LOST.value,
            select(_r.id)
            .where(_r.id == call.run_id, _r.status == RunStatus.SUPERSEDED.value)
            .exists(),
        )
        ended = self._connection.execute(
            update(model_calls)
            .where(c.id == call.id, or_(c.status == CallStatus.INTENDED.value, is_late))
            .values(said=None, **run_rows.call_result(call))
        )
        if ended.rowcount != 1:
            return False
        spared = call.reserved_micro_usd - call.cost_micro_usd
        used = run_rows.usage_row(call.usage)
        self._connection.execute(
            update(runs)
            .where(_r.id == call.run_id)
            .values(
                cost_micro_usd=_r.cost_micro_usd - spared,
                **{name: _r[name] + used[name] for name in _TOKENS},
            )
        )
        table = tables.budget_uses
        for reserved in _takings(call, budgets):
            taken = reserved.taken
            self._connection.execute(
                update(table)
                .where(
                    table.c.budget == taken.budget,
                    table.c.customer == taken.customer,
                    table.c.window_start == taken.window_start,
                )
                .values(amount=table.c.amount - spared)
            )
        return True

    def hear(self, call_id: ModelCallId, said: str) -> None:
        """See `engine.ports.Runs.hear`."""
        c = model_calls.c
        self._connection.execute(
            update(model_calls)
            .where(c.id == call_id, c.status == CallStatus.INTENDED.value)
            .values(said=said)
        )

    def lose_calls(self, run_id: RunId, lease_epoch: int) -> int:
        """See `engine.ports.Runs.lose_calls`."""
        mine = self._connection.execute(select(_r.id).where(self._is_ours(run_id, lease_epoch)))
        if mine.first() is None:
            raise Conflict(f"Run {run_id} is no longer in these hands.")
        return self._lose(run_id)

    def _lose(self, run_id: RunId) -> int:
        """Call those lost that are open; what they took stays taken."""
        c = model_calls.c
        lost = self._connection.execute(
            update(model_calls)
            .where(c.run_id == run_id, c.status == CallStatus.INTENDED.value)
            .values(
                status=CallStatus.LOST.value,
                cost_micro_usd=c.reserved_micro_usd,
                said=None,
                error="whoever asked was gone before the answer was written",
            )
        )
        return lost.rowcount


def _takings(call: ModelCall, budgets: ModelBudgets) -> list[BudgetReserved]:
    """What a call takes of the budgets of its day; both are counted, whether limited or not."""
    window = window_at(Period.DAY, call.at.astimezone(UTC), "UTC")
    found = []
    for scope, most in (
        (f"model:desk:{call.desk}", budgets.desk_day),
        ("model:all", budgets.day),
    ):
        limit = BudgetLimit(scope=scope, period=Period.DAY, amount=most or None)
        taken = Reservation(
            budget=limit.key,
            customer="",
            window_start=window.start,
            amount=call.reserved_micro_usd,
        )
        found.append(BudgetReserved(taken=taken, limit=limit, window=window))
    return found
