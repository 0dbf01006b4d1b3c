"""Amounts in calls of the orders desk: code calculates them anew, whoever named them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.desks.orders.amounts import amount_problem
from engine.desks.orders.playbook.money import excess_minor, refunds
from engine.desks.orders.playbook.view import View
from engine.domain.fact import Fact, fact_set
from tests.unit.desks.orders_cases import CASE_ID
from tests.unit.reason.workflow.running import fact

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def paid(first: int, second: int = 0, *, refunded: int = 0) -> tuple[Fact, ...]:
    """An order of 25.00 EUR with one or two payments."""
    told: list[tuple[str, Any]] = [
        ("order.order_id@shop", "A1"),
        ("order.currency@shop", "EUR"),
        ("order.status@shop", "SHIPPED"),
        ("order.total_minor@shop", 2_500),
        ("payment:A1/P1.captured_minor@payments", first),
        ("payment:A1/P1.refunded_minor@payments", refunded),
    ]
    if second:
        told.append(("payment:A1/P2.captured_minor@payments", second))
        told.append(("payment:A1/P2.refunded_minor@payments", 0))
    return tuple(fact(name, value, NOW) for name, value in told)


def problem(case_type: str, facts: tuple[Fact, ...], **changes: Any) -> str:
    arguments = {
        "order_id": "A1",
        "payment_id": "A1/P1",
        "amount_minor": 2_500,
        "currency": "EUR",
        "to": "original",
        "reason": "so",
        **changes,
    }
    return amount_problem(case_type, "refund", arguments, facts)


@pytest.mark.parametrize(
    ("case_type", "facts", "changes", "says"),
    [
        pytest.param("duplicate_order", paid(2_500), {}, "", id="all-that-is-left"),
        pytest.param(
            "duplicate_order", paid(2_500), {"amount_minor": 2_400}, "25.00 EUR has", id="part"
        ),
        pytest.param(
            "duplicate_order", paid(2_500), {"amount_minor": 2_600}, "25.00 EUR is", id="more"
        ),
        pytest.param("duplicate_order", paid(2_500, refunded=2_500), {}, "0.00 EUR is", id="back"),
        pytest.param("duplicate_order", paid(2_500), {"currency": "USD"}, "in EUR", id="currency"),
        pytest.param(
            "duplicate_order", paid(2_500), {"payment_id": "B2/P1"}, "none of", id="payment"
        ),
        pytest.param("payment_mismatch", paid(2_500), {}, "0.00 EUR has", id="no-excess"),
        pytest.param("payment_mismatch", paid(3_000), {"amount_minor": 500}, "", id="excess"),
        pytest.param(
            "payment_mismatch", paid(3_000), {"amount_minor": 3_000}, "5.00 EUR has", id="too-much"
        ),
        pytest.param(
            "payment_mismatch",
            paid(2_500, 2_500),
            {"payment_id": "A1/P2"},
            "",
            id="second-payment",
        ),
        pytest.param(
            "payment_mismatch", paid(2_500, 2_500), {}, "0.00 EUR of it", id="first-payment"
        ),
        pytest.param("duplicate_order", (), {}, "no payment", id="no-facts"),
    ],
)
def test_refund_is_what_code_calculates(
    case_type: str, facts: tuple[Fact, ...], changes: dict[str, Any], says: str
) -> None:
    found = problem(case_type, facts, **changes)
    assert found == "" if not says else says in found


def test_refunds_of_the_playbook_pass() -> None:
    facts = paid(2_500, 2_000)
    view = View(facts=fact_set(CASE_ID, 1, facts), today=NOW.date())
    calls = refunds(view, excess_minor(view), "too much")
    assert [one.arguments["amount_minor"] for one in calls] == [2_000]
    for one in calls:
        assert amount_problem("payment_mismatch", one.tool, one.arguments, facts) == ""


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("We have refunded 5.00 EUR.", ""),
        ("Your order costs 25.00 EUR.", ""),
        ("We send you 99.00 EUR.", "99.00 EUR"),
        ("Please wait until 12 March.", ""),
    ],
)
def test_message_names_only_sums_that_are_so(body: str, says: str) -> None:
    found = amount_problem("payment_mismatch", "message_customer", {"body": body}, paid(3_000))
    assert found == "" if not says else says in found


def test_other_calls_name_no_amounts() -> None:
    assert amount_problem("fraud_suspected", "hold_order", {}, paid(2_500)) == ""
