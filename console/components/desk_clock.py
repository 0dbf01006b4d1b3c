"""Desks and their clocks: the present of a desk, without asking the store for every line."""

from __future__ import annotations

from datetime import datetime

from console import session
from engine.service.rows import DeskRow

PAGE = "desks"
KEPT_S = 2.0


def desks() -> tuple[DeskRow, ...]:
    """The desks; read anew after two seconds."""
    kept: tuple[float, tuple[DeskRow, ...]] | None = session.recall(PAGE, "kept", None)
    if kept is not None and session.stopwatch() - kept[0] < KEPT_S:
        return kept[1]
    rows = session.queries().desks()
    session.remember(PAGE, "kept", (session.stopwatch(), rows))
    return rows


def now_of(name: str) -> datetime:
    """The present of a desk: its replay clock, or the wall clock."""
    for desk in desks():
        if desk.name == name and desk.is_replaying:
            return desk.clock
    return session.now()
