"""The decision log: every choice, newest first, and whether a person reviewed it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select

from engine.domain.actor import DecidedBy
from engine.domain.ids import CaseId
from engine.service.phrases import codes_said_with
from engine.service.rows import ChoiceRow, Page
from engine.store import tables
from engine.store.read_pages import (
    bounded,
    cursor_of,
    holds,
    identity,
    read_cursor,
    time,
    whole,
)
from engine.store.read_source import ReadSource
from engine.store.types import storable

_LISTED = "choices"
_choice = tables.choices.c
_case = tables.cases.c
_decision = tables.decisions.c

_IS_REVIEWED = exists().where(
    _decision.case_id == _choice.case_id,
    _decision.decided_at > _choice.at,
    _decision.taken_back_at.is_(None),
)
"""A person answered on the case after the choice, and did not take it back."""


class Choices:
    """Reads of the decision log."""

    def __init__(self, source: ReadSource) -> None:
        """Read from this source."""
        self._source = source

    def page(self, *, text: str, kind: str, cursor: str, limit: int) -> Page[ChoiceRow]:
        """Choices, newest first.

        Raises:
            InvalidRequest: The cursor was not given by this list.
        """
        after = read_cursor(cursor, _LISTED, time, identity, whole)
        size = bounded(limit)
        query = (
            select(tables.choices, _case.source_id, _IS_REVIEWED.label("is_reviewed"))
            .join(tables.cases, _case.id == _choice.case_id)
            .order_by(_choice.at.desc(), _choice.case_id.desc(), _choice.sequence.desc())
        )
        if text:
            searched = (_choice.chosen, _choice.grounds, _choice.decider, _case.source_id)
            # What a screen says in words is stored as a code.
            asked = [holds(one, *searched) for one in (text, *codes_said_with(text))]
            query = query.where(or_(*asked))
        if kind:
            query = query.where(_choice.kind == storable(kind))
        if after is not None:
            query = query.where(_is_before(*after))
        found = self._source.all(query.limit(size + 1))
        last = found[size - 1] if len(found) > size else None
        return Page(
            rows=tuple(_row(row) for row in found[:size]),
            next_cursor=cursor_of(_LISTED, last.at, last.case_id, last.sequence) if last else "",
        )


def _is_before(at: datetime, case_id: UUID, sequence: int) -> ColumnElement[bool]:
    in_case = and_(_choice.case_id == case_id, _choice.sequence < sequence)
    # The first condition says nothing new; it lets the index begin at the right place.
    return and_(_choice.at <= at, or_(_choice.at < at, _choice.case_id < case_id, in_case))


def _row(row: Any) -> ChoiceRow:
    return ChoiceRow(
        case_id=CaseId(row.case_id),
        source_id=row.source_id,
        at=row.at,
        kind=row.kind,
        decided_by=DecidedBy(row.decided_by),
        decider=row.decider,
        chosen=row.chosen,
        options=tuple(row.options),
        grounds=row.grounds,
        is_reviewed=row.is_reviewed,
    )
