"""The most money that could move in a day, by the limits alone."""

from typing import Any

import pytest

from engine.domain.budget import Period
from engine.domain.phase import Phase
from engine.govern.exposure import worst_day
from engine.govern.hard_rules import NamedRule
from engine.govern.limits import Budget, HandSetThreshold, Limits, Wider
from engine.govern.policy_set import PolicySet
from tests.unit.govern.pasts import CELL, OTHER, entry, policy

HOURLY = Budget(per=Period.HOUR, executions=10)


def worst(of: PolicySet) -> int | None:
    return worst_day(of.of((CELL, OTHER)), "EUR")


def one(**limits: Any) -> PolicySet:
    return policy(entry(budgets=(HOURLY,), **limits))


def rule(**limits: Any) -> NamedRule:
    return NamedRule(name="rule", why="because", **limits)


DAILY_MONEY = Budget(per=Period.DAY, amount=90_000)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (one(), None),
        (one(amount_cap=500), 24 * 10 * 500),
        (one(amount_cap=500, second_person_above=300), 24 * 10 * 300),
        (policy(entry(budgets=(HOURLY, DAILY_MONEY))), 90_000),
        (
            policy(entry(budgets=(HOURLY,), amount_cap=500), guardrails=(rule(amount_cap=200),)),
            24 * 10 * 200,
        ),
        (policy(entry(budgets=(HOURLY,)), guardrails=(rule(budgets=(DAILY_MONEY,)),)), 90_000),
        (
            one(
                phase=Phase.ON_THE_LOOP,
                amount_cap=500,
                on_the_loop=Wider(amount_cap=800, threshold=HandSetThreshold(min_confidence=0.4)),
            ),
            24 * 10 * 800,
        ),
        (one(phase=Phase.COPILOT, amount_cap=500), 0),
        (
            policy(entry(budgets=(Budget(per=Period.DAY, for_each="customer", amount=10), HOURLY))),
            None,
        ),
    ],
    ids=[
        "nothing bounds it",
        "cap and rate",
        "software stops where two people begin",
        "money budget",
        "guardrail's cap",
        "guardrail's budget",
        "wider cap on the loop",
        "copilot moves nothing",
        "customers bound nothing together",
    ],
)
def test_worst_day_follows_the_tightest_limit(of: PolicySet, expected: int | None) -> None:
    assert worst(of) == expected


def test_cells_add_up_unless_they_share() -> None:
    cells = (
        entry(budgets=(HOURLY,), amount_cap=100),
        entry(OTHER, budgets=(HOURLY,), amount_cap=5),
    )
    apart = policy(*cells)
    assert worst(apart) == 24 * 10 * 105
    shared = policy(*cells, limits=Limits(budgets=(Budget(per=Period.DAY, amount=7_000),)))
    assert worst(shared) == 7_000


def test_budgets_in_another_currency_bound_nothing() -> None:
    dollars = policy(
        entry(budgets=(HOURLY,)),
        goals={"constraints": (rule(budgets=(DAILY_MONEY,)),), "currency": "USD"},
    )
    assert worst(dollars) is None
