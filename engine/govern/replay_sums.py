"""Sums of a replay: what the calls of a case have moved before each of them.

A call is judged with what its case moved before (`AuthorizationRequest.moved`). What was carried
out in the past counts as it did then, for a person who is asked in software's stead may well agree;
what only the replayed policy carries out is added here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.govern.history import NOT_THERE, DecisionHistory
from engine.govern.local_time import Moments

NEVER = np.iinfo(np.int64).min
"""In place of the moment at which an action ran: it did not."""
Minor = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Moved:
    """What the case of each row had moved before it, in minor units of the row's currency."""

    in_cell: Minor | None
    """In the row's cell, shape (n,); None: nothing, for any row."""
    in_all: Minor | None
    """In all cells, likewise."""
    counts: NDArray[np.bool_]
    """Which earlier rows count with which later ones beyond what happened, shape (pairs,)."""

    def is_as(self, other: Moved) -> bool:
        """Whether the sums of one history are the same."""
        return np.array_equal(self.counts, other.counts)


class CaseSums:
    """The sums of one history, under one replayed policy after the other."""

    def __init__(self, history: DecisionHistory) -> None:
        """Find the rows whose money counts with later rows, if only a replay moves it."""
        self._history = history
        self._earlier, self._later = _pairs(history)
        is_any = history.moved.any()
        self.recorded = Moved(
            in_cell=history.moved_in_cell if is_any else None,
            in_all=history.moved if is_any else None,
            counts=np.zeros(self._earlier.size, dtype=bool),
        )
        """As it was in the past."""

    def with_those(self, ran_us: Moments) -> Moved:
        """The sums where software acts at these moments as well.

        Args:
            ran_us: When it acts on each row; NEVER where it does not, shape (n,).
        """
        ran = ran_us[self._earlier]
        counts = (ran != NEVER) & (ran <= self._history.at_us[self._later])
        if not counts.any():
            return self.recorded
        earlier, later = self._earlier[counts], self._later[counts]
        cell, amount = self._history.cell, self._history.amount[earlier]
        in_cell, in_all = self._history.moved_in_cell.copy(), self._history.moved.copy()
        np.add.at(in_all, later, amount)
        np.add.at(in_cell, later, amount * (cell[earlier] == cell[later]))
        return Moved(in_cell=in_cell, in_all=in_all, counts=counts)


def _pairs(history: DecisionHistory) -> tuple[Minor, Minor]:
    """Rows of one case and currency that move money: the earlier, not carried out then; a later."""
    none = np.zeros(0, dtype=np.int64)
    if not history.repeated:
        return none, none
    rows = np.flatnonzero((history.currency != NOT_THERE) & (history.amount > 0))
    codes: dict[str, int] = {}
    case = np.array([codes.setdefault(history.case_ids[row], len(codes)) for row in rows.tolist()])
    order = np.argsort(case, kind="stable")
    rows, case = rows[order], case[order]
    earlier, later = [none], [none]
    for apart in range(1, rows.size):
        is_one = case[:-apart] == case[apart:]
        if not is_one.any():
            break
        earlier.append(rows[:-apart][is_one])
        later.append(rows[apart:][is_one])
    first, second = np.concatenate(earlier), np.concatenate(later)
    adds = (history.currency[first] == history.currency[second]) & ~history.acted[first]
    return first[adds], second[adds]
