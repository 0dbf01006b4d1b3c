"""LearningReads: labels that have become known, and what fits and calibration eat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Select, and_, bindparam, exists, select

from engine.domain.fact import people_who_told
from engine.domain.identity import ReasonerId
from engine.domain.ids import ModelVersionId, RecommendationId
from engine.domain.outcome import Label, LabelSource
from engine.ports import LabelDue, LabelledPrediction, ModelVersion, TrainingRow
from engine.store import case_rows, mapping, tables
from engine.store.compiled import Compiled
from engine.store.failures import translated
from engine.store.first_asks import FirstAsks
from engine.store.reads import latest_facts
from engine.store.run_tables import runs


def _labels_due() -> Select[Any]:
    """Labels with their case and what was recommended on it; asked for before every case."""
    label, case = tables.labels, tables.cases
    made, facts, run = tables.recommendations, tables.fact_sets, runs.c
    joined = (
        label.join(
            case, and_(case.c.source == label.c.source, case.c.source_id == label.c.source_id)
        )
        .outerjoin(made, made.c.id == case.c.recommendation_id)
        .outerjoin(
            facts, and_(facts.c.case_id == case.c.id, facts.c.revision == case.c.facts_revision)
        )
    )
    return (
        select(
            case,
            label.c.value,
            label.c.known_at,
            made.c.label.label("predicted"),
            made.c.raw_confidence,
            made.c.reasoner,
            made.c.reasoner_version,
            exists().where(run.case_id == case.c.id, run.is_shadow.is_(False)).label("has_run"),
            facts.c.case_id,
            facts.c.revision,
            facts.c.digest,
            facts.c.facts,
        )
        .select_from(joined)
        .where(
            label.c.desk == bindparam("desk"),
            label.c.is_applied.is_(False),
            label.c.known_at < bindparam("known_by"),
        )
        .order_by(label.c.known_at, label.c.source_id)
        .limit(bindparam("most", type_=Integer))
        .offset(bindparam("left_out", type_=Integer))
    )


_LABELS_DUE = Compiled(_labels_due())


class LearningReads(FirstAsks):
    """Nothing here gives a label before it is known."""

    def labels_due(
        self, desk: str, until: datetime, limit: int, offset: int = 0
    ) -> tuple[LabelDue, ...]:
        """See `engine.ports.Reader.labels_due`."""
        rows = self._all(_LABELS_DUE, desk=desk, known_by=until, most=limit, left_out=offset)
        return tuple(self._judging(_label_due(desk, row), row) for row in rows)

    def _judging(self, due: LabelDue, row: Any) -> LabelDue:
        """A label with what it judges, where that may not be what stands."""
        is_told = due.facts is not None and bool(people_who_told(due.facts.facts))
        if not (row.has_run or is_told):
            return due
        asked = self.first_ask(row.id, row.recommendation_id, is_told=is_told)
        return replace(
            due,
            recommendation_id=RecommendationId(asked.id) if asked else None,
            predicted=asked.label if asked else None,
            raw_confidence=asked.raw_confidence if asked else None,
            by=_by(asked) if asked else None,
        )

    def labelled_predictions(self, desk: str, until: datetime) -> Iterator[LabelledPrediction]:
        """See `engine.ports.Reader.labelled_predictions`."""
        o, c, made = tables.outcomes.c, tables.cases.c, tables.recommendations.c
        query = (
            select(
                c.source_id,
                c.case_type,
                o.known_at,
                o.raw_confidence,
                o.is_recommendation_correct,
                made.reasoner,
                made.reasoner_version,
            )
            .select_from(
                tables.outcomes.join(tables.cases, c.id == o.case_id).outerjoin(
                    tables.recommendations, made.id == o.recommendation_id
                )
            )
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
                by=_by(row),
            )

    def training_rows(self, desk: str, known_by: datetime) -> Iterator[TrainingRow]:
        """See `engine.ports.Reader.training_rows`."""
        case, label = tables.cases, tables.labels
        query = (
            latest_facts()
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


def _label_due(desk: str, row: Any) -> LabelDue:
    case = case_rows.case_of(row)
    return LabelDue(
        case=case,
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
        recommendation_id=case.recommendation_id,
        by=_by(row),
    )


def _by(row: Any) -> ReasonerId | None:
    return ReasonerId(row.reasoner, row.reasoner_version) if row.reasoner else None
