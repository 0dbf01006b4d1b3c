"""Wakeup: how an idle worker learns that another process has written."""

from __future__ import annotations

import time
from typing import Any

from engine.store.database import Database

POLL_S = 0.005
CHANNEL = "countersign"


class SqliteWakeup:
    """Polls `PRAGMA data_version`, which changes when another connection commits."""

    def __init__(self, database: Database) -> None:
        """Hold one connection for the polls."""
        raw = database.reader.raw_connection()
        self._cursor: Any = raw.cursor()
        self._raw = raw
        self._seen = self._version()

    def _version(self) -> int:
        self._cursor.execute("PRAGMA data_version")
        return int(self._cursor.fetchone()[0])

    def wait(self, timeout_s: float) -> None:
        """See `engine.ports.Wakeup.wait`."""
        until = time.monotonic() + timeout_s
        while True:
            version = self._version()
            if version != self._seen:
                self._seen = version
                return
            left = until - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(POLL_S, left))

    def close(self) -> None:
        """Give the connection back."""
        self._raw.close()


class PostgresWakeup:
    """Listens to the notices that every write transaction sends as it commits."""

    def __init__(self, database: Database) -> None:
        """Hold one connection that listens."""
        self._raw = database.reader.raw_connection()
        connection: Any = self._raw.driver_connection
        self._connection: Any = connection
        connection.execute(f"LISTEN {CHANNEL}")
        self._lost = database.reader.dialect.loaded_dbapi.Error

    def wait(self, timeout_s: float) -> None:
        """See `engine.ports.Wakeup.wait`."""
        for _ in self._connection.notifies(timeout=timeout_s, stop_after=1):
            return

    def close(self) -> None:
        """Give the connection back; the pool drops it where it is lost."""
        try:
            self._connection.execute(f"UNLISTEN {CHANNEL}")
        except self._lost as error:
            self._raw.invalidate(error)
        self._raw.close()


def open_wakeup(database: Database) -> SqliteWakeup | PostgresWakeup:
    """The wake-up that fits the database."""
    return SqliteWakeup(database) if database.is_sqlite else PostgresWakeup(database)
