"""TicketBook: the stub desk's outside system: tickets, and a book with one line an effect."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from engine.desk import Incoming
from engine.domain.outcome import Label
from engine.errors import ToolError

FIELDS = ("owner", "credit", "note", "message")
"""What a ticket has; a book entry says which of them an effect set."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS ticket (
    number TEXT PRIMARY KEY, owner TEXT NOT NULL, credit TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '', message TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS book (
    key TEXT PRIMARY KEY, number TEXT, owner TEXT, field TEXT NOT NULL DEFAULT 'owner'
) WITHOUT ROWID;
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
            "INSERT OR IGNORE INTO ticket (number, owner) VALUES (?, '')",
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
        return self.ticket(number)["owner"]

    def ticket(self, number: str) -> dict[str, str]:
        """Everything a ticket says, by field.

        Raises:
            ToolError: There is no such ticket.
        """
        query = "SELECT owner, credit, note, message FROM ticket WHERE number=?"
        row = self._open().execute(query, (number,)).fetchone()
        if row is None:
            raise ToolError(f"There is no ticket {number}.")
        return dict(zip(FIELDS, (str(value) for value in row), strict=True))

    def assign(self, number: str, owner: str, key: str) -> None:
        """Assign once a key."""
        self.write(number, "owner", owner, key)

    def write(self, number: str, field: str, value: str, key: str) -> None:
        """Set a field of a ticket once a key.

        Raises:
            ToolError: No such field or ticket, or the key belongs to another call.
        """
        if field not in FIELDS:
            raise ToolError(f"A ticket has no {field}.")
        connection = self._open()
        connection.execute("BEGIN IMMEDIATE")
        try:
            fresh = connection.execute(
                "INSERT OR IGNORE INTO book VALUES (?, ?, ?, ?)", (key, number, value, field)
            ).rowcount
            if not fresh:
                _require_same(connection, key, (number, value, field))
            elif not _set(connection, number, field, value):
                raise ToolError(f"There is no ticket {number}.")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise

    def entries(self) -> list[tuple[str, str, str]]:
        """The book: (key, number, what was set), one an effect."""
        return [(key, number, value) for key, number, value, _ in self.lines()]

    def lines(self) -> list[tuple[str, str, str, str]]:
        """The book: (key, number, what was set, in which field), one an effect."""
        with closing(sqlite3.connect(self.path)) as connection:
            return connection.execute("SELECT key, number, owner, field FROM book").fetchall()


def _set(connection: sqlite3.Connection, number: str, field: str, value: str) -> bool:
    statement = f"UPDATE ticket SET {field}=? WHERE number=?"
    return connection.execute(statement, (value, number)).rowcount == 1


def _require_same(connection: sqlite3.Connection, key: str, call: tuple[str, str, str]) -> None:
    statement = "SELECT number, owner, field FROM book WHERE key=?"
    if connection.execute(statement, (key,)).fetchone() != call:
        raise ToolError("The key belongs to another call.")
