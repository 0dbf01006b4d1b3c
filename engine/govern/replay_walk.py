"""The walk of a replay: through the windows in which a budget can bind, event by event.

The one loop of the vectorised path, over as few events as there can be. It knows events, windows
and what they hold; what those mean is `replay_budgets`' to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.domain.budget import BudgetLimit
from engine.govern.local_time import Moments

_NO_LIMIT = 2**127
"""More than all amounts of a history together."""

Places = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Events:
    """Everything that may meet a budget: first the asks of all rows, then the lapses of windows."""

    at_us: Moments
    """Shape (events,)."""
    row: Places
    """Whose, shape (events,)."""
    amount: Places
    """What each row would take of money, shape (n,)."""
    takes: NDArray[np.bool_]
    """Whether the event takes from budgets where none is spent, shape (events,)."""
    fits: NDArray[np.bool_]
    """Whether nothing but a spent budget keeps the row from running alone, shape (n,)."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Contested:
    """One budget with the events of those of its windows in which it can bind."""

    most: int
    """Executions a window allows."""
    most_money: int
    level: int
    """How strict a spent budget makes the answer."""
    events: Places
    """Place of each event, shape (entries,)."""
    windows: Places
    """Number of its window, from 0, shape (entries,)."""

    @property
    def count(self) -> int:
        """Windows."""
        return int(self.windows.max()) + 1 if self.windows.size else 0


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class TurnedAway:
    """What came of the walk."""

    broken: NDArray[np.int8]
    """How strict spent budgets make each row's answer, shape (n,)."""
    lapse_broken: NDArray[np.bool_]
    """Lapses that find a budget spent, shape (lapses,)."""
    count: list[int]
    """For each budget the rows that fit and found it spent."""
    first_us: list[int | None]
    """For each budget when the first of them came."""


_NOBODY = np.zeros(0, dtype=np.int64)


def contested(
    limit: BudgetLimit, level: int, events: Places = _NOBODY, windows: Places = _NOBODY
) -> Contested:
    """A budget with the events that contest it; without any it is only counted."""
    return Contested(
        most=_NO_LIMIT if limit.executions is None else limit.executions,
        most_money=_NO_LIMIT if limit.amount is None else limit.amount,
        level=level,
        events=events,
        windows=windows,
    )


def walk(budgets: Sequence[Contested], events: Events, count_from_us: int) -> TurnedAway:
    """Let the events take from their budgets, one after the other.

    Args:
        budgets: All budgets; an event may meet several.
        events: All events.
        count_from_us: What is turned away is counted from this moment on.
    """
    rows = events.fits.size
    turned = TurnedAway(
        broken=np.zeros(rows, dtype=np.int8),
        lapse_broken=np.zeros(events.row.size - rows, dtype=bool),
        count=[0] * len(budgets),
        first_us=[None] * len(budgets),
    )
    if any(budget.events.size for budget in budgets):
        _Walk(budgets, events, turned, count_from_us).run()
    return turned


class _Walk:
    """The state of one walk: what each window holds by now."""

    def __init__(
        self,
        budgets: Sequence[Contested],
        events: Events,
        turned: TurnedAway,
        count_from_us: int,
    ) -> None:
        self._budgets, self._events, self._turned = budgets, events, turned
        self._budget = [place for place, one in enumerate(budgets) for _ in range(one.count)]
        self._gone: set[int] = set()
        self._count_from_us = count_from_us

    def run(self) -> None:
        """Walk."""
        events, ends, windows = self._in_order()
        rows = self._events.row[events].tolist()
        amounts = self._events.amount[self._events.row[events]].tolist()
        takes = self._events.takes[events].tolist()
        places = events.tolist()
        most = [self._budgets[place].most for place in self._budget]
        most_money = [self._budgets[place].most_money for place in self._budget]
        used, money, begin = [0] * len(most), [0] * len(most), 0
        for at, end in enumerate(ends):
            amount, met = amounts[at], windows[begin:end]
            begin = end
            spent = [
                one
                for one in met
                if used[one] >= most[one] or money[one] + amount > most_money[one]
            ]
            if spent:
                self._turn_away(places[at], rows[at], spent)
            elif takes[at] and not (self._gone and self._is_gone(places[at], rows[at])):
                for one in met:
                    used[one] += 1
                    money[one] += amount

    def _in_order(self) -> tuple[Places, list[int], list[int]]:
        """Events in order; where the windows of each end; and the windows, numbered through."""
        offsets = np.cumsum([0, *(one.count for one in self._budgets)])
        events = np.concatenate([one.events for one in self._budgets])
        windows = np.concatenate(
            [one.windows + offset for one, offset in zip(self._budgets, offsets, strict=False)]
        )
        row = self._events.row[events]
        # At the same moment what lapses comes first, for its window was opened before.
        is_ask = events < self._events.fits.size
        order = np.lexsort((row, self._events.at_us[events] * 2 + is_ask))
        events, windows = events[order], windows[order]
        is_last = np.append(events[1:] != events[:-1], True)
        return events[is_last], (np.flatnonzero(is_last) + 1).tolist(), windows.tolist()

    def _is_gone(self, event: int, row: int) -> bool:
        """Whether it is the lapse of a window that never opened."""
        return event >= self._events.fits.size and row in self._gone

    def _turn_away(self, event: int, row: int, spent: list[int]) -> None:
        if self._is_gone(event, row):
            return
        turned, rows = self._turned, self._events.fits.size
        found = [self._budget[one] for one in spent]
        if event < rows:
            level = max(self._budgets[place].level for place in found)
            turned.broken[row] = max(turned.broken[row], level)
            self._gone.add(row)
        else:
            turned.lapse_broken[event - rows] = True
        if self._events.fits[row] and self._events.at_us[event] >= self._count_from_us:
            for place in found:
                turned.count[place] += 1
                if turned.first_us[place] is None:
                    turned.first_us[place] = int(self._events.at_us[event])
