"""OutsideView: the engine's database as an independent, read-only connection sees it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import perf_counter, sleep
from types import TracebackType
from typing import Self

from engine.errors import EngineError

POLL_S = 0.002
PATIENCE_S = 300.0


class OutsideView:
    """Watches how many cases stand where."""

    def __init__(self, file: Path) -> None:
        """Open the file read-only."""
        self._connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, isolation_level=None)

    def __enter__(self) -> Self:
        """Watch."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self._connection.close()

    def count(self, status: str) -> int:
        """How many cases have a status."""
        query = "SELECT count(*) FROM cases WHERE status = ?"
        return int(self._connection.execute(query, (status,)).fetchone()[0])

    def wait_for(self, status: str, count: int) -> float:
        """Wait until so many cases have a status.

        Returns:
            `perf_counter` at the first look that found them, at most 2 ms late.

        Raises:
            EngineError: It did not happen.
        """
        return wait_until(lambda: self.count(status) >= count, f"{count} cases {status}")


def wait_until(is_so: Callable[[], bool], what: str) -> float:
    """Look every 2 ms.

    Raises:
        EngineError: It did not come true within five minutes.
    """
    until = perf_counter() + PATIENCE_S
    while not is_so():
        if perf_counter() > until:
            raise EngineError(f"The bench waited {PATIENCE_S:g} s in vain for {what}.")
        sleep(POLL_S)
    return perf_counter()


def settled_bytes(file: Path) -> int:
    """Size of an SQLite file once its log has been written back; no VACUUM.

    Raises:
        EngineError: Somebody still holds the file.
    """
    with closing(sqlite3.connect(file)) as connection:
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise EngineError("The log could not be written back; another process holds the file.")
    return file.stat().st_size
