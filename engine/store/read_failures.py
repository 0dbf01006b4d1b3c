"""Failed steps: counts by code over a period, the cases of a code, and what one case stands for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, cast, func, or_, select

from engine.domain.case import Case
from engine.domain.case_status import FOR_PEOPLE, CaseStatus
from engine.domain.failure import FailureCode
from engine.domain.failure_codes import OF_ATTENTION, OF_PERMITTED
from engine.domain.failure_table import FAILURES
from engine.domain.ids import CaseId
from engine.service.failure_rows import (
    FailedCase,
    FailureCount,
    FailureFilter,
    FailureWords,
    counted,
    words_of,
)
from engine.service.rows import Page
from engine.store import tables
from engine.store.read_pages import bounded, cursor_of, identity, read_cursor, time, whole
from engine.store.read_source import ReadSource
from engine.store.types import storable

_LISTED = "failures"
_failure = tables.failures.c
_case = tables.cases.c
_KNOWN = tuple(code.value for code in FailureCode)
"""Codes of another version of the engine have no words; they are left out."""


class Failures:
    """Reads of failed steps."""

    def __init__(self, source: ReadSource) -> None:
        """Read from this source."""
        self._source = source

    def counts(self, which: FailureFilter) -> tuple[FailureCount, ...]:
        """Codes with their counts, the most frequent first."""
        stood = func.sum(1 - cast(_failure.is_recovered, Integer))
        query = (
            select(
                _failure.code,
                func.count().label("steps"),
                cast(stood, Integer).label("stood"),
                func.max(_failure.at).label("newest_at"),
            )
            .join(tables.cases, _case.id == _failure.case_id)
            .where(*self._wanted(which))
            .group_by(_failure.code)
        )
        found = self._source.all(query)
        return counted(
            [(FailureCode(row.code), row.steps, row.stood, row.newest_at) for row in found]
        )

    def cases(
        self, code: FailureCode, which: FailureFilter, *, cursor: str, limit: int
    ) -> Page[FailedCase]:
        """Steps that failed with a code, newest first.

        Raises:
            InvalidRequest: The cursor was not given by this list.
        """
        after = read_cursor(cursor, _LISTED, time, identity, whole)
        size = bounded(limit)
        query = (
            select(tables.failures, _case.source_id, _case.title, _case.status)
            .join(tables.cases, _case.id == _failure.case_id)
            .where(_failure.code == code.value, *self._wanted(which))
            .order_by(_failure.at.desc(), _failure.case_id.desc(), _failure.case_version.desc())
        )
        if after is not None:
            query = query.where(_is_before(*after))
        found = self._source.all(query.limit(size + 1))
        last = found[size - 1] if len(found) > size else None
        return Page(
            rows=tuple(_row(row) for row in found[:size]),
            next_cursor=cursor_of(_LISTED, last.at, last.case_id, last.case_version)
            if last
            else "",
        )

    def of_case(self, case: Case) -> FailureWords | None:
        """The failure for which a case stands with people; None where it stands for none."""
        if case.attention is None or case.status not in FOR_PEOPLE:
            return None
        as_designed = OF_ATTENTION[case.attention] is None
        if as_designed and case.attention not in OF_PERMITTED:
            return None
        row = self._source.first(
            select(_failure.code)
            .where(
                _failure.case_id == case.id,
                _failure.is_recovered.is_(False),
                _failure.code.in_(_KNOWN),
            )
            .order_by(_failure.case_version.desc())
            .limit(1)
        )
        if row is None or (as_designed and row.code != OF_PERMITTED[case.attention]):
            return None
        return words_of(FailureCode(row.code))

    def _wanted(self, which: FailureFilter) -> list[ColumnElement[bool]]:
        codes = _KNOWN
        if which.stage is not None:
            codes = tuple(c for c in _KNOWN if FAILURES[FailureCode(c)].stage is which.stage)
        wanted = [_case.origin == which.origin.value, _failure.code.in_(codes)]
        if which.hours is not None:
            since = self._source.clock.now() - timedelta(hours=which.hours)
            wanted.append(_failure.at >= since)
        if which.desk:
            wanted.append(_failure.desk == storable(which.desk))
        if which.case_type:
            wanted.append(_failure.case_type == storable(which.case_type))
        return wanted


def _is_before(at: Any, case_id: Any, version: int) -> ColumnElement[bool]:
    in_case = and_(_failure.case_id == case_id, _failure.case_version < version)
    # The first condition says nothing new; it lets the index begin at the right place.
    return and_(_failure.at <= at, or_(_failure.at < at, _failure.case_id < case_id, in_case))


def _row(row: Any) -> FailedCase:
    return FailedCase(
        case_id=CaseId(row.case_id),
        source_id=row.source_id,
        title=row.title,
        desk=row.desk,
        case_type=row.case_type,
        status=CaseStatus(row.status),
        tool=row.tool,
        note=row.note,
        at=row.at,
        is_recovered=row.is_recovered,
    )
