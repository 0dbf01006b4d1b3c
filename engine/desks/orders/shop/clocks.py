"""Clocks of the shop's process: the machine's, or one that a faster world sets."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from engine.desks.orders.shop.refusals import Code, Refused


class WallClock:
    """The machine's time."""

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the shop is a process of its own, with no port


class FileClock:
    """The time that stands in a file, for a history that runs faster than the world.

    Whoever makes the history replaces the file in one step (write another, rename it).
    """

    def __init__(self, file: Path) -> None:
        """Read the time from this file, at every look."""
        self._file = file

    def now(self) -> datetime:
        """Aware UTC.

        Raises:
            Refused: STORE_UNAVAILABLE, where the file holds no aware ISO 8601 time.
        """
        try:
            told = datetime.fromisoformat(self._file.read_text("ascii").strip())
            if told.tzinfo is None:
                raise ValueError("no zone")
        except (OSError, ValueError):
            raise Refused(Code.STORE_UNAVAILABLE, "The shop's clock file holds no time.") from None
        return told.astimezone(UTC)
