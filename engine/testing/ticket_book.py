"""TicketBook: the stub desk's outside system: tickets, and a book with one line an effect."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from engine.desk import Incoming
from engine.domain.outcome import Label
from engine.errors import ToolError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS ticket (number TEXT PRIMARY KEY, owner TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS book (key TEXT PRIMARY KEY, number TEXT, owner TEXT) WITHOUT ROWID;
"""


class TicketBook:
    """The outside system: tickets, and a book with one line an effect."""

    def __init__(self, path: Path) -> None:
        """Keep tickets in an SQLite file."""
        self.path = path
        self._connection: sqlite3.Connection | None = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = sqlite3.connect(
                self.path, isolation_level=None, check_same_thread=False, timeout=10
            )
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")
        return self._connection

    def prepare(self) -> None:
        """Create the tables."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._open().executescript(_SCHEMA)

    def receive(self, incoming: Sequence[Incoming]) -> None:
        """Make the tickets exist."""
        connection = self._open()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT OR IGNORE INTO ticket VALUES (?, '')",
            [(item.signal.source_id,) for item in incoming],
        )
        connection.execute("COMMIT")

    def settle(self, labels: Sequence[Label]) -> None:
        """Nothing: tickets stay open whatever becomes known of them."""

    def owner(self, number: str) -> str:
        """Who owns a ticket.

        Raises:
            ToolError: There is no such ticket.
        """
        row = self._open().execute("SELECT owner FROM ticket WHERE number=?", (number,)).fetchone()
        if row is None:
            raise ToolError(f"There is no ticket {number}.")
        return str(row[0])

    def assign(self, number: str, owner: str, key: str) -> None:
        """Assign once a key."""
        connection = self._open()
        connection.execute("BEGIN IMMEDIATE")
        try:
            fresh = connection.execute(
                "INSERT OR IGNORE INTO book VALUES (?, ?, ?)", (key, number, owner)
            ).rowcount
            if fresh:
                connection.execute("UPDATE ticket SET owner=? WHERE number=?", (owner, number))
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise

    def entries(self) -> list[tuple[str, str, str]]:
        """The book: (key, number, owner), one an effect."""
        with closing(sqlite3.connect(self.path)) as connection:
            return connection.execute("SELECT key, number, owner FROM book").fetchall()
