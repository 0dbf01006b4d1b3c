"""Taking: what one action takes of the budgets it counts against, and in which window. Pure.

One way for the moment before a call and for the replay of history.
"""

from __future__ import annotations

from datetime import datetime

from engine.domain.budget import Reservation, customer_code, window_at
from engine.domain.money import Money
from engine.domain.transition import BudgetReserved
from engine.govern.authorize import CellPolicy, Counted
from engine.govern.request import AuthorizationRequest


def takings(policy: CellPolicy, request: AuthorizationRequest) -> tuple[BudgetReserved, ...]:
    """What the action would take of every budget it counts against, in the order of their keys.

    One order for all, so that two intents never wait for each other.
    """
    at = request.at
    if at is None:
        return ()
    budgets = policy.budgets(is_alone=request.person_roles is None)
    customer = customer_code(request.customer)
    found = (taking(one, at, customer=customer, amount=request.amount) for one in budgets)
    return tuple(sorted(found, key=lambda one: (one.taken.budget, one.taken.customer)))


def taking(
    counted: Counted, at: datetime, *, customer: str = "", amount: Money | None = None
) -> BudgetReserved:
    """What an action would take of one budget.

    Args:
        counted: The budget.
        at: The moment of the action, aware.
        customer: Code of whom it is for; only looked at where the budget is for each customer.
        amount: What it moves. Money of another currency is not counted: where the budget limits
            money such an action is turned away, and where it does not the sum stays of one kind.
    """
    limit, window = counted.limit, window_at(counted.limit.period, at, counted.zone)
    is_its_own = amount is not None and amount.currency == counted.currency
    taken = Reservation(
        budget=limit.key,
        customer=customer if limit.is_per_customer else "",
        window_start=window.start,
        amount=amount.minor if amount is not None and is_its_own else 0,
    )
    return BudgetReserved(taken=taken, limit=limit, window=window)
