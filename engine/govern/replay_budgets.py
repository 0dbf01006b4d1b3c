"""Budgets of a replay: who finds which one spent, in the order of events.

A budget that could not be spent even if all who may take from it did so is not looked at again:
only the windows in which one can bind are walked through, event by event. An action that is turned
away by one budget takes from none, so all budgets are walked through together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.domain.budget import BudgetLimit
from engine.govern.authorize import CellPolicy
from engine.govern.history import NOT_THERE
from engine.govern.local_time import Moments, window_starts
from engine.govern.replay_columns import Mask, ReplayColumns, Rows
from engine.govern.replay_rules import ESCALATE, WINDOW, CellRows, Levels
from engine.govern.replay_walk import Contested, Events, contested, walk

_QUARTER_US = 900_000_000
"""Windows begin on whole quarters of an hour, in every zone that counts whole minutes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BudgetHits:
    """What one budget turned away, among actions that would have run alone but for budgets."""

    limit: BudgetLimit
    currency: str
    turned_away: int
    """Found it spent."""
    first_us: int | None
    """When the first of them came, microseconds since 1970; None: none did."""
    never_fit: int
    """Would find no room in it unused: no customer named, another currency, or too much money."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Lapses:
    """The ends of the veto windows that may open."""

    rows: Rows
    """Whose, shape (lapses,)."""
    at_us: Moments
    """When, shape (lapses,)."""
    is_open: Mask
    """Whether the hours of that moment let it act, shape (lapses,)."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Judged:
    """How strict each answer is before budgets."""

    kind: Levels
    """Shape (n,)."""
    would_have: Levels
    """Without the phase, shape (n,)."""
    lapses: Lapses


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Budgeted:
    """What budgets make of it."""

    broken: Levels
    """How strict the budgets make each answer, shape (n,)."""
    lapse_broken: Mask
    """Windows that lapse into a spent budget, shape (lapses,)."""
    hits: tuple[BudgetHits, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Budget:
    """One budget in force, and the cells that share it."""

    limit: BudgetLimit
    zone: str
    currency: str
    level: int
    """How strict it makes the answer where it is spent."""
    cells: list[int] = field(default_factory=list)


def spend(
    columns: ReplayColumns, policies: Sequence[CellPolicy], judged: Judged, hits_from_us: int
) -> Budgeted:
    """Let the actions of a history take from their budgets, in the order of events.

    Args:
        columns: The history.
        policies: What holds for each of its cells.
        judged: The answers before budgets.
        hits_from_us: What is turned away is counted from this moment on.
    """
    budgets = _budgets(policies)
    is_counted = columns.history.at_us >= hits_from_us
    unfit, never_fit = _unfit(columns, budgets, (judged.kind <= WINDOW) & is_counted)
    meeting = _Meeting(columns, judged, unfit)
    found = [meeting.contested(budget) for budget in budgets]
    turned = walk(found, meeting.events(), hits_from_us)
    hits = (
        BudgetHits(
            limit=budget.limit,
            currency=budget.currency,
            turned_away=turned.count[place],
            first_us=turned.first_us[place],
            never_fit=never_fit[place],
        )
        for place, budget in enumerate(budgets)
    )
    return Budgeted(
        broken=np.maximum(unfit, turned.broken),
        lapse_broken=turned.lapse_broken,
        hits=tuple(one for one in hits if one.turned_away or one.never_fit),
    )


def budgets_of(policy: CellPolicy) -> Iterator[tuple[BudgetLimit, str, str, int]]:
    """The budgets of a cell that limit software: limit, zone, currency, strictness."""
    own = policy.envelope.limits if policy.envelope is not None else None
    if own is not None:
        yield from ((one, own.zone, own.currency, ESCALATE) for one in own.budgets)
    for hard in policy.hard_rules:
        level = hard.kind.strictness
        yield from ((one, hard.zone, hard.currency, level) for one in hard.budgets)


def _budgets(policies: Sequence[CellPolicy]) -> tuple[_Budget, ...]:
    found: dict[str, _Budget] = {}
    for cell, policy in enumerate(policies):
        for limit, zone, currency, level in budgets_of(policy):
            new = _Budget(limit=limit, zone=zone, currency=currency, level=level)
            found.setdefault(limit.key, new).cells.append(cell)
    return tuple(found[key] for key in sorted(found))


def _unfit(
    columns: ReplayColumns, budgets: Sequence[_Budget], is_counted: Mask
) -> tuple[Levels, list[int]]:
    """Rows that find no room even in a budget nobody has used, and how many of those count."""
    unfit = np.zeros(is_counted.size, dtype=np.int8)
    counts = []
    for budget in budgets:
        count = 0
        for cell in budget.cells:
            rows = CellRows(columns=columns, cell=cell, moved=columns.sums.recorded)
            broken = _finds_no_room(rows, budget)
            count += int((broken & is_counted[rows.rows]).sum())
            worse = rows.rows[broken]
            unfit[worse] = np.maximum(unfit[worse], budget.level)
        counts.append(count)
    return unfit, counts


def _finds_no_room(rows: CellRows, budget: _Budget) -> Mask:
    limit, size = budget.limit, rows.rows.size
    if limit.executions is not None and limit.executions <= 0:
        return np.ones(size, dtype=bool)
    broken = np.zeros(size, dtype=bool)
    if limit.is_per_customer:
        broken |= rows.column("customer") == NOT_THERE
    if limit.amount is not None:
        broken |= rows.over_cap(limit.amount, budget.currency)
    return broken


class _Meeting:
    """Who meets a budget at all, and who may take from it."""

    def __init__(self, columns: ReplayColumns, judged: Judged, unfit: Levels) -> None:
        history = columns.history
        fits = (judged.kind <= WINDOW) & (unfit == 0)
        self.columns, self.history, self.lapses = columns, history, judged.lapses
        self.fits = fits
        self.takes = fits & (judged.kind < WINDOW)
        self.may_lapse = judged.lapses.is_open & fits[judged.lapses.rows]
        self._would_have = np.maximum(judged.would_have, unfit)

    def contested(self, budget: _Budget) -> Contested:
        """The events of the windows in which a budget can bind."""
        asks, lapsing = self._asking(budget)
        takes = np.concatenate([self.takes[asks], np.ones(lapsing.size, dtype=bool)])
        nobody = contested(budget.limit, budget.level)
        if not takes.any():
            return nobody
        rows = np.concatenate([asks, self.lapses.rows[lapsing]])
        windows = self._windows(budget, asks, lapsing, rows)
        at_risk = self._at_risk(budget, windows, takes, self.history.amount[rows])
        if not at_risk.any():
            return nobody
        binds = np.zeros(int(windows.max()) + 1, dtype=bool)
        binds[windows[at_risk]] = True
        walked = at_risk | (takes & binds[windows])
        events = np.concatenate([asks, len(self.history) + lapsing])[walked]
        numbers = (np.cumsum(binds) - 1)[windows[walked]]
        return contested(budget.limit, budget.level, events, numbers)

    def events(self) -> Events:
        """All asks and lapses, in which order they come and what they would take."""
        history, lapses = self.history, self.lapses
        return Events(
            at_us=np.concatenate([history.at_us, lapses.at_us]),
            row=np.concatenate([history.ordinal, lapses.rows]),
            amount=history.amount,
            takes=np.concatenate([self.takes, self.may_lapse]),
            fits=self.fits,
        )

    def _asking(self, budget: _Budget) -> tuple[Rows, Rows]:
        """Rows whose answer the budget can change, and the windows that may take from it."""
        found = [self.columns.rows(cell) for cell in budget.cells]
        asks = np.concatenate([rows[self._would_have[rows] < budget.level] for rows in found])
        cells = self.history.cell[self.lapses.rows]
        return asks, np.flatnonzero(self.may_lapse & np.isin(cells, budget.cells))

    def _windows(self, budget: _Budget, asks: Rows, lapsing: Rows, rows: Rows) -> NDArray[np.int64]:
        """A number for each event's window, and customer where the budget counts each apart."""
        limit, zone = budget.limit, budget.zone
        starts = np.concatenate(
            [
                self.columns.windows(limit.period, zone)[asks],
                window_starts(limit.period, self.lapses.at_us[lapsing], zone),
            ]
        )
        starts = starts - starts.min()
        is_even = not (starts % _QUARTER_US).any()
        codes: NDArray[np.int64] = starts // _QUARTER_US if is_even else starts
        if limit.is_per_customer:
            codes = codes * len(self.history.customers) + self.history.customer[rows]
        if limit.is_per_customer or not is_even:
            codes = np.unique(codes, return_inverse=True)[1].astype(np.int64)
        return codes

    def _at_risk(
        self, budget: _Budget, codes: NDArray[np.int64], takes: Mask, amount: NDArray[np.int64]
    ) -> Mask:
        """Events that would find the budget spent if all others had taken from it before."""
        limit = budget.limit
        at_risk = np.zeros(codes.size, dtype=bool)
        if limit.executions is not None:
            taken = np.bincount(codes, weights=takes)[codes] - takes
            at_risk |= taken >= limit.executions
        if limit.amount is not None:
            spent = np.bincount(codes, weights=np.where(takes, amount, 0))[codes]
            at_risk |= spent + np.where(takes, 0, amount) > limit.amount
        return at_risk
