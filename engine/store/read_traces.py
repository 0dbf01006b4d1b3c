"""Traces: runs of cases, newest first, and the spans of one run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, exists, func, select

from engine.domain.actor import DecidedBy
from engine.domain.case_status import CaseStatus
from engine.domain.ids import CaseId
from engine.domain.recommendation import is_scripted
from engine.domain.span import Stage
from engine.service.rows import Page, SpanRow, TraceRow
from engine.store import tables
from engine.store.read_pages import bounded, cursor_of, holds, identity, read_cursor
from engine.store.read_source import ReadSource
from engine.store.run_tables import runs
from engine.store.types import storable

_LISTED = "traces"
_case = tables.cases.c
_span = tables.spans.c
_run = runs.c
_HAS_SPANS = exists().where(_span.case_id == _case.id)
_BY_ENGINE = case((_span.stage != Stage.PERSON.value, _span.duration_us), else_=0)


class Traces:
    """Reads of spans."""

    def __init__(self, source: ReadSource) -> None:
        """Read from this source."""
        self._source = source

    def page(self, *, desk: str, text: str, cursor: str, limit: int) -> Page[TraceRow]:
        """Runs in the order in which their cases came in, the newest first.

        Raises:
            InvalidRequest: The cursor was not given by this list.
        """
        after = read_cursor(cursor, _LISTED, identity)
        size = bounded(limit)
        query = (
            select(_case.id, _case.source_id, _case.title, _case.status)
            .where(_HAS_SPANS)
            .order_by(_case.id.desc())
        )
        if desk:
            query = query.where(_case.desk == storable(desk))
        if text:
            query = query.where(holds(text, _case.title, _case.source_id))
        if after is not None:
            query = query.where(_case.id < after[0])
        found = self._source.all(query.limit(size + 1))
        sums = self._sums([row.id for row in found[:size]])
        return Page(
            rows=tuple(_trace_row(row, sums[row.id]) for row in found[:size] if row.id in sums),
            next_cursor=cursor_of(_LISTED, found[size - 1].id) if len(found) > size else "",
        )

    def _sums(self, ids: Sequence[UUID]) -> dict[UUID, Any]:
        if not ids:
            return {}
        query = (
            select(
                _span.case_id,
                func.min(_span.started_at).label("started_at"),
                func.sum(_BY_ENGINE).label("duration_us"),
                func.count().label("spans"),
                func.sum(case((_span.error != "", 1), else_=0)).label("errors"),
            )
            .where(_span.case_id.in_(ids))
            .group_by(_span.case_id)
        )
        return {row.case_id: row for row in self._source.all(query)}

    def spans(self, case_id: CaseId) -> tuple[SpanRow, ...]:
        """The spans of a case in the order in which they began, numbered from 1."""
        query = select(tables.spans).where(_span.case_id == case_id)
        rows = self._source.all(query.order_by(_span.started_at, _span.sequence))
        scripted = self._scripted(case_id)
        return tuple(_span_row(row, place, scripted) for place, row in enumerate(rows, start=1))

    def _scripted(self, case_id: CaseId) -> Sequence[Any]:
        """When runs in which a script stands in for a model had the case."""
        query = select(_run.started_at, _run.ended_at).where(
            _run.case_id == case_id, _run.is_scripted.is_(True), _run.is_shadow.is_(False)
        )
        return self._source.all(query)


def _trace_row(row: Any, sums: Any) -> TraceRow:
    return TraceRow(
        case_id=CaseId(row.id),
        source_id=row.source_id,
        title=row.title,
        status=CaseStatus(row.status),
        started_at=sums.started_at,
        duration_us=int(sums.duration_us),
        spans=sums.spans,
        errors=int(sums.errors),
    )


def _is_scripted(span: Any, runs: Sequence[Any]) -> bool:
    """Whether a script was asked in a step, or decided it: one case has one run at a time."""
    if span.decided_by != DecidedBy.MODEL.value:
        return is_scripted(span.rule)
    end = span.started_at + timedelta(microseconds=span.duration_us)
    return any(
        run.started_at <= end and (run.ended_at is None or end <= run.ended_at) for run in runs
    )


def _span_row(row: Any, place: int, scripted: Sequence[Any]) -> SpanRow:
    return SpanRow(
        sequence=place,
        stage=row.stage,
        name=row.name,
        started_at=row.started_at,
        duration_us=row.duration_us,
        decided_by=DecidedBy(row.decided_by),
        rule=row.rule,
        inputs=row.inputs,
        outputs=row.outputs,
        error=row.error,
        is_scripted=_is_scripted(row, scripted),
    )
