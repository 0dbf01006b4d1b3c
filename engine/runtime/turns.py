"""Turns: how long the worker stays with one desk before the others have theirs.

A worker does one thing at a time. A desk whose system answers slowly holds up the others for one
share and the step that is under way when it ends, and no longer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from engine.domain.case import Case
from engine.ports import Store

SHARE_S = 0.5
"""How long a turn lasts; a step that has begun is finished."""
_BEFORE = timedelta(seconds=1)

Stopwatch = Callable[[], float]
"""Gives seconds that only grow."""


class Turn:
    """The time a desk has now."""

    def __init__(self, stopwatch: Stopwatch) -> None:
        """Begin."""
        self._stopwatch = stopwatch
        self._began = stopwatch()

    @property
    def over_s(self) -> float:
        """By how many seconds the share is used up; below 0 while some of it is left."""
        return self._stopwatch() - self._began - SHARE_S

    @property
    def is_over(self) -> bool:
        """Whether the others are to have their turns."""
        return self.over_s >= 0


class Turns:
    """Gives every desk its turn, round by round."""

    def __init__(self, names: Iterable[str], stopwatch: Stopwatch) -> None:
        """Begin with nobody owing anything, in the order of the names."""
        self._stopwatch = stopwatch
        self._owed_s = dict.fromkeys(names, 0.0)

    def round(self, go: Callable[[str, Turn], int]) -> int:
        """Let every desk go on for its share.

        One whose last turn was too long waits, while others have something to do, until they had
        as much more. So it takes half of the time at most, however slow it is.

        Args:
            go: Advances a desk; gives how many of its cases.

        Returns:
            How many cases were advanced.
        """
        began, moved = self._stopwatch(), 0
        for name, owed_s in sorted(self._owed_s.items(), key=lambda one: one[1]):
            if owed_s > 0 and moved:
                self._owed_s[name] = max(0.0, owed_s - (self._stopwatch() - began))
                continue
            turn = Turn(self._stopwatch)
            moved += go(name, turn)
            self._owed_s[name] = max(0.0, turn.over_s)
        return moved


def give_back(store: Store, cases: Sequence[Case], now: datetime) -> None:
    """Let claimed cases that nothing was done with be claimed again at once.

    Raises:
        StoreUnavailable: They could not be given back; their leases end by themselves.
    """
    if not cases:
        return
    with store.begin(is_lasting=False) as unit:
        for case in cases:
            unit.put_off(case, now - _BEFORE)
        unit.commit()
