"""Exposure: how much money software could move at worst, by the limits and not by history.

A bound, no forecast: every budget is taken to be used up at the cap, every hour of the day. Budgets
of single customers bound nothing together, and what has no bound is said to have none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.domain.budget import BudgetLimit, Period
from engine.domain.phase import Phase
from engine.govern.authorize import CellPolicy
from engine.govern.replay_budgets import budgets_of

_WINDOWS_A_DAY = {Period.HOUR: 24, Period.DAY: 1}


def worst_day(policies: Sequence[CellPolicy], currency: str) -> int | None:
    """Return the most that software may move in one day in some cells together, in minor units.

    Args:
        policies: What holds for each cell that moves money.
        currency: Of the envelope; an action in another is never inside its cap.

    Returns:
        None where nothing bounds it.
    """
    acting = [policy for policy in policies if _may_act(policy)]
    alone = [_of_cell(policy, currency) for policy in acting]
    sums = [sum(one for one in alone if one is not None)] if None not in alone else []
    shared = [
        bound
        for key, (limit, cap) in _shared(acting, currency).items()
        if (bound := _bound(limit, cap)) is not None
    ]
    return min([*sums, *shared], default=None)


def _may_act(policy: CellPolicy) -> bool:
    envelope = policy.envelope
    return envelope is not None and envelope.limits.phase is not Phase.COPILOT


def _of_cell(policy: CellPolicy, currency: str) -> int | None:
    cap = _cap(policy, currency)
    bounds = (_bound(limit, cap) for limit in _budgets(policy, currency))
    return min((one for one in bounds if one is not None), default=None)


def _budgets(policy: CellPolicy, currency: str) -> Iterator[BudgetLimit]:
    """The cell's budgets, but for those of money in another currency: nothing fits into them."""
    for limit, _, its, _ in budgets_of(policy):
        if its == currency or limit.amount is None:
            yield limit


def _bound(limit: BudgetLimit, cap: int | None) -> int | None:
    """What one budget lets move in a day."""
    if limit.is_per_customer:
        return None
    windows = _WINDOWS_A_DAY[limit.period]
    by_amount = None if limit.amount is None else limit.amount * windows
    by_count = None if limit.executions is None or cap is None else limit.executions * windows * cap
    return min((one for one in (by_amount, by_count) if one is not None), default=None)


def _cap(policy: CellPolicy, currency: str) -> int | None:
    """The most one action may move alone."""
    caps = [
        hard.rule.amount_cap
        for hard in policy.hard_rules
        if hard.rule.amount_cap is not None and hard.currency == currency
    ]
    limits = policy.envelope.limits if policy.envelope is not None else None
    if limits is not None:
        own = limits.amount_cap if limits.wider is None else limits.wider.amount_cap
        caps += [one for one in (own, limits.second_person_above) if one is not None]
    return min(caps, default=None)


def _shared(
    acting: Sequence[CellPolicy], currency: str
) -> dict[str, tuple[BudgetLimit, int | None]]:
    """The budgets that all those cells take from, each with the largest cap among them."""
    caps = [_cap(policy, currency) for policy in acting]
    cap = max((one for one in caps if one is not None), default=None) if None not in caps else None
    known = [{limit.key: limit for limit in _budgets(policy, currency)} for policy in acting]
    if not known:
        return {}
    return {
        key: (limit, cap)
        for key, limit in known[0].items()
        if all(key in others for others in known[1:])
    }
