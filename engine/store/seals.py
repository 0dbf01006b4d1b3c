"""Making seals: every entry that no seal covers yet gets one, in the database and in the file.

Order of writing: first the transaction with the seal and its marks commits, then the line is
appended to the seal file and flushed to the disk. A crash in between leaves a seal without its
line; the next sealing appends it, if its mac and root hold. It never goes the other way round, so
a line without its seal means that somebody dropped the seal. The file's lock is held over both
steps: a verification never sees one without the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, ScalarSelect, and_, bindparam, func, select
from sqlalchemy.exc import IntegrityError

from engine.domain.seal import (
    GENESIS_MAC,
    Seal,
    SealedEntry,
    covers,
    is_authentic,
    make_seal,
)
from engine.domain.seal_line import SealLine, is_authentic_line, make_line, parse_line
from engine.errors import ConfigError, LedgerError
from engine.store import tables
from engine.store.bulk import insert_rows
from engine.store.compiled import Compiled
from engine.store.database import Database
from engine.store.failures import translated
from engine.store.raw_rows import MARK_COLUMNS, SEAL_COLUMNS, mark_of, raw, seal_of
from engine.store.seal_file import OpenSealFile, SealFile

ENTRIES_PER_SEAL = 1_000
"""A larger backlog becomes several seals, so that no write transaction is long."""

MIN_KEY_BYTES = 16
LATEST_COMMIT = timedelta(hours=1)
"""Entries older than the last seal by more than this are looked for only where the counts of
entries and seals disagree: longer than any transaction takes and any clock is wrong."""
EVERYTHING = datetime.min.replace(tzinfo=UTC)
_READ_AT_ONCE = 50_000

_e = tables.ledger_entries.c
_m = tables.seal_entries.c
_s = tables.seals.c


def _sum(column: ColumnElement[int]) -> ScalarSelect[int]:
    return select(func.coalesce(func.sum(column), 0)).scalar_subquery()


_ENTRIES = _sum(tables.cases.c.ledger_sequence) + _sum(tables.ledger_streams.c.sequence)
_UNSEALED_COUNT = Compiled(select((_ENTRIES - _sum(_s.count)).label("entries")))
_LAST_SEALED_AT = Compiled(select(func.max(_s.sealed_at).label("at")))
_SEAL = select(*[raw(column).label(column.name) for column in SEAL_COLUMNS])
_LAST_SEAL = Compiled(_SEAL.order_by(_s.number.desc()).limit(1))
_SEALS_AFTER = Compiled(_SEAL.where(_s.number > bindparam("after")).order_by(_s.number))
_MARKS_OF = Compiled(
    select(*[raw(column).label(column.name) for column in MARK_COLUMNS]).where(
        _m.seal_number == bindparam("of_seal")
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class SealMade:
    """What one sealing did."""

    seals: tuple[Seal, ...]
    entries: int
    """How many entries they cover."""
    appended: tuple[int, ...]
    """Older seals whose line the file lacked, as after a crash; it has them now."""
    refused: tuple[int, ...]
    """Older seals that the file lacks and that do not hold; `verify_ledger` says why."""


def seal_now(
    database: Database,
    key: bytes,
    file: SealFile,
    now: datetime,
    *,
    is_thorough: bool = False,
) -> SealMade | None:
    """Seal every entry that no seal covers.

    Args:
        database: Where the ledger is; entries are read apart from the write transactions.
        key: At least 16 secret bytes from outside the database.
        file: The seal file of this database.
        now: Aware time, for the seals.
        is_thorough: Look at every entry even where counting says that all are sealed; for the
            start and the clean stop.

    Returns:
        What was done; None where there was nothing to do.

    Raises:
        ConfigError: The key is too short.
        StoreUnavailable: The database is locked, read-only or out of reach.
        LedgerError: The seal file cannot be written; the seal is in the database, and its line
            follows with the next sealing.
    """
    if len(key) < MIN_KEY_BYTES:
        raise ConfigError(f"The seal key needs at least {MIN_KEY_BYTES} bytes; make it anew.")
    with translated():
        appended, refused = _append_missing(database, key, file)
        seals = tuple(_seal_backlog(database, key, file, now, is_thorough=is_thorough))
    if not seals and not appended and not refused:
        return None
    entries = sum(seal.count for seal in seals)
    return SealMade(seals=seals, entries=entries, appended=appended, refused=refused)


def count_unsealed(connection: Connection) -> int:
    """How many entries no seal covers, by the counts of streams and seals; cheap, unverified."""
    return int(_UNSEALED_COUNT.first(connection).entries)


def _seal_backlog(
    database: Database, key: bytes, file: SealFile, now: datetime, *, is_thorough: bool
) -> Iterator[Seal]:
    since = EVERYTHING
    if not is_thorough:
        with database.reader.connect() as connection:
            if count_unsealed(connection) == 0:
                return
            since = _looked_through(connection)
        yield from _seal_from(database, key, file, now, since)
        if since == EVERYTHING:
            return
        with database.reader.connect() as connection:
            if count_unsealed(connection) == 0:
                return
    yield from _seal_from(database, key, file, now, EVERYTHING)


def _looked_through(connection: Connection) -> datetime:
    """The moment before which entries are almost surely sealed."""
    last = _LAST_SEALED_AT.first(connection).at
    return EVERYTHING if last is None else last - LATEST_COMMIT


def _seal_from(
    database: Database, key: bytes, file: SealFile, now: datetime, since: datetime
) -> Iterator[Seal]:
    is_more = True
    while is_more:
        with database.reader.connect() as connection:
            waiting = _unsealed(connection, _READ_AT_ONCE, since)
        is_more = len(waiting) == _READ_AT_ONCE
        for start in range(0, len(waiting), ENTRIES_PER_SEAL):
            seal = _seal(database, key, file, now, waiting[start : start + ENTRIES_PER_SEAL])
            if seal is None:
                return
            yield seal


def _unsealed(connection: Connection, limit: int, since: datetime) -> list[SealedEntry]:
    """Entries from a moment on without a mark, of each stream the earliest first."""
    together = tables.ledger_entries.outerjoin(
        tables.seal_entries, and_(_m.stream == _e.stream, _m.sequence == _e.sequence)
    )
    query = (
        select(_e.stream, _e.sequence, _e.hash)
        .select_from(together)
        .where(_m.stream.is_(None))
        .order_by(_e.stream, _e.sequence)
        .limit(limit)
    )
    if since != EVERYTHING:
        query = query.where(_e.at >= since)
    return [SealedEntry(*row) for row in connection.execute(query)]


def _seal(
    database: Database, key: bytes, file: SealFile, now: datetime, entries: list[SealedEntry]
) -> Seal | None:
    """Make one seal; None where another process sealed the same entries first."""
    with file.locked() as opened:
        with database.reader.connect() as connection:
            number, mac = _last(connection, key, file, opened)
        seal = make_seal(entries, number=number + 1, previous_mac=mac, sealed_at=now, key=key)
        try:
            with database.writer.begin() as connection:
                _insert(connection, seal, entries)
        except IntegrityError:
            return None
        opened.append([make_line(seal, entries, key).text()])
    return seal


def _insert(connection: Connection, seal: Seal, entries: list[SealedEntry]) -> None:
    row = {column.name: getattr(seal, column.name) for column in SEAL_COLUMNS}
    marks = [{**entry._asdict(), "seal_number": seal.number} for entry in entries]
    insert_rows(connection, tables.seals, [row])
    insert_rows(connection, tables.seal_entries, marks)


def _last(
    connection: Connection, key: bytes, file: SealFile, opened: OpenSealFile
) -> tuple[int, bytes]:
    """Number and mac the next seal follows.

    The file's, where it is ahead of the table: a seal that was dropped from the table leaves a
    hole for good instead of giving its number to the next.
    """
    row = _LAST_SEAL.first(connection)
    in_table = (0, GENESIS_MAC) if row is None else (seal_of(row).number, seal_of(row).mac)
    line = _last_line(file, opened, key)
    in_file = (0, GENESIS_MAC) if line is None else (line.seal.number, line.seal.mac)
    return in_file if in_file[0] >= in_table[0] else in_table


def _append_missing(
    database: Database, key: bytes, file: SealFile
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Append the lines that the file lacks at its end, of seals that hold.

    Returns:
        Numbers of seals appended, and of those that do not hold.
    """
    refused: list[int] = []
    appended: list[int] = []

    def lines(connection: Connection, after: int) -> Iterator[str]:
        for seal, entries in _seals_after(connection, after):
            if is_authentic(seal, key) and covers(seal, entries):
                appended.append(seal.number)
                yield make_line(seal, entries, key).text()
            else:
                refused.append(seal.number)

    with database.reader.connect() as connection:
        if _LAST_SEAL.first(connection) is None:
            return (), ()
        with file.locked() as opened:
            line = _last_line(file, opened, key)
            last = 0 if line is None else line.seal.number
            opened.append(lines(connection, last))
    return tuple(appended), tuple(refused)


def _seals_after(connection: Connection, after: int) -> Iterator[tuple[Seal, list[SealedEntry]]]:
    for row in _SEALS_AFTER.all(connection, after=after):
        seal = seal_of(row)
        marks = _MARKS_OF.all(connection, of_seal=seal.number)
        yield seal, [mark_of(mark)[1] for mark in marks]


def _last_line(file: SealFile, opened: OpenSealFile, key: bytes) -> SealLine | None:
    """The newest line that the key vouches for; almost always the last one."""
    last = _believed(opened.tail()[0], key)
    if last is not None or opened.size == 0:
        return last
    found = (_believed(line.text, key) for line in file.lines(opened.size) if line.is_whole)
    return max(
        (line for line in found if line is not None),
        key=lambda line: line.seal.number,
        default=None,
    )


def _believed(text: str, key: bytes) -> SealLine | None:
    try:
        line = parse_line(text)
    except LedgerError:
        return None
    return line if is_authentic_line(line, key) else None
