"""Replay columns: what replays of one history derive from it, each worked out once.

A slider asks about the same history again and again; what does not depend on the limits is kept.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.domain.budget import Period
from engine.govern import bounds
from engine.govern.history import NOT_THERE, Argument, DecisionHistory
from engine.govern.limits import ArgumentRule
from engine.govern.local_time import LocalTimes, Moments, local_times, window_starts
from engine.govern.replay_sums import CaseSums

Rows = NDArray[np.intp]
"""Places of rows, ascending."""
Mask = NDArray[np.bool_]


class ReplayColumns:
    """A history beside what follows from it alone."""

    def __init__(self, history: DecisionHistory) -> None:
        """Derive nothing yet but which rows count with which."""
        self.history = history
        self.sums = CaseSums(history)
        self._rows: dict[int, Rows] = {}
        self._gathered: dict[tuple[int, str], NDArray[Any]] = {}
        self._local: dict[str, LocalTimes] = {}
        self._windows: dict[tuple[Period, str], Moments] = {}
        self._arguments: dict[tuple[str, ArgumentRule], tuple[Mask, Mask]] = {}

    def rows(self, cell: int) -> Rows:
        """The rows of one cell."""
        known = self._rows.get(cell)
        if known is None:
            known = self._rows[cell] = np.flatnonzero(self.history.cell == cell)
        return known

    def of_cell(self, cell: int, name: str) -> NDArray[Any]:
        """One column of the history, of the rows of one cell."""
        known = self._gathered.get((cell, name))
        if known is None:
            column: NDArray[Any] = getattr(self.history, name)
            known = self._gathered[cell, name] = column[self.rows(cell)]
        return known

    def local(self, zone: str) -> LocalTimes:
        """What the clocks of a zone showed at every row."""
        known = self._local.get(zone)
        if known is None:
            known = self._local[zone] = local_times(self.history.at_us, zone)
        return known

    def windows(self, period: Period, zone: str) -> Moments:
        """The start of the budget window that holds each row."""
        known = self._windows.get((period, zone))
        if known is None:
            known = window_starts(period, self.history.at_us, zone)
            self._windows[period, zone] = known
        return known

    def wrong_argument(self, name: str, rule: ArgumentRule, rows: Rows) -> Mask:
        """Which rows break an argument's rule; the rule is asked once for each value."""
        column = self.history.arguments.get(name)
        if column is None:
            return np.ones(rows.size, dtype=bool)
        tables = self._arguments.get((name, rule))
        if tables is None:
            tables = self._arguments[name, rule] = self._tables(name, rule, column)
        by_value, by_facts = tables
        told = self.history.told.get(name)
        found: Mask = by_value[column.codes[rows]]
        return found | (by_facts[-1] if told is None else by_facts[told.codes[rows]])

    def _tables(self, name: str, rule: ArgumentRule, column: Argument) -> tuple[Mask, Mask]:
        """Whether each value breaks the rule, and whether too few facts tell it."""
        all_told = {name: frozenset(rule.told_by or ())}
        facts = self.history.told.get(name)
        wrong = bounds.wrong_argument(name, rule)
        by_value = [bool(wrong({name: one}, all_told)) for one in column.values]
        by_facts = [
            bool(bounds.untold_by(name, rule, {name: frozenset(one)}))
            for one in (facts.values if facts else ())
        ]
        # NOT_THERE is the last place of a table: of a missing argument, of one that nothing tells.
        assert NOT_THERE == -1
        return np.array([*by_value, True]), np.array([*by_facts, rule.told_by is not None])
