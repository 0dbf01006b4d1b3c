"""Batch: the rows of many transitions, written with one statement a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Table, and_, update

from engine.domain.case_status import CaseStatus
from engine.domain.decision import Decision
from engine.domain.effect import Effect
from engine.domain.fact import FactSet
from engine.domain.grant import Grant
from engine.domain.ids import RunId
from engine.domain.outcome import Outcome
from engine.domain.recommendation import Recommendation
from engine.domain.transition import (
    AuditDrawn,
    BudgetReleased,
    BudgetReserved,
    ClaimEnded,
    DecisionTakenBack,
    EffectChanged,
    GrantClosed,
    LabelApplied,
    OverrideAction,
    Record,
    RunAnswered,
    RunBegun,
    RunMoved,
    Transition,
    WindowExtended,
    WindowOpened,
)
from engine.errors import AlreadyDone, Conflict
from engine.store import mapping, prepared, tables
from engine.store.budget_rows import reserve
from engine.store.bulk import insert_rows
from engine.store.case_rows import Row
from engine.store.compiled import Compiled
from engine.store.run_writes import SqlRuns
from engine.store.upsert import insert_missing
from engine.store.window_rows import window_row


class Batch:
    """Collects rows; plain ones are written together, conditional ones at once."""

    def __init__(self, connection: Connection) -> None:
        """Collect for one open transaction."""
        self._connection = connection
        self._inserts: dict[Table, list[Row]] = defaultdict(list)
        self._queued: dict[Compiled, list[Row]] = defaultdict(list)

    def queue(self, statement: Compiled, row: Row) -> None:
        """Run a statement for a row when the batch is written."""
        self._queued[statement].append(row)

    def add(self, transition: Transition, *, first_mark: int) -> None:
        """Take in what commits with a transition.

        Raises:
            Conflict: A conditional record was refused.
        """
        case_id = transition.before.id
        if _leaves_window(transition):
            at = transition.entries[0].at
            self.queue(prepared.CLOSE_WINDOWS, {"of_case": case_id, "at": at})
        if (run_id := _left_behind(transition)) is not None:
            at, why = transition.entries[0].at, f"the case became {transition.after.status}"
            SqlRuns(self._connection).supersede(run_id, at, why)
        for record in transition.records:
            _WRITERS[type(record)](self, record, transition)
        for number, span in enumerate(transition.spans):
            row = mapping.span_row(span, case_id=case_id, sequence=first_mark + number)
            self._inserts[tables.spans].append(row)
        for number, choice in enumerate(transition.choices):
            row = mapping.choice_row(choice, case_id=case_id, sequence=first_mark + number)
            self._inserts[tables.choices].append(row)

    def write(self) -> None:
        """Write everything that was collected."""
        for table, rows in self._inserts.items():
            insert_rows(self._connection, table, rows)
        for statement, rows in self._queued.items():
            statement.run_all(self._connection, rows)

    def _add_fact_set(self, record: FactSet, transition: Transition) -> None:
        self._inserts[tables.fact_sets].append(mapping.fact_set_row(record))

    def _add_recommendation(self, record: Recommendation, transition: Transition) -> None:
        self._inserts[tables.recommendations].append(mapping.recommendation_row(record))
        self._inserts[tables.actions].extend(
            mapping.action_row(
                action,
                case_id=record.case_id,
                recommendation_id=record.id,
                is_override=False,
            )
            for action in record.actions
        )

    def _add_override(self, record: OverrideAction, transition: Transition) -> None:
        self._inserts[tables.actions].append(
            mapping.action_row(
                record.action,
                case_id=record.case_id,
                recommendation_id=record.recommendation_id,
                is_override=True,
            )
        )

    def _add_audit_draw(self, record: AuditDrawn, transition: Transition) -> None:
        self._inserts[tables.audit_draws].append(
            {
                "action_id": record.action_id,
                "stream": record.stream,
                "case_id": record.case_id,
                "probability": record.probability,
                "is_selected": record.is_selected,
                "drawn_at": record.drawn_at,
            }
        )

    def _add_decision(self, record: Decision, transition: Transition) -> None:
        if not insert_missing(self._connection, tables.decisions, mapping.decision_row(record)):
            raise AlreadyDone("This answer was already recorded; nothing was done twice.")

    def _add_grant(self, record: Grant, transition: Transition) -> None:
        self._inserts[tables.grants].append(mapping.grant_row(record))

    def _add_effect(self, record: Effect, transition: Transition) -> None:
        self._inserts[tables.effects].append(mapping.effect_row(record))

    def _change_effect(self, record: EffectChanged, transition: Transition) -> None:
        row = mapping.effect_row(record.effect)
        self.queue(prepared.CHANGE_EFFECT, row | {"effect_id": record.effect.id})

    def _add_outcome(self, record: Outcome, transition: Transition) -> None:
        self._inserts[tables.outcomes].append(
            mapping.outcome_row(record, desk=transition.before.desk)
        )

    def _close_grant(self, record: GrantClosed, transition: Transition) -> None:
        for row in self._inserts[tables.grants]:
            if row["id"] == record.grant_id:  # minted in this very commit
                row |= {"status": record.status.value, "closed_at": record.at}
                return
        closed = prepared.CLOSE_GRANT.run(
            self._connection,
            grant_id=record.grant_id,
            new_status=record.status.value,
            at=record.at,
        )
        if closed != 1:
            raise Conflict("The grant is used up, expired or revoked.", grant=record.grant_id)

    def _take_decision_back(self, record: DecisionTakenBack, transition: Transition) -> None:
        table = tables.decisions
        taken = self._connection.execute(
            update(table)
            .where(and_(table.c.id == record.decision_id, table.c.taken_back_at.is_(None)))
            .values(taken_back_at=record.at)
        )
        if taken.rowcount != 1:
            raise Conflict("The decision was already taken back.")

    def _reserve_budget(self, record: BudgetReserved, transition: Transition) -> None:
        reserve(self._connection, record)

    def _release_budget(self, record: BudgetReleased, transition: Transition) -> None:
        table, taken = tables.budget_uses, record.taken
        self._connection.execute(
            update(table)
            .where(
                table.c.budget == taken.budget,
                table.c.customer == taken.customer,
                table.c.window_start == taken.window_start,
                table.c.executions > 0,
            )
            .values(executions=table.c.executions - 1, amount=table.c.amount - taken.amount)
        )

    def _open_window(self, record: WindowOpened, transition: Transition) -> None:
        self._inserts[tables.veto_windows].append(window_row(record.window))

    def _extend_window(self, record: WindowExtended, transition: Transition) -> None:
        table = tables.veto_windows
        query = update(table).where(table.c.action_id == record.action_id)
        if record.by:
            query = query.where(table.c.extended_by == "").values(extended_by=record.by)
        extended = self._connection.execute(query.values(closes_at=record.closes_at))
        if extended.rowcount != 1:
            raise Conflict("This window was given more time before; hold the action instead.")

    def _apply_label(self, record: LabelApplied, transition: Transition) -> None:
        self.queue(
            prepared.APPLY_LABEL,
            {
                "of_desk": record.desk,
                "of_source": record.source,
                "of_source_id": record.source_id,
            },
        )

    def _end_claim(self, record: ClaimEnded, transition: Transition) -> None:
        self.queue(prepared.END_CLAIM, {"case_id": record.case_id})

    def _begin_run(self, record: RunBegun, transition: Transition) -> None:
        SqlRuns(self._connection).begin(record)

    def _move_run(self, record: RunMoved, transition: Transition) -> None:
        SqlRuns(self._connection).move(record)

    def _answer_run(self, record: RunAnswered, transition: Transition) -> None:
        SqlRuns(self._connection).answer(record)


def _leaves_window(transition: Transition) -> bool:
    """Whether a veto window is over with this, whatever ended it."""
    window = CaseStatus.VETO_WINDOW
    return transition.before.status is window and transition.after.status is not window


def _left_behind(transition: Transition) -> RunId | None:
    """The run that the case goes on without, though nobody says what became of it."""
    run_id = transition.before.run_id
    if run_id is None or transition.after.run_id == run_id:
        return None
    moved = [one.run.id for one in transition.records if isinstance(one, RunMoved)]
    return None if run_id in moved else run_id


_WRITERS: dict[type[Record], Callable[[Batch, Any, Transition], None]] = {
    FactSet: Batch._add_fact_set,
    Recommendation: Batch._add_recommendation,
    OverrideAction: Batch._add_override,
    AuditDrawn: Batch._add_audit_draw,
    Decision: Batch._add_decision,
    Grant: Batch._add_grant,
    Effect: Batch._add_effect,
    EffectChanged: Batch._change_effect,
    Outcome: Batch._add_outcome,
    GrantClosed: Batch._close_grant,
    DecisionTakenBack: Batch._take_decision_back,
    BudgetReserved: Batch._reserve_budget,
    BudgetReleased: Batch._release_budget,
    WindowOpened: Batch._open_window,
    WindowExtended: Batch._extend_window,
    LabelApplied: Batch._apply_label,
    ClaimEnded: Batch._end_claim,
    RunBegun: Batch._begin_run,
    RunMoved: Batch._move_run,
    RunAnswered: Batch._answer_run,
}
"""One writer a record type; a new type without one fails at its first use and in the tests."""
