"""Budget rows: taking from a budget in the transaction of what it is taken for."""

from __future__ import annotations

from sqlalchemy import Connection

from engine.domain.transition import BudgetReserved
from engine.errors import BudgetSpent
from engine.store import prepared, tables
from engine.store.upsert import insert_missing

MOST = 2**63 - 1
"""What a sum of money can reach at all: a budget that limits none."""
MOST_EXECUTIONS = 2**31 - 1
"""More actions than fit into a window: a budget that limits none."""


def reserve(connection: Connection, reserved: BudgetReserved) -> None:
    """Count something against a budget.

    Raises:
        BudgetSpent: It has no room for it.
    """
    taken, limit = reserved.taken, reserved.limit
    row = {
        "budget": taken.budget,
        "customer": taken.customer,
        "window_start": taken.window_start,
        "executions": 0,
        "amount": 0,
    }
    insert_missing(connection, tables.budget_uses, row)
    most = MOST if limit.amount is None else limit.amount
    done = prepared.RESERVE_BUDGET.run(
        connection,
        of_budget=taken.budget,
        of_customer=taken.customer,
        of_window=taken.window_start,
        after=reserved.window.after,
        until=reserved.window.end,
        most_executions=MOST_EXECUTIONS if limit.executions is None else limit.executions,
        most_amount_before=most - taken.amount,
        taken=taken.amount,
    )
    if done != 1:
        raise BudgetSpent(f"The budget {limit.key} has no room for this action.")
