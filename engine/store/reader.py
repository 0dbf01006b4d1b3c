"""SqlReader: the reads the engine needs to compute a transition; read-only connections."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from engine.domain.actor import DecidedBy
from engine.domain.case import Case, Origin, Signal
from engine.domain.decision import Decision
from engine.domain.effect import Effect
from engine.domain.fact import FactSet
from engine.domain.grant import Grant
from engine.domain.ids import ActionId, CaseId
from engine.domain.outcome import Outcome
from engine.domain.recommendation import Action, Recommendation
from engine.domain.transition import AuditDrawn
from engine.errors import NotFound
from engine.store import case_rows, mapping, prepared, tables
from engine.store.control_reads import ControlReads
from engine.store.learning_reads import LearningReads
from engine.store.memory_reads import MemoryReads
from engine.store.reads import chunks, latest_facts


class SqlReader(ControlReads, LearningReads, MemoryReads):
    """Reads on a connection of their own, outside every write."""

    def case(self, case_id: CaseId) -> Case:
        """See `engine.ports.Reader.case`."""
        row = self._first(prepared.CASE, case_id=case_id)
        if row is None:
            raise NotFound(f"There is no case {case_id}.")
        return case_rows.case_of(row)

    def signals(self, case_ids: Sequence[CaseId]) -> dict[CaseId, Signal]:
        """See `engine.ports.Reader.signals`."""
        table = tables.cases
        found: dict[CaseId, Signal] = {}
        for chunk in chunks(case_ids):
            for row in self._all(select(table).where(table.c.id.in_(chunk))):
                found[CaseId(row.id)] = case_rows.signal_of(row)
        return found

    def known_signals(self, source_ids: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Case]:
        """Cases that already exist for these (source, source id) pairs."""
        c = tables.cases.c
        found: dict[tuple[str, str], Case] = {}
        for source in {source for source, _ in source_ids}:
            ids = [source_id for of, source_id in source_ids if of == source]
            for chunk in chunks(ids):
                query = select(tables.cases).where(c.source == source, c.source_id.in_(chunk))
                for row in self._all(query):
                    found[(source, row.source_id)] = case_rows.case_of(row)
        return found

    def fact_sets(self, case_ids: Sequence[CaseId]) -> dict[CaseId, FactSet]:
        """See `engine.ports.Reader.fact_sets`."""
        found: dict[CaseId, FactSet] = {}
        for chunk in chunks(case_ids):
            query = latest_facts().where(tables.cases.c.id.in_(chunk))
            for row in self._all(query):
                found[CaseId(row.case_id)] = mapping.fact_set_of(row)
        return found

    def recommendation(self, case: Case) -> Recommendation | None:
        """See `engine.ports.Reader.recommendation`."""
        if case.recommendation_id is None:
            return None
        row = self._first(prepared.RECOMMENDATION, recommendation_id=case.recommendation_id)
        if row is None:
            return None
        actions = self._all(prepared.RECOMMENDED_ACTIONS, recommendation_id=case.recommendation_id)
        return mapping.recommendation_of(row, tuple(mapping.action_of(a) for a in actions))

    def action(self, case: Case) -> Action | None:
        """See `engine.ports.Reader.action`."""
        if case.action_id is None:
            return None
        row = self._first(prepared.ACTION, action_id=case.action_id)
        return mapping.action_of(row)

    def plan(self, case: Case) -> tuple[Action, ...]:
        """See `engine.ports.Reader.plan`."""
        if case.action_id is None or case.recommendation_id is None:
            return ()
        rows = self._all(
            prepared.PLAN, recommendation_id=case.recommendation_id, action_id=case.action_id
        )
        if rows and rows[0].is_override:
            rows = rows[:1]
        return tuple(mapping.action_of(row) for row in rows)

    def actions(self, ids: Sequence[ActionId]) -> dict[ActionId, Action]:
        """See `engine.ports.Reader.actions`."""
        found: dict[ActionId, Action] = {}
        for chunk in chunks(ids):
            query = select(tables.actions).where(tables.actions.c.id.in_(chunk))
            for row in self._all(query):
                found[ActionId(row.id)] = mapping.action_of(row)
        return found

    def grant(self, case: Case) -> Grant | None:
        """See `engine.ports.Reader.grant`."""
        row = self._first(prepared.NEWEST_GRANT, case_id=case.id)
        return mapping.grant_of(row) if row else None

    def effects(self, case_id: CaseId) -> tuple[Effect, ...]:
        """See `engine.ports.Reader.effects`."""
        rows = self._all(prepared.EFFECTS, case_id=case_id)
        return tuple(mapping.effect_of(row) for row in rows)

    def audit_draws(self, case_id: CaseId) -> tuple[AuditDrawn, ...]:
        """See `engine.ports.Reader.audit_draws`."""
        c = tables.audit_draws.c
        rows = self._all(
            select(tables.audit_draws).where(c.case_id == case_id).order_by(c.drawn_at)
        )
        return tuple(
            AuditDrawn(
                case_id=case_id,
                action_id=ActionId(row.action_id),
                stream=row.stream,
                probability=row.probability,
                is_selected=row.is_selected,
                drawn_at=row.drawn_at,
            )
            for row in rows
        )

    def grants(self, case_id: CaseId) -> tuple[Grant, ...]:
        """See `engine.ports.Reader.grants`."""
        c = tables.grants.c
        rows = self._all(select(tables.grants).where(c.case_id == case_id).order_by(c.case_version))
        return tuple(mapping.grant_of(row) for row in rows)

    def outcomes(self, case_id: CaseId) -> tuple[Outcome, ...]:
        """See `engine.ports.Reader.outcomes`."""
        c = tables.outcomes.c
        rows = self._all(select(tables.outcomes).where(c.case_id == case_id).order_by(c.id))
        return tuple(mapping.outcome_of(row) for row in rows)

    def decisions(self, case_id: CaseId) -> tuple[Decision, ...]:
        """See `engine.ports.Reader.decisions`."""
        c = tables.decisions.c
        query = select(tables.decisions).where(c.case_id == case_id, c.taken_back_at.is_(None))
        return tuple(mapping.decision_of(row) for row in self._all(query.order_by(c.case_version)))

    def had_a_hand(self, case_id: CaseId, person: str) -> bool:
        """See `engine.ports.Reader.had_a_hand`."""
        c = tables.choices.c
        query = select(c.sequence).where(
            c.case_id == case_id, c.decided_by == DecidedBy.PERSON.value, c.decider == person
        )
        return self._first(query.limit(1)) is not None

    def decision(self, case_id: CaseId) -> Decision | None:
        """See `engine.ports.Reader.decision`."""
        row = self._first(prepared.NEWEST_DECISION, case_id=case_id)
        return mapping.decision_of(row) if row else None

    def decision_of_form(self, client_key: str) -> Decision | None:
        """See `engine.ports.Reader.decision_of_form`."""
        row = self._first(prepared.DECISION_OF_FORM, client_key=client_key)
        return mapping.decision_of(row) if row else None

    def origins(self, desk: str) -> frozenset[Origin]:
        """See `engine.ports.Reader.origins`."""
        c = tables.cases.c
        found = [
            origin
            for origin in Origin
            if self._first(select(c.id).where(c.desk == desk, c.origin == origin.value).limit(1))
        ]
        return frozenset(found)

    def is_due(self, lane: int, now: datetime) -> bool:
        """See `engine.ports.Reader.is_due`."""
        return self._first(prepared.IS_DUE, lane=lane, now=now) is not None

    def next_wake(self, lane: int) -> datetime | None:
        """See `engine.ports.Reader.next_wake`."""
        row = self._first(prepared.NEXT_WAKE, lane=lane)
        return row.wake_at if row else None

    def desk_time(self, desk: str) -> datetime | None:
        """See `engine.ports.Reader.desk_time`."""
        row = self._first(prepared.DESK_TIME, desk=desk)
        return row.now if row else None
