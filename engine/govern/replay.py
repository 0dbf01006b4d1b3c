"""Replay: what a policy would have said of every past recommendation, in the order of events.

The vectorised path, which serves the slider; `replay_sequence` asks `authorize` itself, row by row,
and a test holds both equal. Assumed in both: software asks every time, no brake is on, nobody holds
an action in its veto window and its notice arrives, what people do takes from no budget, what was
carried out in the past still is (`replay_sums`), software acted as often for a case before, and
facts at the end of a window are as they were at its beginning. It explores, it certifies nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import numpy as np

from engine.govern.authorize import CellPolicy
from engine.govern.history import DecisionHistory
from engine.govern.local_time import MICROSECOND, Moments, local_times
from engine.govern.policy_set import PolicySet
from engine.govern.replay_budgets import Budgeted, BudgetHits, Judged, Lapses, spend
from engine.govern.replay_columns import Mask, ReplayColumns
from engine.govern.replay_rules import (
    ESCALATE,
    FREE,
    WINDOW,
    CellRows,
    Cuts,
    Levels,
    breaches,
    closed,
    levels,
)
from engine.govern.replay_sums import NEVER, Moved


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Replayed:
    """The answers of a policy to a history, one a row."""

    kind: Levels
    """`VerdictKind.strictness` of the verdict, shape (n,)."""
    would_have: Levels
    """The same as if no cell were in COPILOT."""
    ran_us: Moments
    """When software would have acted alone; NEVER where it would not. After a veto window it acts
    only if the hours and budgets of that moment still let it."""
    hits: tuple[BudgetHits, ...]
    """By key of the budget; only those that turned something away in the time that is counted."""

    @property
    def alone(self) -> Mask:
        """Whether software would have acted."""
        alone: Mask = self.ran_us != NEVER
        return alone

    @property
    def windowed(self) -> Mask:
        """Whether a veto window would have opened."""
        windowed: Mask = self.kind == WINDOW
        return windowed


def no_cuts(history: DecisionHistory) -> Cuts:
    """For a desk that learns nothing: no rolling threshold ever has a cut."""
    none = np.full(len(history), np.nan)
    return lambda risk_limit: none


def window_us(policy: CellPolicy) -> int:
    """How long a veto window of the cell lasts, in whole microseconds, at least one."""
    wider = policy.envelope.limits.wider if policy.envelope is not None else None
    minutes = wider.veto_minutes if wider is not None else 0.0
    return max(1, timedelta(minutes=minutes) // MICROSECOND)


def replay(history: DecisionHistory, policy: PolicySet, cuts: Cuts | None = None) -> Replayed:
    """What a policy would have said of a history; see `Replaying` for many policies.

    Args:
        history: The past.
        policy: The documents, all three.
        cuts: Of rolling thresholds; none by default.
    """
    return Replaying(history, cuts).under(policy)


class Replaying:
    """Replays one history under one policy after the other."""

    def __init__(self, history: DecisionHistory, cuts: Cuts | None = None) -> None:
        """Bind the history; what follows from it alone is worked out once.

        Args:
            history: The past.
            cuts: Of rolling thresholds; none by default.
        """
        self.history = history
        self.cuts: Cuts = cuts if cuts is not None else no_cuts(history)
        self._columns = ReplayColumns(history)

    def under(
        self, policy: PolicySet, cuts: Cuts | None = None, *, hits_from_us: int = NEVER
    ) -> Replayed:
        """What a policy would have said.

        Args:
            policy: The documents.
            cuts: In the place of those the history has.
            hits_from_us: What budgets turned away is counted from this moment on.
        """
        policies, sums = policy.of(self.history.cells), self._columns.sums
        moved = sums.recorded
        while True:
            judged = self._judged(policies, cuts or self.cuts, moved)
            spent = spend(self._columns, policies, judged, hits_from_us)
            replayed = _replayed(self.history, judged, spent)
            # What software carries out counts with later calls of its case. Those are judged again,
            # until nothing changes: each time at least the next event, in their order, is settled.
            before, moved = moved, sums.with_those(replayed.ran_us)
            if moved.is_as(before):
                return replayed

    def held_back(self, policies: Sequence[CellPolicy], those: Mask) -> tuple[tuple[str, int], ...]:
        """How many decisions each check of the envelope sends to a person, the most first.

        Args:
            policies: Of the history's cells.
            those: Which decisions are counted; one may fail several checks, shape (n,).
        """
        counts: Counter[str] = Counter()
        for cell, policy in enumerate(policies):
            rows = CellRows(columns=self._columns, cell=cell, moved=self._columns.sums.recorded)
            mine = those[rows.rows]
            for name, broken in breaches(rows, policy, self.cuts) if mine.any() else ():
                counts[name] += int((broken & mine).sum())
        return tuple((name, count) for name, count in counts.most_common() if count)

    def _judged(self, policies: Sequence[CellPolicy], cuts: Cuts, moved: Moved) -> Judged:
        count = len(self.history)
        kind, would_have = np.zeros(count, dtype=np.int8), np.zeros(count, dtype=np.int8)
        for cell, policy in enumerate(policies):
            rows = CellRows(columns=self._columns, cell=cell, moved=moved)
            kind[rows.rows], would_have[rows.rows] = levels(rows, policy, cuts)
        return Judged(kind=kind, would_have=would_have, lapses=self._lapses(policies, kind))

    def _lapses(self, policies: Sequence[CellPolicy], kind: Levels) -> Lapses:
        """The end of every veto window that may open, and whether hours then let it act."""
        rows = np.flatnonzero(kind == WINDOW)
        lasts = np.array([window_us(policy) for policy in policies], dtype=np.int64)
        cells = self.history.cell[rows]
        at_us = self.history.at_us[rows] + lasts[cells]
        is_open = np.ones(rows.size, dtype=bool)
        for cell in np.unique(cells).tolist():
            mine = cells == cell
            moments = at_us[mine]
            is_open[mine] = closed(policies[cell], partial(local_times, moments)) < ESCALATE
        return Lapses(rows=rows, at_us=at_us, is_open=is_open)


def _replayed(history: DecisionHistory, judged: Judged, spent: Budgeted) -> Replayed:
    kind = np.maximum(judged.kind, spent.broken)
    ran_us = np.where(kind == FREE, history.at_us, NEVER)
    lapses = judged.lapses
    runs = lapses.is_open & ~spent.lapse_broken & (kind[lapses.rows] == WINDOW)
    ran_us[lapses.rows[runs]] = lapses.at_us[runs]
    return Replayed(
        kind=kind,
        would_have=np.maximum(judged.would_have, spent.broken),
        ran_us=ran_us,
        hits=spent.hits,
    )
