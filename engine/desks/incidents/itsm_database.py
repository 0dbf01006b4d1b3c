"""Connections to the incident system's database, on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from engine.errors import ConfigError

BUSY_TIMEOUT_MS = 5_000
"""How long a call waits for another writer; below the tools' timeout."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ItsmDatabase:
    """A writing and a reading engine; readers never hold up a writer."""

    writer: Engine
    reader: Engine
    file: Path | None
    """The SQLite file; None on a server."""

    def make_folder(self) -> None:
        """Create the folder of the SQLite file.

        Raises:
            ConfigError: It cannot be made.
        """
        if self.file is None:
            return
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            if not self.file.exists():
                self.file.touch(mode=0o600)  # nobody else reads it
        except OSError as error:
            raise ConfigError(
                f"The folder of {self.file} cannot be made: {error.strerror}."
            ) from None

    def close(self) -> None:
        """Give back all connections."""
        self.writer.dispose()
        self.reader.dispose()


def open_itsm(url: str) -> ItsmDatabase:
    """Set up engines; nothing connects yet.

    Args:
        url: `sqlite:///path`, `postgresql://…` or `postgresql+psycopg://…`.

    Raises:
        ConfigError: The URL is of another kind, or a SQLite database that is not a file.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigError("The URL of the incident system is not a database URL.") from None
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return _open_sqlite(parsed)
    if backend == "postgresql":
        return _open_postgresql(parsed)
    raise ConfigError(
        f"The incident system cannot run on {backend}; use sqlite:///path or "
        "postgresql+psycopg://user@host/name."
    )


def _open_sqlite(url: URL) -> ItsmDatabase:
    if not url.database or url.database == ":memory:":
        raise ConfigError("The incident system needs a file: sqlite:///path/to/itsm.db.")
    arguments: dict[str, Any] = {"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}
    writer = create_engine(
        url, connect_args=arguments, pool_size=4, max_overflow=32, hide_parameters=True
    )
    reader = create_engine(
        url, connect_args=arguments, pool_size=4, max_overflow=32, pool_reset_on_return=None
    )
    event.listen(writer, "connect", _prepare_writer)
    event.listen(writer, "begin", _begin_immediate)
    event.listen(reader, "connect", _prepare_reader)
    return ItsmDatabase(writer=writer, reader=reader, file=Path(url.database))


def _open_postgresql(url: URL) -> ItsmDatabase:
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    options = f"-c lock_timeout={BUSY_TIMEOUT_MS} -c statement_timeout={2 * BUSY_TIMEOUT_MS}"
    writer = create_engine(url, pool_size=4, pool_pre_ping=True, connect_args={"options": options})
    reader = create_engine(
        url,
        pool_size=4,
        pool_pre_ping=True,
        isolation_level="AUTOCOMMIT",
        connect_args={"options": f"{options} -c default_transaction_read_only=on"},
    )
    return ItsmDatabase(writer=writer, reader=reader, file=None)


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
