"""Database: connections for reading and for writing, on SQLite and PostgreSQL.

On SQLite writers begin with BEGIN IMMEDIATE at `synchronous=FULL`; readers are read-only, so that a
page never takes the write lock.
"""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError

from engine.errors import ConfigError
from engine.store.statements import STATEMENTS

BUSY_TIMEOUT_MS = 10_000
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.0002, 0.005
"""Between two looks at a write lock that another connection holds."""
RESTED_S = 1.0
"""A connection to a server that was not used for so long is tried before its next use."""
_PRIMARY_CODE = 0xFF
_COMMON: dict[str, Any] = {
    "hide_parameters": True,
    "execution_options": {"compiled_cache": STATEMENTS},
}


@dataclass(frozen=True, kw_only=True)
class Database:
    """Writing and reading engines on the same database."""

    writer: Engine
    """What it commits outlives a power cut."""
    passing_writer: Engine
    """What it commits outlives the process, but perhaps not a power cut."""
    reader: Engine

    @property
    def is_sqlite(self) -> bool:
        """Whether it is an embedded file."""
        return self.writer.dialect.name == "sqlite"

    @property
    def shown_url(self) -> str:
        """The URL without its password."""
        return self.writer.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Give back all connections."""
        for engine in (self.writer, self.passing_writer, self.reader):
            engine.dispose()


def open_database(url: str) -> Database:
    """Open a database; SQLite files are created with their folder.

    Args:
        url: An SQLAlchemy URL, `sqlite:///path` or `postgresql://…`.

    Raises:
        ConfigError: The URL is not one of these, or its folder cannot be made.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigError(
            "COUNTERSIGN_DATABASE_URL is not a database URL; use sqlite:///path or postgresql://…"
        ) from None
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return _open_sqlite(url, parsed.database)
    if backend == "postgresql":
        return _open_postgresql(url)
    raise ConfigError(f"{backend} is not supported; use sqlite:///path or postgresql://…")


def _open_sqlite(url: str, path: str | None) -> Database:
    if not path or path == ":memory:":
        raise ConfigError("The database must be a file: sqlite:///path/to/file.db")
    try:
        make_private(Path(path))
    except OSError as error:
        raise ConfigError(f"The folder of {path} cannot be made: {error.strerror}") from None
    arguments: dict[str, Any] = {"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}
    common: dict[str, Any] = {"connect_args": arguments, **_COMMON}
    writer = create_engine(url, pool_size=4, **common)
    passing_writer = create_engine(url, pool_size=2, **common)
    reader = create_engine(url, pool_size=8, max_overflow=32, pool_reset_on_return=None, **common)
    event.listen(writer, "connect", _prepare_writer)
    event.listen(passing_writer, "connect", _prepare_passing_writer)
    for engine in (writer, passing_writer):
        event.listen(engine, "begin", _begin_immediate)
    event.listen(reader, "connect", _prepare_reader)
    return Database(writer=writer, passing_writer=passing_writer, reader=reader)


def make_private(file: Path) -> None:
    """Make a database file and its folder where they are missing; nobody else may read it.

    Raises:
        OSError: It cannot be made.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.touch(mode=0o600)


def _open_postgresql(url: str) -> Database:
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    common: dict[str, Any] = {"use_native_hstore": False, **_COMMON}
    writer = create_engine(parsed, pool_size=4, **common)
    passing_writer = create_engine(
        parsed,
        pool_size=2,
        **common,
        connect_args={"options": "-c synchronous_commit=off"},
    )
    reader = create_engine(
        parsed,
        pool_size=8,
        max_overflow=32,
        **common,
        isolation_level="AUTOCOMMIT",
        connect_args={"options": "-c default_transaction_read_only=on"},
    )
    for engine in (writer, passing_writer, reader):
        _try_after_a_rest(engine)
    return Database(writer=writer, passing_writer=passing_writer, reader=reader)


def _try_after_a_rest(engine: Engine) -> None:
    """Open another connection where one was lost as it rested, as with a restart of the server.

    Trying it before each use would be a second way to the server for most reads.
    """

    def note(connection: object, record: Any) -> None:
        record.info["used_at"] = time.monotonic()

    def try_it(connection: Any, record: Any, proxy: object) -> None:
        now = time.monotonic()
        if now - record.info.get("used_at", now) < RESTED_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", note)
    event.listen(engine, "checkout", try_it)


def _prepare_writer(connection: Any, record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA page_size=8192")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA cache_size=-65536")
    cursor.execute("PRAGMA busy_timeout=0")  # from here on `_begin_immediate` waits
    cursor.close()


def _prepare_passing_writer(connection: Any, record: object) -> None:
    _prepare_writer(connection, record)
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA cache_size=-4096")
    cursor.close()


def _prepare_reader(connection: Any, record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA query_only=ON")
    cursor.execute("PRAGMA cache_size=-32768")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    """Take the write lock as soon as it is free.

    SQLite's own wait sleeps up to 100 ms between two looks; two processes that write in turns then
    sleep longer than they work.
    """
    driver: Any = connection.connection.driver_connection
    until = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    pause_s = SHORTEST_PAUSE_S
    while time.monotonic() < until:
        try:
            driver.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & _PRIMARY_CODE != sqlite3.SQLITE_BUSY:
                break
        time.sleep(pause_s)
        pause_s = min(pause_s * 1.2, LONGEST_PAUSE_S)
    connection.exec_driver_sql("BEGIN IMMEDIATE")  # the last look, whose failure is the answer
