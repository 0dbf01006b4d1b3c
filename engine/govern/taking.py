"""Taking: what one action takes of the budgets it counts against, and in which window. Pure.

One way for the moment before a call and for the replay of history.
"""

from __future__ import annotations

from datetime import datetime

from engine.domain.budget import BudgetLimit, Reservation, customer_code, window_start
from engine.domain.transition import BudgetReserved
from engine.govern.authorize import CellPolicy
from engine.govern.request import AuthorizationRequest


def takings(policy: CellPolicy, request: AuthorizationRequest) -> tuple[BudgetReserved, ...]:
    """What the action would take of every budget it counts against, in the order of their keys.

    One order for all, so that two intents never wait for each other.
    """
    at = request.at
    if at is None:
        return ()
    budgets = policy.budgets(is_alone=request.person_roles is None)
    found = (_taking(limit, zone, request, at) for limit, zone in budgets)
    return tuple(sorted(found, key=lambda one: (one.taken.budget, one.taken.customer)))


def _taking(
    limit: BudgetLimit, zone: str, request: AuthorizationRequest, at: datetime
) -> BudgetReserved:
    customer = customer_code(request.customer) if limit.is_per_customer else ""
    taken = Reservation(
        budget=limit.key,
        customer=customer,
        window_start=window_start(limit.period, at, zone),
        amount=request.amount.minor if request.amount is not None else 0,
    )
    return BudgetReserved(taken=taken, limit=limit)
