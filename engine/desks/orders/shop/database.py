"""Connections to the shop's database, and its transactions, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    insert,
    make_url,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from engine.desks.orders.shop import tables
from engine.desks.orders.shop.refusals import Code, Refused
from engine.errors import ConfigError

T = TypeVar("T")

BUSY_TIMEOUT_MS = 5_000
"""How long a call waits for another writer."""
_PREPARING = 6_173_202  # any number of our own: PostgreSQL makes others wait that hold it


@dataclass(frozen=True, kw_only=True, slots=True)
class Database:
    """A writing and a reading engine; a reader sees one state of everything it reads."""

    writer: Engine
    reader: Engine
    file: Path | None
    """The SQLite file; None on a server."""
    turn: Lock | None
    """On SQLite the threads of this process take turns: its own waiting is not first come."""

    def prepare(self) -> None:
        """Make the file and the tables where they are missing.

        Raises:
            ConfigError: The folder cannot be made, or the tables are of another version.
            Refused: The database is out of reach.
        """
        _make_file(self.file)
        with self.transaction() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_PREPARING})"))
            tables.metadata.create_all(connection)
            found = connection.execute(select(tables.schema.c.version)).scalar()
            if found is None:
                connection.execute(insert(tables.schema), {"version": tables.SCHEMA_VERSION})
            elif found != tables.SCHEMA_VERSION:
                raise ConfigError(
                    f"The shop's database has tables of version {found}; this program needs "
                    f"version {tables.SCHEMA_VERSION}."
                )

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One writing transaction, committed at the end.

        Raises:
            Refused: STORE_UNAVAILABLE, nothing was changed; OUTCOME_UNKNOWN, the commit failed.
        """
        with self.turn or nullcontext(), _answered(), self.writer.connect() as connection:
            begun = connection.begin()
            yield connection
            try:
                begun.commit()
            except DBAPIError as error:
                connection.invalidate()  # its transaction may still be open
                raise Refused(
                    Code.OUTCOME_UNKNOWN, "The shop failed while committing; ask by the key."
                ) from error

    def rolled_back(self, work: Callable[[Connection], T]) -> T:
        """Do it in a writing transaction and undo all of it.

        Raises:
            Refused: STORE_UNAVAILABLE, or `work` refused.
        """
        with self.turn or nullcontext(), _answered(), self.writer.connect() as connection:
            begun = connection.begin()
            try:
                return work(connection)
            finally:
                begun.rollback()

    def read(self, work: Callable[[Connection], T]) -> T:
        """Read one state.

        Raises:
            Refused: STORE_UNAVAILABLE, or `work` refused.
        """
        with _answered(), self.reader.connect() as connection:
            return work(connection)

    def close(self) -> None:
        """Give back all connections."""
        self.writer.dispose()
        self.reader.dispose()


def open_database(url: str) -> Database:
    """Set up engines; nothing connects yet.

    Args:
        url: `sqlite:///path`, `postgresql://…` or `postgresql+psycopg://…`.

    Raises:
        ConfigError: The URL is of another kind, or a SQLite database that is not a file.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigError("The shop's --database is not a database URL.") from None
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return _open_sqlite(parsed)
    if backend == "postgresql":
        return _open_postgresql(parsed)
    raise ConfigError(
        f"The shop cannot run on {backend}; use sqlite:///path or postgresql+psycopg://user@host/db"
    )


def add_missing(connection: Connection, table: Table, row: Mapping[str, str | int | bool]) -> bool:
    """Insert one row where its primary key is not there; whether it was inserted.

    Where another transaction is about to insert the same key, PostgreSQL waits for its end.
    """
    keys = table.primary_key.columns
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).on_conflict_do_nothing().returning(*keys)
    return bool(connection.execute(statement, row).all())


@contextmanager
def _answered() -> Iterator[None]:
    try:
        yield
    except IntegrityError:  # what the calls check under lock anyway: a defect of the shop
        raise
    except (DBAPIError, PoolTimeout) as error:
        raise Refused(
            Code.STORE_UNAVAILABLE, "The shop's database cannot be used now; nothing was changed."
        ) from error


def _make_file(file: Path | None) -> None:
    if file is None:
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            file.touch(mode=0o600)  # nobody else reads it
    except OSError as error:
        raise ConfigError(f"The folder of {file} cannot be made: {error.strerror}.") from None


def _open_sqlite(url: URL) -> Database:
    if not url.database or url.database == ":memory:":
        raise ConfigError("The shop needs a file: sqlite:///path/to/shop.db.")
    arguments: dict[str, Any] = {"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}
    common: dict[str, Any] = {"connect_args": arguments, "hide_parameters": True, "pool_size": 4}
    writer = create_engine(url, max_overflow=4, **common)
    reader = create_engine(url, max_overflow=40, **common)
    event.listen(writer, "connect", _prepare_writer)
    event.listen(writer, "begin", _begin_immediate)
    event.listen(reader, "connect", _prepare_reader)
    event.listen(reader, "begin", _begin)
    return Database(writer=writer, reader=reader, file=Path(url.database), turn=Lock())


def _open_postgresql(url: URL) -> Database:
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    options = f"-c lock_timeout={BUSY_TIMEOUT_MS} -c statement_timeout={2 * BUSY_TIMEOUT_MS}"
    common: dict[str, Any] = {"pool_pre_ping": True, "hide_parameters": True, "pool_size": 8}
    writer = create_engine(url, connect_args={"options": options}, **common)
    reader = create_engine(
        url,
        isolation_level="REPEATABLE READ",
        connect_args={"options": f"{options} -c default_transaction_read_only=on"},
        **common,
    )
    return Database(writer=writer, reader=reader, file=None, turn=None)


def _prepare_writer(connection: Any, record: object) -> None:
    connection.isolation_level = None  # transactions begin where we say so
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _prepare_reader(connection: Any, record: object) -> None:
    connection.isolation_level = None
    for pragma in (f"busy_timeout={BUSY_TIMEOUT_MS}", "query_only=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
