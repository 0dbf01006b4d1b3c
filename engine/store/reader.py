"""SqlReader: the reads the engine needs to compute a transition; read-only connections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Select, and_, select

from engine.domain.actor import Person, Role
from engine.domain.case import Case, Origin, Signal
from engine.domain.decision import Decision
from engine.domain.effect import Effect
from engine.domain.fact import FactSet
from engine.domain.grant import Grant
from engine.domain.ids import CaseId, ModelVersionId, PersonId
from engine.domain.outcome import Label, LabelSource
from engine.domain.recommendation import Action, Recommendation
from engine.errors import NotFound
from engine.ports import (
    Control,
    EnvelopeVersion,
    LabelDue,
    LabelledPrediction,
    ModelVersion,
    Pause,
    TrainingRow,
)
from engine.store import mapping, people_tables, tables
from engine.store.database import Database
from engine.store.failures import translated

_CHUNK = 500
T = TypeVar("T")


class SqlReader:
    """Reads on a connection of their own, outside every write."""

    def __init__(self, database: Database) -> None:
        """Read from a database."""
        self._database = database

    def _all(self, query: Select[Any]) -> Sequence[Any]:
        with translated(), self._database.reader.connect() as connection:
            return connection.execute(query).all()

    def _first(self, query: Select[Any]) -> Any:
        with translated(), self._database.reader.connect() as connection:
            return connection.execute(query).first()

    def case(self, case_id: CaseId) -> Case:
        """See `engine.ports.Reader.case`."""
        row = self._first(select(tables.cases).where(tables.cases.c.id == case_id))
        if row is None:
            raise NotFound(f"There is no case {case_id}.")
        return mapping.case_of(row)

    def signals(self, case_ids: Sequence[CaseId]) -> dict[CaseId, Signal]:
        """See `engine.ports.Reader.signals`."""
        table = tables.cases
        found: dict[CaseId, Signal] = {}
        for chunk in _chunks(case_ids):
            for row in self._all(select(table).where(table.c.id.in_(chunk))):
                found[CaseId(row.id)] = mapping.signal_of(row)
        return found

    def known_signals(self, source_ids: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Case]:
        """Cases that already exist for these (source, source id) pairs."""
        c = tables.cases.c
        found: dict[tuple[str, str], Case] = {}
        for source in {source for source, _ in source_ids}:
            ids = [source_id for of, source_id in source_ids if of == source]
            for chunk in _chunks(ids):
                query = select(tables.cases).where(c.source == source, c.source_id.in_(chunk))
                for row in self._all(query):
                    found[(source, row.source_id)] = mapping.case_of(row)
        return found

    def fact_sets(self, case_ids: Sequence[CaseId]) -> dict[CaseId, FactSet]:
        """See `engine.ports.Reader.fact_sets`."""
        found: dict[CaseId, FactSet] = {}
        for chunk in _chunks(case_ids):
            query = _latest_facts().where(tables.cases.c.id.in_(chunk))
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

    def control(self) -> Control:
        """See `engine.ports.Reader.control`; the epoch is read first, so it is never too new."""
        epoch = self._first(select(tables.control.c.epoch))
        pauses = self._all(select(tables.pauses))
        active = self._all(select(tables.envelopes).where(tables.envelopes.c.status == "active"))
        return Control(
            epoch=epoch.epoch,
            pauses=tuple(
                Pause(scope=row.scope, reason=row.reason, by=row.by, at=row.at) for row in pauses
            ),
            envelopes={row.desk: _envelope(row) for row in active},
        )

    def control_epoch(self) -> int:
        """The control epoch alone: cheap enough to ask before every batch."""
        return int(self._first(select(tables.control.c.epoch)).epoch)

    def envelope_version(self, desk: str, version: int) -> EnvelopeVersion | None:
        """One version of a desk's envelope."""
        c = tables.envelopes.c
        row = self._first(
            select(tables.envelopes).where(and_(c.desk == desk, c.version == version))
        )
        return _envelope(row) if row else None

    def envelope_versions(self, desk: str) -> tuple[EnvelopeVersion, ...]:
        """All versions of a desk's envelope, newest first."""
        c = tables.envelopes.c
        rows = self._all(select(tables.envelopes).where(c.desk == desk).order_by(c.version.desc()))
        return tuple(_envelope(row) for row in rows)

    def executions_since(self, cell: str, window_start: datetime) -> int:
        """See `engine.ports.Reader.executions_since`."""
        c = tables.budget_uses.c
        row = self._first(select(c.used).where(c.cell == cell, c.window_start == window_start))
        return row.used if row else 0

    def labels_due(self, desk: str, until: datetime, limit: int) -> tuple[LabelDue, ...]:
        """See `engine.ports.Reader.labels_due`."""
        label, case = tables.labels, tables.cases
        made, facts = tables.recommendations, tables.fact_sets
        joined = (
            label.join(
                case,
                and_(case.c.source == label.c.source, case.c.source_id == label.c.source_id),
            )
            .outerjoin(made, made.c.id == case.c.recommendation_id)
            .outerjoin(
                facts,
                and_(facts.c.case_id == case.c.id, facts.c.revision == case.c.facts_revision),
            )
        )
        rows = self._all(
            select(
                case,
                label.c.value,
                label.c.known_at,
                made.c.label.label("predicted"),
                made.c.raw_confidence,
                facts.c.case_id,
                facts.c.revision,
                facts.c.digest,
                facts.c.facts,
            )
            .select_from(joined)
            .where(label.c.desk == desk, label.c.is_applied.is_(False), label.c.known_at < until)
            .order_by(label.c.known_at, label.c.source_id)
            .limit(limit)
        )
        return tuple(
            LabelDue(
                case=mapping.case_of(row),
                label=Label(
                    desk=desk,
                    source=row.source,
                    source_id=row.source_id,
                    value=row.value,
                    known_at=row.known_at,
                ),
                predicted=row.predicted,
                raw_confidence=row.raw_confidence,
                facts=None if row.facts is None else mapping.fact_set_of(row),
            )
            for row in rows
        )

    def labelled_predictions(self, desk: str, until: datetime) -> Iterator[LabelledPrediction]:
        """See `engine.ports.Reader.labelled_predictions`."""
        o, c = tables.outcomes.c, tables.cases.c
        query = (
            select(
                c.source_id,
                c.case_type,
                o.known_at,
                o.raw_confidence,
                o.is_recommendation_correct,
            )
            .join(tables.cases, c.id == o.case_id)
            .where(
                o.desk == desk,
                o.label_source == LabelSource.RECORD.value,
                o.known_at < until,
                o.raw_confidence.is_not(None),
            )
            .order_by(o.known_at, c.source_id)
        )
        for row in self._all(query):
            yield LabelledPrediction(
                source_id=row.source_id,
                case_type=row.case_type,
                known_at=row.known_at,
                raw_confidence=row.raw_confidence,
                is_correct=bool(row.is_recommendation_correct),
            )

    def training_rows(self, desk: str, known_by: datetime) -> Iterator[TrainingRow]:
        """See `engine.ports.Reader.training_rows`."""
        case, label = tables.cases, tables.labels
        query = (
            _latest_facts()
            .add_columns(case.c.source_id, case.c.as_of, label.c.value, label.c.known_at)
            .join(
                label,
                and_(label.c.source == case.c.source, label.c.source_id == case.c.source_id),
            )
            .where(case.c.desk == desk, label.c.known_at < known_by)
            .order_by(case.c.as_of, case.c.source_id)
        )
        with translated(), self._database.reader.connect() as connection:
            for row in connection.execute(query):
                yield TrainingRow(
                    case_id=row.source_id,
                    observed_at=row.as_of,
                    label_known_at=row.known_at,
                    facts=mapping.fact_set_of(row),
                    label=row.value,
                )

    def model_version(self, desk: str, procedure_hash: str, as_of: datetime) -> ModelVersion | None:
        """See `engine.ports.Reader.model_version`."""
        c = tables.model_versions.c
        row = self._first(
            select(tables.model_versions)
            .where(c.desk == desk, c.procedure_hash == procedure_hash, c.as_of <= as_of)
            .order_by(c.as_of.desc())
            .limit(1)
        )
        if row is None:
            return None
        return ModelVersion(
            id=ModelVersionId(row.id),
            desk=row.desk,
            procedure_hash=row.procedure_hash,
            as_of=row.as_of,
            data_hash=row.data_hash,
            rows=row.rows,
            content=bytes(row.content),
            fitted_at=row.fitted_at,
        )

    def person(self, name: str) -> Person | None:
        """See `engine.ports.Reader.person`."""
        c = people_tables.people.c
        row = self._first(select(people_tables.people).where(c.name == name))
        if row is None:
            return None
        return Person(
            id=PersonId(row.id),
            name=row.name,
            display_name=row.display_name,
            roles=frozenset(Role(role) for role in row.roles),
            is_active=row.is_active,
        )

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
        wake_at = self.next_wake(lane)
        return wake_at is not None and wake_at <= now

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


def _latest_facts() -> Select[Any]:
    facts, case = tables.fact_sets, tables.cases
    return select(facts).join(
        case, and_(case.c.id == facts.c.case_id, case.c.facts_revision == facts.c.revision)
    )


def _envelope(row: Any) -> EnvelopeVersion:
    return EnvelopeVersion(
        desk=row.desk,
        version=row.version,
        status=row.status,
        document=row.document,
        note=row.note,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        signed_by=row.signed_by,
        activated_at=row.activated_at,
    )


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
