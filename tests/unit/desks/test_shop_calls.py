"""What each call of the shop changes, how it is undone, and when it is refused."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.desks.orders.shop.refusals import Code, Refused, status_of
from engine.desks.orders.shop.toolbox import READS, WORLD, WRITES
from engine.domain.canonical import Json
from tests.unit.desks.shop_world import (
    ADDRESS,
    OTHER_ADDRESS,
    ShopWorld,
    new_order,
    open_world,
    refund_of,
)

DAY = "2026-04-01"
TO_BLACK: Json = {"order_id": "A1", "line": 1, "variant_id": "tea-black", "warehouse_id": "west"}
ONE_CUP: Json = {
    "order_id": "A1",
    "warehouse_id": "west",
    "carrier": "swift",
    "lines": [{"line": 2, "quantity": 1}],
}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[ShopWorld]:
    world = open_world(f"sqlite:///{tmp_path}/shop.db")
    world.fill()
    yield world
    assert world.books()["is_balanced"]
    world.database.close()


def balances(shop: ShopWorld) -> list[Json]:
    return [one for one in shop.books()["balances"] if one["shown"] or one["posted"]]


def ordered(shop: ShopWorld) -> None:
    shop.order()


def short(shop: ShopWorld) -> None:
    lines = [{"variant_id": "tea-green", "quantity": 99, "unit_price_minor": 10}]
    shop.order(lines=lines)


def paid(shop: ShopWorld) -> None:
    shop.paid_order()


def settled(shop: ShopWorld) -> None:
    shop.paid_order()
    shop.clock.forward(days=3)
    shop.world("settle")


def shipped(shop: ShopWorld) -> None:
    shop.shipped_order()


def delivered(shop: ShopWorld) -> None:
    shop.shipped_order()
    shop.scan("ACCEPTED")
    shop.scan("DELIVERED")


def held(shop: ShopWorld) -> None:
    shop.order()
    shop.do("hold_order", order_id="A1", reason="odd")


def cancelled(shop: ShopWorld) -> None:
    shop.paid_order()
    shop.do("cancel_order", order_id="A1", reason="twice")


def then(*steps: Callable[[ShopWorld], object]) -> Callable[[ShopWorld], None]:
    def all_steps(shop: ShopWorld) -> None:
        for step in steps:
            step(shop)

    return all_steps


def call(name: str, **arguments: Any) -> Callable[[ShopWorld], Json]:
    given = {"order_id": "A1", **arguments}
    return lambda shop: shop.do(name, **given)


UNDONE = {
    "address": (
        ordered,
        call("correct_address", address=OTHER_ADDRESS),
        call("restore_address", address_id="A1/A1"),
    ),
    "address of a parcel": (
        shipped,
        call("correct_address", address=OTHER_ADDRESS),
        call("restore_address", address_id="A1/A1"),
    ),
    "substitution": (
        ordered,
        call("substitute_variant", **TO_BLACK),
        call("substitute_variant", line=1, variant_id="tea-green", warehouse_id="east"),
    ),
    "substitution for a short line": (
        then(ordered, call("world.fail_pick", line=1)),
        call("substitute_variant", **TO_BLACK),
        call("substitute_variant", line=1, variant_id="tea-green", warehouse_id=""),
    ),
    "backorder": (
        ordered,
        call("backorder", line=1, expected_on=DAY),
        call("cancel_backorder", line=1),
    ),
    "backorder of a short line": (
        short,
        call("backorder", line=1, expected_on=DAY),
        call("cancel_backorder", line=1),
    ),
    "cancellation": (ordered, call("cancel_order", reason="twice"), call("reinstate_order")),
    "cancellation of a paid order": (
        paid,
        call("cancel_order", reason="twice"),
        call("reinstate_order"),
    ),
    "refund": (
        paid,
        call("refund", **refund_of()),
        call("cancel_refund", refund_id="A1/R1"),
    ),
    "refund of settled money": (
        settled,
        call("refund", **refund_of()),
        call("cancel_refund", refund_id="A1/R1"),
    ),
    "refund to credit": (
        paid,
        call("refund", **refund_of(to="credit")),
        call("cancel_refund", refund_id="A1/R1"),
    ),
    "second parcel": (
        delivered,
        call("reship", **ONE_CUP),
        call("cancel_shipment", shipment_id="A1/S2"),
    ),
    "release": (held, call("release_order"), call("hold_order", reason="odd")),
    "hold": (ordered, call("hold_order", reason="odd"), call("release_order")),
}


@pytest.mark.parametrize(("before", "act", "undo"), UNDONE.values(), ids=UNDONE)
def test_undo_gives_the_same_order_back(
    shop: ShopWorld, before: Callable, act: Callable, undo: Callable
) -> None:
    before(shop)
    digest, held = shop.digest(), balances(shop)
    done = act(shop)
    assert (done["digest_before"], done["digest_after"]) == (digest, shop.digest())
    assert done["digest_after"] != digest
    undo(shop)
    assert shop.digest() == digest
    assert balances(shop) == held


REFUSED = {
    "unknown order": (ordered, call("release_order", order_id="B2"), "UNKNOWN_ORDER"),
    "same address": (ordered, call("correct_address", address=ADDRESS), "NOTHING_TO_CHANGE"),
    "unknown address": (ordered, call("restore_address", address_id="A1/A7"), "UNKNOWN_ADDRESS"),
    "address the order has": (
        ordered,
        call("restore_address", address_id="A1/A1"),
        "NOTHING_TO_CHANGE",
    ),
    "address of a cancelled order": (
        cancelled,
        call("correct_address", address=OTHER_ADDRESS),
        "ORDER_CANCELLED",
    ),
    "address on the way": (
        then(shipped, lambda shop: shop.scan("ACCEPTED")),
        call("correct_address", address=OTHER_ADDRESS),
        "ALREADY_SHIPPED",
    ),
    "another group": (
        ordered,
        call("substitute_variant", **{**TO_BLACK, "variant_id": "cup"}),
        "NOT_SUBSTITUTABLE",
    ),
    "unknown variant": (
        ordered,
        call("substitute_variant", **{**TO_BLACK, "variant_id": "no"}),
        "UNKNOWN_VARIANT",
    ),
    "unknown line": (
        ordered,
        call("substitute_variant", **{**TO_BLACK, "line": 3}),
        "UNKNOWN_LINE",
    ),
    "same variant": (
        ordered,
        call("substitute_variant", line=1, variant_id="tea-green", warehouse_id="east"),
        "NOTHING_TO_CHANGE",
    ),
    "substitution without stock": (
        short,
        call("substitute_variant", **TO_BLACK),
        "NO_STOCK",
    ),
    "substitution in a parcel": (
        shipped,
        call("substitute_variant", **TO_BLACK),
        "ALREADY_SHIPPED",
    ),
    "backorder twice": (
        then(short, call("backorder", line=1, expected_on=DAY)),
        call("backorder", line=1, expected_on=DAY),
        "LINE_STATE",
    ),
    "no backorder": (ordered, call("cancel_backorder", line=1), "LINE_STATE"),
    "cancelled twice": (cancelled, call("cancel_order", reason="no"), "ALREADY_CANCELLED"),
    "cancelled in a parcel": (shipped, call("cancel_order", reason="no"), "ALREADY_SHIPPED"),
    "not cancelled": (ordered, call("reinstate_order"), "NOT_CANCELLED"),
    "reinstated after a refund": (
        then(cancelled, lambda shop: shop.refund()),
        call("reinstate_order"),
        "ORDER_REFUNDED",
    ),
    "reinstated without stock": (
        then(
            cancelled,
            lambda shop: shop.world(
                "count_stock", warehouse_id="east", variant_id="cup", counted=0, adopt=True
            ),
        ),
        call("reinstate_order"),
        "NO_STOCK",
    ),
    "more than captured": (paid, call("refund", **refund_of(2_501)), "OVER_REFUND"),
    "nothing captured": (ordered, call("refund", **refund_of(1)), "OVER_REFUND"),
    "another currency": (
        paid,
        call("refund", **{**refund_of(), "currency": "USD"}),
        "CURRENCY_MISMATCH",
    ),
    "unknown payment": (
        paid,
        call("refund", **{**refund_of(), "payment_id": "A1/P9"}),
        "UNKNOWN_PAYMENT",
    ),
    "payment of another order": (
        then(paid, lambda shop: shop.paid_order("B2")),
        call("refund", **{**refund_of(), "payment_id": "B2/P1"}),
        "UNKNOWN_PAYMENT",
    ),
    "unknown refund": (paid, call("cancel_refund", refund_id="A1/R1"), "UNKNOWN_REFUND"),
    "nothing shipped": (paid, call("reship", **ONE_CUP), "LINE_STATE"),
    "unknown warehouse": (
        delivered,
        call("reship", **{**ONE_CUP, "warehouse_id": "moon"}),
        "UNKNOWN_WAREHOUSE",
    ),
    "more than sold": (
        delivered,
        call("reship", **{**ONE_CUP, "lines": [{"line": 2, "quantity": 2}]}),
        "OVER_RESHIP",
    ),
    "sent once more twice": (
        then(delivered, call("reship", **ONE_CUP)),
        call("reship", **ONE_CUP),
        "OVER_RESHIP",
    ),
    "reship of a held order": (
        then(delivered, call("hold_order", reason="odd")),
        call("reship", **ONE_CUP),
        "ORDER_HELD",
    ),
    "parcel the carrier has": (
        delivered,
        call("cancel_shipment", shipment_id="A1/S1"),
        "CARRIER_HAS_PARCEL",
    ),
    "unknown parcel": (paid, call("cancel_shipment", shipment_id="A1/S1"), "UNKNOWN_SHIPMENT"),
    "held twice": (held, call("hold_order", reason="odd"), "ALREADY_HELD"),
    "not held": (ordered, call("release_order"), "NOT_HELD"),
    "capture of a held order": (
        held,
        call("world.capture", payment_id="A1/P1", amount_minor=1),
        "ORDER_HELD",
    ),
    "parcel of a held order": (held, call("world.ship_order", carrier="swift"), "ORDER_HELD"),
    "more than authorised": (
        paid,
        call("world.capture", payment_id="A1/P1", amount_minor=1),
        "OVER_CAPTURE",
    ),
    "nothing set aside": (short, call("world.ship_order", carrier="swift"), "NOTHING_TO_SHIP"),
    "delivered before accepted": (
        shipped,
        call("world.carrier_scan", shipment_id="A1/S1", kind="DELIVERED"),
        "IMPOSSIBLE_SCAN",
    ),
    "placed twice": (ordered, lambda shop: shop.order(), "ORDER_EXISTS"),
}


@pytest.mark.parametrize(("before", "act", "code"), REFUSED.values(), ids=REFUSED)
def test_refusal_names_its_code_and_changes_nothing(
    shop: ShopWorld, before: Callable, act: Callable, code: str
) -> None:
    before(shop)
    books = shop.books()
    with pytest.raises(Refused) as refused:
        act(shop)
    assert refused.value.code == code
    assert shop.books() == books


def test_settled_refund_is_called_back_no_more(shop: ShopWorld) -> None:
    paid(shop)
    shop.refund()
    shop.clock.forward(days=1)
    shop.world("settle")
    assert shop.refusal("cancel_refund", order_id="A1", refund_id="A1/R1") == "REFUND_SETTLED"


def test_refund_called_back_twice_is_refused(shop: ShopWorld) -> None:
    paid(shop)
    shop.refund()
    shop.do("cancel_refund", order_id="A1", refund_id="A1/R1")
    assert shop.refusal("cancel_refund", order_id="A1", refund_id="A1/R1") == "REFUND_CANCELLED"


def test_refund_takes_first_what_the_provider_has(shop: ShopWorld) -> None:
    shop.order()
    shop.world("capture", order_id="A1", payment_id="A1/P1", amount_minor=2_000)
    shop.clock.forward(days=2)
    shop.world("settle")
    shop.world("capture", order_id="A1", payment_id="A1/P1", amount_minor=500)
    moved = [(one["from"], one["minor"]) for one in shop.refund(800)["difference"]["money"]]
    assert moved == [("provider", 500), ("shop", 300)]


def test_money_called_back_settles_with_the_rest(shop: ShopWorld) -> None:
    paid(shop)
    shop.refund(2_500)
    shop.clock.forward(hours=20)
    shop.do("cancel_refund", order_id="A1", refund_id="A1/R1")
    shop.clock.forward(days=2)
    assert shop.world("settle")["result"] == {"payments": 1, "refunds": 0, "is_more": False}
    assert shop.read("payments_of_order", order_id="A1")["payments"][0]["state"] == "SETTLED"


def test_store_credit_pays_the_next_order(shop: ShopWorld) -> None:
    paid(shop)
    shop.refund(1_000, to="credit")
    shop.clock.forward(days=1)
    shop.world("settle")
    shop.order("B2", payments=[{"method": "CREDIT", "authorised_minor": 2_000}])
    by_credit = {"order_id": "B2", "payment_id": "B2/P1"}
    assert shop.refusal("world.capture", **by_credit, amount_minor=1_001) == "NO_CREDIT"
    shop.world("capture", **by_credit, amount_minor=600)
    history = shop.read("customer_history", customer_id="ada")
    assert history["credits"] == [{"currency": "EUR", "balance_minor": 400}]
    shop.refund(600, order_id="B2")
    shop.clock.forward(days=1)
    shop.world("settle")
    history = shop.read("customer_history", customer_id="ada")
    assert history["credits"] == [{"currency": "EUR", "balance_minor": 1_000}]


def test_feeds_disagree_until_the_count_is_adopted(shop: ShopWorld) -> None:
    where = {"warehouse_id": "east", "variant_id": "cup"}
    shop.world("count_stock", **where, counted=4)
    level = shop.read("stock_levels", variant_id="cup")["levels"][0]
    assert (level["by_shop"], level["by_warehouse"]) == (10, 4)
    shop.order()
    level = shop.read("stock_levels", variant_id="cup")["levels"][0]
    assert (level["by_shop"], level["by_warehouse"]) == (9, 3)
    shop.world("count_stock", **where, counted=3, adopt=True)
    level = shop.read("stock_levels", variant_id="cup")["levels"][0]
    assert (level["by_shop"], level["by_warehouse"]) == (3, 3)


def test_short_line_is_given_stock_of_its_own_variant(shop: ShopWorld) -> None:
    shop.order()
    shop.world("fail_pick", order_id="A1", line=1)
    assert shop.line()["state"] == "SHORT"
    own: Json = {"order_id": "A1", "line": 1, "variant_id": "tea-green", "warehouse_id": "west"}
    shop.do("substitute_variant", **own)
    assert (shop.line()["state"], shop.stock()) == ("RESERVED", {"east": 8, "west": 8})


def test_waiting_line_is_filled_when_stock_comes(shop: ShopWorld) -> None:
    short(shop)
    shop.do("backorder", order_id="A1", line=1, expected_on=DAY)
    where = {"warehouse_id": "east", "variant_id": "tea-green"}
    shop.world("announce_stock", **where, quantity=120, expected_on=DAY)
    shop.world("receive_stock", **where, quantity=100)
    level = shop.read("stock_levels", variant_id="tea-green")["levels"][0]
    assert (level["announced_quantity"], level["announced_for"]) == (20, DAY)
    shop.world("fill_line", order_id="A1", line=1, warehouse_id="east")
    assert (shop.line()["state"], shop.line()["expected_on"]) == ("RESERVED", "")


def test_parcel_goes_the_way_the_scans_say(shop: ShopWorld) -> None:
    shipped(shop)
    statuses = [shop.read("get_order", order_id="A1")["status"]]
    for kind in ("ACCEPTED", "DELIVERY_FAILED", "OUT_FOR_DELIVERY", "DELIVERED", "NOTE", "LOST"):
        shop.scan(kind)
        statuses.append(shop.read("get_order", order_id="A1")["shipments"][0]["state"])
    assert statuses == [
        "SHIPPED",
        "WITH_CARRIER",
        "DELIVERY_FAILED",
        "WITH_CARRIER",
        "DELIVERED",
        "DELIVERED",
        "LOST",
    ]
    found = shop.read("carrier_scans", order_id="A1")["shipments"][0]["scans"]
    assert [scan["kind"] for scan in found][-2:] == ["NOTE", "LOST"]


def test_returned_parcel_is_stock_again(shop: ShopWorld) -> None:
    shipped(shop)
    shop.scan("ACCEPTED")
    shop.scan("RETURNED")
    assert shop.stock() == {"east": 10, "west": 10}


def test_lost_second_parcel_may_be_sent_again(shop: ShopWorld) -> None:
    delivered(shop)
    shop.do("reship", **ONE_CUP)
    shop.scan("ACCEPTED", parcel=2)
    shop.scan("LOST", parcel=2)
    assert shop.do("reship", **ONE_CUP)["result"] == {"shipment_id": "A1/S3"}


def test_unpacked_original_is_set_aside_again(shop: ShopWorld) -> None:
    shipped(shop)
    shop.do("cancel_shipment", order_id="A1", shipment_id="A1/S1")
    assert [shop.line(number)["state"] for number in (1, 2)] == ["RESERVED", "RESERVED"]
    shop.do("cancel_order", order_id="A1", reason="twice")
    assert shop.stock() == {"east": 10, "west": 10}


def test_order_from_two_warehouses_makes_two_parcels(shop: ShopWorld) -> None:
    lines = new_order()["lines"]
    lines[1]["warehouse_id"] = "west"
    shop.order(lines=lines)
    assert shop.world("ship_order", order_id="A1", carrier="swift")["result"] == {"parcels": 2}


def test_history_tells_doubled_orders_apart(shop: ShopWorld) -> None:
    shop.order("A1")
    shop.clock.forward(minutes=2)
    shop.order("A2")
    orders = shop.read("customer_history", customer_id="ada")["orders"]
    assert [one["order_id"] for one in orders] == ["A2", "A1"]
    assert orders[0]["lines"] == orders[1]["lines"]


def test_same_key_acts_once_and_answers_alike(shop: ShopWorld) -> None:
    paid(shop)
    first = shop.do("refund", key="k", **refund_of())
    shop.clock.forward(days=1)
    assert shop.do("refund", key="k", **refund_of()) == first
    assert shop.read("get_order", order_id="A1")["refunded_minor"] == 1_000
    assert shop.shop.operation("k")["answer"] == first
    assert shop.refusal("refund", key="k", **refund_of(1)) == "KEY_REUSED"
    assert shop.refusal("hold_order", key="k", order_id="A1", reason="odd") == "KEY_REUSED"


def test_refused_key_was_not_acted_on(shop: ShopWorld) -> None:
    paid(shop)
    shop.refusal("refund", key="k", **refund_of(9_999))
    assert shop.shop.operation("k")["is_done"] is False
    shop.do("refund", key="k", **refund_of())
    assert shop.shop.operation("k")["is_done"] is True


def test_changed_order_is_not_acted_on(shop: ShopWorld) -> None:
    paid(shop)
    digest = shop.digest()
    shop.do("message_customer", order_id="A1", subject="Hello", body="We look.\nSoon.")
    assert shop.refusal("refund", if_match=digest, **refund_of()) == "TARGET_CHANGED"
    shop.do("refund", if_match=shop.digest(), **refund_of())


def test_every_code_has_an_error_status() -> None:
    assert all(status_of(code) >= 400 for code in Code)


def test_no_scope_both_reads_and_writes() -> None:
    reading = {tool.scope for tool in READS.values()}
    writing = {tool.scope for tool in WRITES.values()}
    world = {tool.scope for tool in WORLD.values()}
    assert (reading & writing, reading & world, writing & world) == (set(), set(), set())
