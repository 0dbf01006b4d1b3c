"""SqlLedger: the stored ledger as its check reads it, and `verify_ledger`.

Everything is read in one transaction that never writes. How rows become values is `raw_rows`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select
from sqlalchemy.exc import DataError

from engine.domain.ledger_check import check_ledger
from engine.domain.ledger_report import LedgerReport
from engine.domain.seal import Seal, SealedEntry
from engine.domain.stored_ledger import FileLine, Head, StoredEntry
from engine.errors import LedgerError
from engine.store import tables
from engine.store.database import Database
from engine.store.failures import translated
from engine.store.raw_rows import (
    ENTRY_COLUMNS,
    MARK_COLUMNS,
    SEAL_COLUMNS,
    blob,
    entry_of,
    head_of,
    mark_of,
    raw,
    seal_of,
    whole,
)
from engine.store.seal_file import SealFile
from engine.store.types import case_of_stream

_ROWS_AT_ONCE = 1000

_e = tables.ledger_entries.c
_m = tables.seal_entries.c
_s = tables.seals.c


def verify_ledger(database: Database, key: bytes | None, file: SealFile) -> LedgerReport:
    """Check the ledger of a database against itself, its seals and its seal file.

    Reads one unchanging picture while others go on writing; memory does not grow with the ledger.

    Args:
        database: Where the ledger is.
        key: The key the seals were made with; None where it is not at hand.
        file: The seal file.

    Raises:
        StoreUnavailable: The database is out of reach.
        LedgerError: The seal file, or a time in the database, cannot be read at all.
    """
    try:
        with translated(), _picture(database, file) as stored:
            return check_ledger(stored, key)
    except DataError as error:
        raise LedgerError(f"The ledger holds a value that cannot be read: {error.orig}") from error


@contextmanager
def _picture(database: Database, file: SealFile) -> Iterator[SqlLedger]:
    with database.reader.connect() as connection:
        if database.is_sqlite:
            _read_any_text(connection, _lenient)
        else:
            connection.execution_options(isolation_level="REPEATABLE READ")
        try:
            size = _hold_still(connection, file)
            if size is None and file.path.exists():
                # It was made while the picture began, so its first seals may be in neither or one.
                connection.rollback()
                size = _hold_still(connection, file)
            yield SqlLedger(connection, file, size)
        finally:
            connection.rollback()
            if database.is_sqlite:
                _read_any_text(connection, str)


def _read_any_text(connection: Connection, reading: Callable[[bytes], str]) -> None:
    driver: Any = connection.connection.driver_connection
    driver.text_factory = reading


def _lenient(stored: bytes) -> str:
    """Text that is none is a finding, not the end of the check."""
    return stored.decode("utf-8", "backslashreplace")


def _hold_still(connection: Connection, file: SealFile) -> int | None:
    """Begin the picture while nobody seals.

    Returns:
        The bytes of the seal file that belong to the picture; None where there is no file.
    """
    with file.still() as size:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        connection.execute(select(func.max(_s.number))).scalar_one()
        return size


class SqlLedger:
    """Reads the ledger over a connection that stays in one transaction."""

    def __init__(self, connection: Connection, file: SealFile, size: int | None) -> None:
        """Read over a connection, and the first `size` bytes of a seal file."""
        self._connection = connection
        self._file = file
        self._size = size

    def entries(self) -> Iterator[StoredEntry]:
        """All entries; those of a stream together and by number."""
        together = tables.ledger_entries.outerjoin(tables.seal_entries, _same_place())
        columns = [raw(column) for column in ENTRY_COLUMNS]
        query = select(*columns).select_from(together).order_by(_e.stream, _e.sequence)
        for row in self._stream(query):
            yield entry_of(row)

    def heads(self, streams: Sequence[str]) -> Mapping[str, Head]:
        """Head rows of these streams, where there are any."""
        table, cases = tables.ledger_streams.c, tables.cases.c
        names = [name for name in streams if not name.startswith("case:")]
        ids = [found for name in streams if (found := case_of_stream(name))]
        queries = (
            (select(raw(table.name), raw(table.sequence), raw(table.head)), table.name.in_(names)),
            (
                select(raw(cases.id), raw(cases.ledger_sequence), raw(cases.ledger_head)),
                cases.id.in_(ids),
            ),
        )
        rows = [
            row for query, here in queries for row in self._connection.execute(query.where(here))
        ]
        return dict(head_of(row) for row in rows)

    def heads_without_entries(self) -> Iterator[tuple[str, Head]]:
        """Head rows that count entries, of streams that have none."""
        table, cases = tables.ledger_streams.c, tables.cases.c
        for query in (
            select(raw(table.name), raw(table.sequence), raw(table.head)),
            select(raw(cases.id), raw(cases.ledger_sequence), raw(cases.ledger_head)),
        ):
            options = {"yield_per": _ROWS_AT_ONCE}
            result = self._connection.execute(query, execution_options=options)
            for rows in result.partitions():
                yield from self._without_entries(dict(head_of(row) for row in rows))

    def _without_entries(self, heads: dict[str, Head]) -> Iterator[tuple[str, Head]]:
        first = select(_e.stream).where(_e.stream.in_(heads), _e.sequence == 1)
        begun = set(self._connection.execute(first).scalars())
        for stream, head in heads.items():
            if stream not in begun and head.sequence > 0 and self.last_sequence(stream) == 0:
                yield stream, head

    def orphan_marks(self) -> Iterator[tuple[str, int]]:
        """Seal marks (stream, sequence) without an entry, by stream and number."""
        together = tables.seal_entries.outerjoin(tables.ledger_entries, _same_place())
        query = (
            select(raw(_m.stream), raw(_m.sequence))
            .select_from(together)
            .where(_e.stream.is_(None))
            .order_by(_m.stream, _m.sequence)
        )
        for row in self._stream(query):
            yield row[0], whole(row[1], otherwise=0)

    def last_sequence(self, stream: str) -> int:
        """Number of the last entry of a stream, 0 where it has none."""
        query = select(func.max(_e.sequence)).where(_e.stream == stream)
        return whole(self._connection.execute(query).scalar_one(), otherwise=0)

    def entry_hash(self, stream: str, sequence: int) -> bytes | None:
        """Hash of an entry, where there is one."""
        query = select(raw(_e.hash)).where(_e.stream == stream, _e.sequence == sequence)
        return blob(self._connection.execute(query).scalar())

    def marked_hash(self, stream: str, sequence: int) -> bytes | None:
        """Hash an entry had when it was sealed, where it has a mark."""
        query = select(raw(_m.hash)).where(_m.stream == stream, _m.sequence == sequence)
        return blob(self._connection.execute(query).scalar())

    def seals(self) -> Iterator[Seal]:
        """All seals by number."""
        columns = [raw(column) for column in SEAL_COLUMNS]
        for row in self._stream(select(*columns).order_by(_s.number)):
            yield seal_of(row)

    def marks(self) -> Iterator[tuple[int, SealedEntry]]:
        """All seal marks with their seal's number, by that number."""
        columns = [raw(column) for column in MARK_COLUMNS]
        for row in self._stream(select(*columns).order_by(_m.seal_number)):
            yield mark_of(row)

    def lines(self) -> Iterator[FileLine] | None:
        """The seal file's lines; None where there is no file."""
        return None if self._size is None else self._file.lines(self._size)

    def _stream(self, query: Select[Any]) -> Iterator[Any]:
        options = {"yield_per": _ROWS_AT_ONCE}
        yield from self._connection.execute(query, execution_options=options)


def _same_place() -> ColumnElement[bool]:
    return and_(_m.stream == _e.stream, _m.sequence == _e.sequence)
