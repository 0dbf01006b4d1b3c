"""What becomes of an action whose window closes: it runs, waits out a pause, or goes to a person.

The rules are the engine's; here they are only told apart, so that no card counts down to a run
that does not come.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from engine.service.live_rows import BrakeRow, LiveRow, WindowRow


class Fate(StrEnum):
    """What happens when the window closes and nobody does anything."""

    RUNS = "runs"
    PAUSED = "paused"
    LATE = "late"
    """No notice came in time: a person decides."""


def fate_of(window: WindowRow, brakes: Sequence[BrakeRow], now: datetime) -> Fate:
    """What becomes of a window as things stand.

    Args:
        window: The window.
        brakes: What is paused now.
        now: The wall clock.
    """
    if (window.noticed_at or now) > window.notice_by:
        return Fate.LATE
    cell = window.action.cell
    scopes = {"all", f"desk:{window.action.desk}", f"cell:{cell}"}
    return Fate.PAUSED if any(brake.scope in scopes for brake in brakes) else Fate.RUNS


def ahead_words(live: LiveRow, now: datetime) -> str:
    """How much is in a window, how much of that runs unless stopped, and what nobody has seen."""
    count = len(live.windows) + live.later
    if not count:
        return "None in a veto window"
    said = f"{count:,} in a veto window" if count == 1 else f"{count:,} in veto windows"
    fates = [fate_of(window, live.brakes, now) for window in live.windows]
    late, paused = fates.count(Fate.LATE), fates.count(Fate.PAUSED)
    unseen = live.later + sum(
        fate is Fate.RUNS and window.noticed_at is None
        for fate, window in zip(fates, live.windows, strict=True)
    )
    parts = [
        _runs(count - late - paused) if late or paused else "",
        f"{paused:,} paused" if paused else "",
        f"{late:,} to a person" if late else "",
        f"{unseen:,} unseen so far" if unseen else "",
    ]
    return "; ".join([said, *filter(None, parts)]) if any(parts) else f"{said}, all seen"


def _runs(count: int) -> str:
    return {0: "none runs", 1: "1 runs unless stopped"}.get(count, f"{count:,} run unless stopped")
