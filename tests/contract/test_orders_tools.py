"""The orders desk's tools on a real shop: they do, show, verify and undo what they say."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.desks.orders.contracts import READ_CONTRACTS, WRITE_CONTRACTS
from engine.desks.orders.shop.toolbox import READS, WRITES
from engine.desks.orders.tools import effect_tools, read_tools
from engine.domain.canonical import Json
from engine.domain.credential import PermitKind
from engine.domain.tool import EffectClass
from engine.errors import InvalidRequest, ToolError, ToolOutcomeUnknown
from tests.contract.orders_shop import OrdersUnderTest, serving_orders
from tests.unit.desks.shop_world import OTHER_ADDRESS, refund_of

ADDRESS = {"order_id": "A1", "address": OTHER_ADDRESS}
TEA = {"order_id": "A1", "line": 1, "variant_id": "tea-black", "warehouse_id": "west"}
WAIT = {"order_id": "A1", "line": 1, "expected_on": "2026-05-01"}
AGAIN = {
    "order_id": "B1",
    "warehouse_id": "east",
    "carrier": "swift",
    "lines": [{"line": 1, "quantity": 2}, {"line": 2, "quantity": 1}],
}
OF_A1 = {"order_id": "A1"}
HOLD = {"order_id": "A1", "reason": "late"}
CANCEL = {"order_id": "A1", "reason": "late"}
HELLO = {"order_id": "A1", "subject": "Hello", "body": "Soon.\nBye."}

CALLS: dict[str, tuple[dict[str, Any], tuple[tuple[str, dict[str, Any]], ...]]] = {
    "correct_address": (ADDRESS, ()),
    "restore_address": (
        {"order_id": "A1", "address_id": "A1/A1"},
        (("correct_address", ADDRESS),),
    ),
    "substitute_variant": (TEA, ()),
    "backorder": (WAIT, ()),
    "cancel_backorder": ({"order_id": "A1", "line": 1}, (("backorder", WAIT),)),
    "cancel_order": (CANCEL, ()),
    "reinstate_order": (OF_A1, (("cancel_order", CANCEL),)),
    "refund": (refund_of(), ()),
    "cancel_refund": ({"order_id": "A1", "refund_id": "A1/R1"}, (("refund", refund_of()),)),
    "reship": (AGAIN, ()),
    "cancel_shipment": ({"order_id": "B1", "shipment_id": "B1/S2"}, (("reship", AGAIN),)),
    "hold_order": (HOLD, ()),
    "release_order": (OF_A1, (("hold_order", HOLD),)),
    "message_customer": (HELLO, ()),
}
"""A call of each tool, and the calls before it."""


@pytest.fixture(name="orders")
def orders_of_two(tmp_path: Path) -> Iterator[OrdersUnderTest]:
    with serving_orders(f"sqlite:///{tmp_path}/shop.db") as under:
        under.world.fill()
        under.world.paid_order("A1")
        under.world.shipped_order("B1")
        yield under


def done(orders: OrdersUnderTest, name: str) -> tuple[dict[str, Any], Json, Json]:
    """Arguments, state before and answer of the sample call."""
    arguments, before = CALLS[name]
    for earlier, given in before:
        orders.call(earlier, **given)
    state = orders.state(name, **arguments)
    return arguments, state, orders.call(name, **arguments)


def test_every_tool_has_the_shops_scope() -> None:
    assert {one.name: one.scopes for one in WRITE_CONTRACTS.values()} == {
        one.name: (one.scope,) for one in WRITES.values()
    }
    assert {one.name: one.scopes for one in READ_CONTRACTS.values()} == {
        one.name: (one.scope,) for one in READS.values()
    }


@pytest.mark.parametrize("name", CALLS)
def test_call_does_what_its_preview_tells(orders: OrdersUnderTest, name: str) -> None:
    arguments, earlier = CALLS[name]
    for before, given in earlier:
        orders.call(before, **given)
    books, state = orders.world.books(), orders.state(name, **arguments)
    previewed = orders.preview(name, **arguments)
    assert orders.world.books() == books
    answer = orders.call(name, **arguments)
    assert answer["difference"] == previewed
    seen = orders.verify(name, state, answer, **arguments)
    assert (seen.is_correct, seen.note) == (True, "")
    assert seen.seen["digest"] == answer["digest_after"]


@pytest.mark.parametrize("name", CALLS)
def test_undo_gives_the_state_back(orders: OrdersUnderTest, name: str) -> None:
    arguments, before, answer = done(orders, name)
    tool = orders.tool(name)
    back = tool.undo(orders.checked(name, arguments), before, answer)
    if tool.contract.effect_class is EffectClass.IRREVERSIBLE:
        assert back is None
        return
    assert back
    assert back[0] == tool.contract.compensation
    orders.call(back[0], **back[1])
    if name != "cancel_refund":  # the same money, by another refund
        assert orders.state(name, **arguments) == before


class Nowhere:
    """A transport for tools that are not called."""

    def send(self, path: str, arguments: Any, **more: Any) -> Json:
        raise AssertionError(path)


TOOLS = {one.contract.name: one for one in effect_tools(Nowhere())}


@pytest.mark.parametrize("name", CALLS)
def test_words_for_people_are_there(name: str) -> None:
    arguments, _ = CALLS[name]
    told = TOOLS[name].describe(arguments)
    assert arguments["order_id"] in told or f"{arguments['order_id']}/" in told
    assert TOOLS[name].options("order_id") == ()
    assert TOOLS[name].ask("key", lambda name, arguments: None) is None


def test_refund_is_told_in_money() -> None:
    tool = TOOLS["refund"]
    told = tool.describe(refund_of(123_456))
    assert told == "Refund 1,234.56 EUR of payment A1/P1 to where it came from"
    assert tool.options("to") == ("original", "credit")
    assert str(tool.contract.amount_of(refund_of(1_000))) == "10.00 EUR"


def test_same_key_acts_once(orders: OrdersUnderTest) -> None:
    first = orders.call("refund", key="once", **refund_of())
    assert orders.call("refund", key="once", **refund_of()) == first
    assert orders.read("get_order", OF_A1)["refunded_minor"] == 1_000
    with pytest.raises(ToolError) as refused:
        orders.call("refund", key="once", **refund_of(500))
    assert refused.value.facts["code"] == "KEY_REUSED"


def test_refusal_carries_the_shops_code(orders: OrdersUnderTest) -> None:
    assert orders.preview("release_order", order_id="A1") == "NOT_HELD"
    with pytest.raises(ToolError) as refused:
        orders.call("release_order", order_id="A1")
    assert refused.value.facts["code"] == "NOT_HELD"
    with pytest.raises(ToolError) as unknown:
        orders.state("hold_order", order_id="nobody", reason="late")
    assert unknown.value.facts["code"] == "UNKNOWN_ORDER"
    with pytest.raises(ToolError) as line:
        orders.state("backorder", **{**WAIT, "line": 7})
    assert line.value.facts["code"] == "UNKNOWN_LINE"


def test_answer_to_another_call_is_unknown(orders: OrdersUnderTest) -> None:
    class Mixed:
        def send(self, path: str, arguments: Any, **more: Any) -> Json:
            return {"key": "another"}

    refund = next(one for one in effect_tools(Mixed()) if one.contract.name == "refund")
    with pytest.raises(ToolOutcomeUnknown):
        refund.call(refund_of(), key="mine")


def test_answer_about_another_order_is_refused(orders: OrdersUnderTest) -> None:
    other = orders.read("get_order", {"order_id": "B1"})

    class Mixed:
        def send(self, path: str, arguments: Any, **more: Any) -> Json:
            return other

    get_order = read_tools(Mixed())[0]
    assert get_order.call({"order_id": "B1"}) == other
    with pytest.raises(InvalidRequest):
        get_order.call({"order_id": "A1"})


INCONSISTENT: dict[str, tuple[str, dict[str, Any]]] = {
    "total": ("get_order", {"total_minor": 1}),
    "hold": ("get_order", {"is_held": True}),
    "status": ("get_order", {"status": "CANCELLED"}),
    "captured": ("payments_of_order", {"captured_minor": 1}),
    "refunded": ("payments_of_order", {"refunded_minor": 1}),
    "digest": ("get_order", {"digest": "0"}),
    "surplus": ("get_order", {"note": "approve"}),
    "amount as text": ("get_order", {"total_minor": "2500"}),
}


def test_answer_that_contradicts_itself_is_refused(orders: OrdersUnderTest) -> None:
    for name, changes in INCONSISTENT.values():
        told = orders.read(name, OF_A1)
        contract = READ_CONTRACTS[name]
        assert contract.check_result(told) == told
        with pytest.raises(InvalidRequest):
            contract.check_result({**told, **changes})


def test_read_credential_does_not_write(orders: OrdersUnderTest) -> None:
    tool = orders.tool("refund")
    preview = orders.desk.read_tool("refund_preview")
    assert preview
    credential = orders.credential(preview.contract, refund_of(), PermitKind.READ)
    with pytest.raises(ToolError) as refused:
        tool.call(refund_of(), key="k", credential=credential)
    assert refused.value.facts["code"] == "CREDENTIAL_SCOPE"


OVER: dict[str, tuple[str, dict[str, Any], tuple[tuple[str, dict[str, Any]], ...]]] = {
    "cancelled order": ("cancel_order", CANCEL, (("cancel_order", CANCEL),)),
    "held order": ("hold_order", HOLD, (("hold_order", HOLD),)),
    "free order": ("release_order", OF_A1, ()),
    "refunded payment": ("refund", refund_of(), (("refund", refund_of(2_500)),)),
}


@pytest.mark.parametrize("case", OVER)
def test_target_that_needs_nothing_is_settled(orders: OrdersUnderTest, case: str) -> None:
    name, arguments, before = OVER[case]
    tool = orders.tool(name)
    if before:
        assert not tool.is_settled(orders.state(name, **arguments))
    for earlier, given in before:
        orders.call(earlier, **given)
    assert tool.is_settled(orders.state(name, **arguments))
