"""The ledger as pages show it: entries newest first, and the timeline of one case.

Columns are read as the driver gives them: an entry that somebody tampered with is shown, not
stumbled over. Whether the chain holds is not said here but by `verify_ledger`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Select, String, and_, or_, select, type_coerce

from engine.domain.actor import DecidedBy
from engine.domain.canonical import Json, parse
from engine.domain.ids import CaseId
from engine.domain.stored_ledger import StoredEntry
from engine.service.rows import LedgerRow, Page, TimelineRow
from engine.store import tables
from engine.store.raw_rows import ENTRY_COLUMNS, entry_of, raw
from engine.store.read_pages import bounded, cursor_of, read_cursor, time, whole, word
from engine.store.read_sentences import rule_of, sentence_of, stage_of
from engine.store.read_source import ReadSource
from engine.store.read_spoken import Spoken, spoken_of
from engine.store.types import storable, streams_of_cases

_LISTED = "ledger"
_e = tables.ledger_entries.c
_m = tables.seal_entries.c


class LedgerPages:
    """Reads of the ledger for people."""

    def __init__(self, source: ReadSource) -> None:
        """Read from this source."""
        self._source = source
        self._spoken = spoken_of(source.desks)

    def page(self, *, stream: str, kind: str, cursor: str, limit: int) -> Page[LedgerRow]:
        """Entries, newest first.

        Args:
            stream: A stream's whole name, or the beginning of names.
            kind: An event kind; empty: all.
            cursor: Where the part begins.
            limit: Rows at most.

        Raises:
            InvalidRequest: The cursor was not given by this list.
        """
        after = read_cursor(cursor, _LISTED, time, word, whole)
        size = bounded(limit)
        query = _entries().order_by(_e.at.desc(), _e.stream.desc(), _e.sequence.desc())
        if stream:
            query = query.where(self._is_of(storable(stream)))
        if kind:
            query = query.where(_e.kind == storable(kind))
        if after is not None:
            query = query.where(_is_before(*after))
        entries = [entry_of(row) for row in self._source.all(query.limit(size + 1))]
        last = entries[size - 1] if len(entries) > size else None
        return Page(
            rows=tuple(_ledger_row(entry, self._spoken) for entry in entries[:size]),
            next_cursor=cursor_of(_LISTED, last.at, last.stream, last.sequence) if last else "",
        )

    def _is_of(self, stream: str) -> ColumnElement[bool]:
        whole_name = _e.stream == stream
        if self._source.first(select(_e.sequence).where(whole_name).limit(1)) is not None:
            return whole_name
        return _begins_with(stream, is_sqlite=self._source.database.is_sqlite)

    def timeline(self, case_id: CaseId) -> tuple[TimelineRow, ...]:
        """What happened to a case, oldest first."""
        query = _entries().where(_e.stream == f"case:{case_id}").order_by(_e.sequence)
        return tuple(_timeline_row(entry_of(row), self._spoken) for row in self._source.all(query))


def _begins_with(prefix: str, *, is_sqlite: bool) -> ColumnElement[bool]:
    by_text = type_coerce(_e.stream, String()).startswith(prefix, autoescape=True)
    ids = streams_of_cases(prefix) if is_sqlite else None
    if ids is None:
        return by_text
    return or_(by_text, type_coerce(_e.stream, LargeBinary()).between(*ids))


def _entries() -> Select[Any]:
    place = and_(_m.stream == _e.stream, _m.sequence == _e.sequence)
    together = tables.ledger_entries.outerjoin(tables.seal_entries, place)
    return select(*(raw(column) for column in ENTRY_COLUMNS)).select_from(together)


def _is_before(at: datetime, stream: str, sequence: int) -> ColumnElement[bool]:
    in_stream = and_(_e.stream == stream, _e.sequence < sequence)
    # The first condition says nothing new; it lets the index begin at the right place.
    return and_(_e.at <= at, or_(_e.at < at, _e.stream < stream, in_stream))


def _ledger_row(entry: StoredEntry, spoken: Spoken) -> LedgerRow:
    payload = _payload(entry)
    return LedgerRow(
        stream=entry.stream,
        sequence=entry.sequence,
        at=entry.at,
        kind=entry.kind,
        decided_by=_decided_by(entry),
        actor=entry.actor,
        text=sentence_of(entry.kind, payload, spoken),
        hash=entry.hash.hex(),
        is_sealed=entry.seal_number is not None,
        payload=payload,
    )


def _timeline_row(entry: StoredEntry, spoken: Spoken) -> TimelineRow:
    payload = _payload(entry)
    return TimelineRow(
        at=entry.at,
        kind=entry.kind,
        text=sentence_of(entry.kind, payload, spoken),
        decided_by=_decided_by(entry),
        actor=entry.actor,
        rule=rule_of(entry.kind, payload),
        stage=stage_of(entry.kind),
    )


def _payload(entry: StoredEntry) -> Json:
    """What the entry says; its raw text where that is no JSON."""
    if entry.payload is None:
        return None
    try:
        return parse(entry.payload)
    except (ValueError, RecursionError):
        return entry.payload


def _decided_by(entry: StoredEntry) -> DecidedBy:
    """Who decided; a value that no engine writes is shown as code, and found by the check."""
    try:
        return DecidedBy(entry.decided_by)
    except ValueError:
        return DecidedBy.CODE
