"""Verification on a real shop: an answer has to tell of all that was asked for, and of no more."""

from typing import Any

import pytest

from engine.desks.orders.agreement import order_disagrees
from engine.domain.canonical import Json
from tests.contract.orders_shop import OrdersUnderTest
from tests.contract.test_orders_tools import CALLS, OF_A1, done, orders_of_two
from tests.unit.desks.shop_world import OTHER_ADDRESS, refund_of

__all__ = ["orders_of_two"]

WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    "another amount": ("refund", {"amount_minor": 999}, "amount_minor"),
    "another order": ("refund", {"order_id": "B1"}, "another"),
    "another reason": ("hold_order", {"reason": "odd"}, "reason"),
    "another street": (
        "correct_address",
        {"address": {**OTHER_ADDRESS, "street": "Elsewhere 1"}},
        "street",
    ),
    "another day": ("backorder", {"expected_on": "2026-06-01"}, "expected_on"),
    "another variant": ("substitute_variant", {"variant_id": "tea-green"}, "variant_id"),
    "fewer pieces": ("reship", {"lines": [{"line": 1, "quantity": 1}]}, "holds"),
    "another subject": ("message_customer", {"subject": "Bye"}, "subject"),
}


@pytest.mark.parametrize("case", WRONG)
def test_verification_sees_another_call(orders: OrdersUnderTest, case: str) -> None:
    name, changes, word = WRONG[case]
    arguments, before, answer = done(orders, name)
    seen = orders.verify(name, before, answer, **{**arguments, **changes})
    assert not seen.is_correct
    assert word in seen.note or "the answer is about" in seen.note


def _field(thing: str) -> Json:
    return {"of": thing, "field": "expected_on", "before": "2026-05-01", "after": ""}


PAID = {"from": "shop", "to": "refunding", "minor": 2_500, "currency": "EUR"}
LOST = {"variant_id": "cup", "from": "warehouse:east", "to": "lost", "quantity": 1}
MORE: dict[str, tuple[str, str, Json, str]] = {
    "a hold that pays": ("hold_order", "money", PAID, "25.00 EUR moved from shop to refunding"),
    "a hold that calls back": (
        "hold_order",
        "money",
        PAID | {"from": "refunding", "to": "provider"},
        "25.00 EUR moved from refunding to shop",
    ),
    "a message that loses": ("message_customer", "pieces", LOST, "1 piece of cup moved from"),
    "a cancellation that loses": ("cancel_order", "pieces", LOST, "1 piece of cup moved from"),
    "a parcel that loses": ("reship", "pieces", LOST, "1 piece of cup moved from"),
    "an address and a line": ("correct_address", "fields", _field("line:A1/L1"), "line A1/L1"),
    "another line": ("backorder", "fields", _field("line:A1/L2"), "line A1/L2"),
    "another payment": ("refund", "fields", _field("payment:A1/P2"), "payment A1/P2"),
    "another hold": ("release_order", "fields", _field("hold:A1/H2"), "hold A1/H2"),
}
"""What answers admit to beside what was asked for."""


@pytest.mark.parametrize("case", MORE)
def test_verification_sees_what_nobody_asked_for(orders: OrdersUnderTest, case: str) -> None:
    name, kind, said, words = MORE[case]
    arguments, before, answer = done(orders, name)
    told = {**answer["difference"], kind: [*answer["difference"][kind], said]}
    seen = orders.verify(name, before, {**answer, "difference": told}, **arguments)
    assert not seen.is_correct
    (note,) = [one for one in seen.note.split("; ") if one.endswith(", nobody asked for it")]
    assert words in note


def test_verification_sees_what_is_left_out(orders: OrdersUnderTest) -> None:
    arguments, before, answer = done(orders, "substitute_variant")
    told = {**answer["difference"], "pieces": answer["difference"]["pieces"][:1]}
    seen = orders.verify("substitute_variant", before, {**answer, "difference": told}, **arguments)
    assert not seen.is_correct
    assert "should have moved from warehouse:west to reserved:A1/L1" in seen.note


def test_verification_lets_a_payment_settle(orders: OrdersUnderTest) -> None:
    orders.world.clock.forward(hours=47)
    arguments, before, answer = done(orders, "refund")
    orders.world.clock.forward(hours=2)
    orders.world.world("settle")
    assert orders.read("get_order", OF_A1)["digest"] == answer["digest_after"]
    seen = orders.verify("refund", before, answer, **arguments)
    assert (seen.is_correct, seen.note) == (True, "")


@pytest.mark.parametrize("name", ["hold_order", "cancel_order", "correct_address", "refund"])
def test_settlement_changes_only_money_on_its_way(orders: OrdersUnderTest, name: str) -> None:
    arguments, _ = CALLS[name]
    before = orders.state(name, **arguments)
    orders.world.clock.forward(hours=49)
    assert orders.world.world("settle")["result"]["payments"] == 2
    after = {"payment_state": "SETTLED"} if name == "refund" else {}
    assert orders.state(name, **arguments) == before | after


def test_settlement_changes_a_refund_on_its_way(orders: OrdersUnderTest) -> None:
    orders.world.clock.forward(hours=47)
    orders.call("refund", **refund_of())
    arguments = {"order_id": "A1", "refund_id": "A1/R1"}
    before = orders.state("cancel_refund", **arguments)
    orders.world.clock.forward(hours=2)
    orders.world.world("settle")
    assert orders.state("cancel_refund", **arguments) == before | {"payment_state": "SETTLED"}


@pytest.mark.parametrize("field", ["held_minor", "settled_minor", "state"])
def test_what_is_settled_follows_from_the_sums(orders: OrdersUnderTest, field: str) -> None:
    orders.call("refund", **refund_of())
    order, told = orders.read("get_order", OF_A1), orders.read("payments_of_order", OF_A1)
    assert order_disagrees(order, told) == ""
    told["payments"][0][field] = "SETTLED" if field == "state" else 2_501
    assert "what is settled of payment A1/P1" in order_disagrees(order, told)


LIES: dict[str, dict[str, Any]] = {
    "a field": {"fields": [{"of": "order", "field": "state", "before": "OPEN", "after": "GONE"}]},
    "too much money": {
        "money": [{"from": "provider", "to": "refunding", "minor": 2_000, "currency": "EUR"}]
    },
    "other money": {
        "money": [{"from": "provider", "to": "refunding", "minor": 1_000, "currency": "USD"}]
    },
    "nothing": {"fields": [], "money": [], "pieces": []},
}


@pytest.mark.parametrize("lie", LIES)
def test_verification_sees_an_answer_that_lies(orders: OrdersUnderTest, lie: str) -> None:
    arguments, before, answer = done(orders, "refund")
    told = {**answer, "difference": {**answer["difference"], **LIES[lie]}}
    seen = orders.verify("refund", before, told, **arguments)
    assert not seen.is_correct
    assert seen.note


def test_verification_lets_the_world_move_on(orders: OrdersUnderTest) -> None:
    arguments, before, answer = done(orders, "refund")
    orders.world.clock.forward(hours=72)
    orders.world.world("settle")
    assert orders.verify("refund", before, answer, **arguments).is_correct


def test_verification_sees_a_refund_called_back(orders: OrdersUnderTest) -> None:
    arguments, before, answer = done(orders, "hold_order")
    orders.call("release_order", order_id="A1")
    seen = orders.verify("hold_order", before, answer, **arguments)
    assert (seen.is_correct, "state is RELEASED, should be ACTIVE" in seen.note) == (False, True)
