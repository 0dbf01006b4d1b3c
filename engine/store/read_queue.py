"""The queue: cases that wait for a person, the most pressing first, and its version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from engine.domain.canonical import canonical_text
from engine.domain.case import Attention, Origin
from engine.domain.case_status import FOR_PEOPLE, CaseStatus
from engine.domain.ids import CaseId
from engine.service.rows import Page, QueueFilter, QueueRow
from engine.store import tables
from engine.store.drafts import is_scripted_draft
from engine.store.read_pages import (
    bounded,
    cursor_of,
    holds,
    identity,
    optional_time,
    read_cursor,
    whole,
)
from engine.store.read_source import ReadSource
from engine.store.types import storable

WAITING = FOR_PEOPLE | {CaseStatus.WAITING_FACT}
"""What the queue shows where no status is asked for."""

_WAITING_VALUES = sorted(status.value for status in WAITING)
_LISTED = "queue"
_case = tables.cases.c
_claim = tables.claims.c
_made = tables.recommendations.c


class Queue:
    """Reads of the queue."""

    def __init__(self, source: ReadSource) -> None:
        """Read from this source."""
        self._source = source

    def page(self, which: QueueFilter, *, cursor: str, limit: int) -> Page[QueueRow]:
        """A part of the queue: by deadline, cases without one last, then priority, then id.

        Raises:
            InvalidRequest: The cursor was not given by this list.
        """
        after = read_cursor(cursor, _LISTED, optional_time, whole, identity)
        size = bounded(limit)
        now = self._source.clock.now()
        found = self._matching(which, now)
        query = found.add_columns(_case.due_at, _case.priority)
        query = query.order_by(_case.due_at.is_(None), _case.due_at, _case.priority, _case.id)
        if after is not None:
            query = query.where(_is_after(*after))
        keys = self._source.all(query.limit(size + 1))
        last = keys[size - 1] if len(keys) > size else None
        return Page(
            rows=self._rows([key.id for key in keys[:size]], now),
            next_cursor=cursor_of(_LISTED, last.due_at, last.priority, last.id) if last else "",
            total=self._source.count(found.with_only_columns(func.count())),
        )

    def _matching(self, which: QueueFilter, now: datetime) -> Select[Any]:
        query = select(_case.id)
        if which.status is None:
            query = query.where(_case.status.in_(_WAITING_VALUES))
        else:
            query = query.where(_case.status == which.status.value)
        if which.desk:
            query = query.where(_case.desk == storable(which.desk))
        if which.attention is not None:
            query = query.where(_case.attention == which.attention.value)
        if which.roles:
            query = query.where(_case.role.in_(sorted(which.roles)))
        if which.text:
            query = query.where(holds(which.text, _case.title, _case.source_id))
        if which.claimed_by:
            query = query.join(tables.claims, _claim.case_id == _case.id).where(
                _claim.person == storable(which.claimed_by), _claim.expires_at > now
            )
        return query

    def _rows(self, ids: list[UUID], now: datetime) -> tuple[QueueRow, ...]:
        query = (
            select(
                *(_case[name] for name in _SHOWN),
                _claim.person.label("claimed_by"),
                _claim.expires_at.label("claimed_until"),
                _made.threshold,
                _made.is_calibrated,
                _made.draft,
            )
            .outerjoin(tables.claims, and_(_claim.case_id == _case.id, _claim.expires_at > now))
            .outerjoin(tables.recommendations, _made.id == _case.recommendation_id)
            .where(_case.id.in_(ids))
        )
        known = {row.id: row for row in self._source.all(query)} if ids else {}
        return tuple(_row(known[id_]) for id_ in ids if id_ in known)

    def row(self, case_id: CaseId) -> QueueRow | None:
        """The line of one case, whatever its status."""
        rows = self._rows([case_id], self._source.clock.now())
        return rows[0] if rows else None

    def version(self, desk: str) -> str:
        """A text that changes with every change of a case and of a claim that holds.

        Versions only grow and cases only come, so their number and sum never repeat.
        """
        of_desk: ColumnElement[bool] | None = _case.desk == storable(desk) if desk else None
        moved = select(func.count(), func.coalesce(func.sum(_case.version), 0)).select_from(
            tables.cases
        )
        held = select(_claim.case_id, _claim.person, _claim.expires_at).where(
            _claim.expires_at > self._source.clock.now()
        )
        if of_desk is not None:
            moved = moved.where(of_desk)
            held = held.join(tables.cases, _case.id == _claim.case_id).where(of_desk)
        count, versions = self._source.first(moved)
        claims = [tuple(row) for row in self._source.all(held.order_by(_claim.case_id))]
        mark = sha256(canonical_text(claims).encode()).hexdigest()[:12] if claims else "0"
        return f"{count}.{versions}.{mark}"

    def find(self, text: str) -> CaseId | None:
        """The case with that id or source id; of several the newest."""
        wanted = storable(text.strip())
        query = select(_case.id).where(_is_named(wanted, self._sources()))
        row = self._source.first(query.order_by(_case.id.desc()).limit(1))
        return None if row is None else CaseId(row.id)

    def _sources(self) -> list[str]:
        """The systems cases come from, by steps over the index: there are few."""
        found: list[str] = []
        step = select(func.min(_case.source))
        while (name := self._source.first(step)[0]) is not None:
            found.append(name)
            step = select(func.min(_case.source)).where(_case.source > name)
        return found


_SHOWN = (
    "id",
    "version",
    "desk",
    "case_type",
    "source_id",
    "title",
    "status",
    "priority",
    "as_of",
    "due_at",
    "review_due_at",
    "confidence",
    "proposal",
    "attention",
    "attention_note",
    "role",
    "origin",
)
"""Columns of a case that the queue shows."""


def _row(row: Any) -> QueueRow:
    return QueueRow(
        case_id=CaseId(row.id),
        version=row.version,
        desk=row.desk,
        case_type=row.case_type,
        source_id=row.source_id,
        title=row.title,
        status=CaseStatus(row.status),
        priority=row.priority,
        as_of=row.as_of,
        due_at=row.due_at,
        review_due_at=row.review_due_at,
        confidence=row.confidence,
        threshold=row.threshold,
        proposal=row.proposal,
        attention=Attention(row.attention) if row.attention else None,
        attention_note=row.attention_note,
        role=row.role,
        claimed_by=row.claimed_by or "",
        claimed_until=row.claimed_until,
        origin=Origin(row.origin),
        is_scripted=is_scripted_draft(row.draft),
        is_calibrated=row.is_calibrated is not False,
    )


def _is_after(due_at: datetime | None, priority: int, id_: UUID) -> ColumnElement[bool]:
    later = or_(_case.priority > priority, and_(_case.priority == priority, _case.id > id_))
    if due_at is None:
        return and_(_case.due_at.is_(None), later)
    return or_(_case.due_at.is_(None), _case.due_at > due_at, and_(_case.due_at == due_at, later))


def _is_named(text: str, sources: Sequence[str]) -> ColumnElement[bool]:
    by_source = and_(_case.source.in_(sources), _case.source_id == text)
    try:
        return or_(_case.id == UUID(text), by_source)
    except ValueError:
        return by_source
