"""SqlReader: the reads the engine needs to compute a transition; read-only connections."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select

from engine.domain.case import Case, Origin, Signal
from engine.domain.decision import Decision
from engine.domain.effect import Effect
from engine.domain.fact import FactSet
from engine.domain.grant import Grant
from engine.domain.ids import ActionId, CaseId
from engine.domain.recommendation import Action, Recommendation
from engine.domain.transition import AuditDrawn
from engine.errors import NotFound
from engine.store import case_rows, mapping, tables
from engine.store.control_reads import ControlReads
from engine.store.learning_reads import LearningReads
from engine.store.reads import chunks, latest_facts


class SqlReader(ControlReads, LearningReads):
    """Reads on a connection of their own, outside every write."""

    def case(self, case_id: CaseId) -> Case:
        """See `engine.ports.Reader.case`."""
        row = self._first(select(tables.cases).where(tables.cases.c.id == case_id))
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
        row = self._first(
            select(tables.recommendations).where(
                tables.recommendations.c.id == case.recommendation_id
            )
        )
        if row is None:
            return None
        c = tables.actions.c
        actions = self._all(
            select(tables.actions)
            .where(c.recommendation_id == case.recommendation_id, c.is_override.is_(False))
            .order_by(c.ordinal)
        )
        return mapping.recommendation_of(row, tuple(mapping.action_of(a) for a in actions))

    def action(self, case: Case) -> Action | None:
        """See `engine.ports.Reader.action`."""
        if case.action_id is None:
            return None
        row = self._first(select(tables.actions).where(tables.actions.c.id == case.action_id))
        return mapping.action_of(row)

    def grant(self, case: Case) -> Grant | None:
        """See `engine.ports.Reader.grant`."""
        c = tables.grants.c
        row = self._first(
            select(tables.grants)
            .where(c.case_id == case.id)
            .order_by(c.minted_at.desc(), c.id.desc())
            .limit(1)
        )
        return mapping.grant_of(row) if row else None

    def effects(self, case_id: CaseId) -> tuple[Effect, ...]:
        """See `engine.ports.Reader.effects`."""
        c = tables.effects.c
        rows = self._all(
            select(tables.effects).where(c.case_id == case_id).order_by(c.intended_at, c.id)
        )
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

    def decision(self, case_id: CaseId) -> Decision | None:
        """See `engine.ports.Reader.decision`."""
        c = tables.decisions.c
        row = self._first(
            select(tables.decisions)
            .where(c.case_id == case_id, c.taken_back_at.is_(None))
            .order_by(c.decided_at.desc(), c.id.desc())
            .limit(1)
        )
        return mapping.decision_of(row) if row else None

    def decision_of_form(self, client_key: str) -> Decision | None:
        """See `engine.ports.Reader.decision_of_form`."""
        c = tables.decisions.c
        row = self._first(select(tables.decisions).where(c.client_key == client_key))
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
        c = tables.cases.c
        is_free = or_(c.lease_until.is_(None), c.lease_until < now)
        query = select(c.id).where(c.lane == lane, c.wake_at <= now, is_free).limit(1)
        return self._first(query) is not None

    def next_wake(self, lane: int) -> datetime | None:
        """See `engine.ports.Reader.next_wake`."""
        c = tables.cases.c
        row = self._first(
            select(c.wake_at)
            .where(c.lane == lane, c.wake_at.is_not(None))
            .order_by(c.wake_at)
            .limit(1)
        )
        return row.wake_at if row else None

    def desk_time(self, desk: str) -> datetime | None:
        """See `engine.ports.Reader.desk_time`."""
        c = tables.desk_clocks.c
        row = self._first(select(c.now).where(c.desk == desk))
        return row.now if row else None
