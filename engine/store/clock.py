"""DatabaseClock: one clock for all workers: the database's, asked now and then."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from engine.errors import EngineError
from engine.ports import Clock
from engine.store.database import Database
from engine.store.failures import translated

ASK_EVERY_S = 60.0


class DatabaseClock:
    """The machine's clock, corrected by how far the database's stands from it."""

    def __init__(self, database: Database, machine: Clock) -> None:
        """Ask nothing yet.

        Args:
            database: PostgreSQL.
            machine: The clock to correct.
        """
        self._database = database
        self._machine = machine
        self._offset = timedelta()
        self._asked_at: float | None = None

    def now(self) -> datetime:
        """Aware UTC; while the database is out of reach the last known correction holds."""
        if self._asked_at is None or time.monotonic() - self._asked_at > ASK_EVERY_S:
            self._ask()
        return self._machine.now() + self._offset

    def _ask(self) -> None:
        self._asked_at = time.monotonic()
        try:
            with translated(), self._database.reader.connect() as connection:
                before = self._machine.now()
                there = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
                after = self._machine.now()
        except EngineError:
            return
        self._offset = there.astimezone(UTC) - (before + (after - before) / 2)
