"""The shop tells who waits for the same stock, and where a customer's orders went before."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.desks.shop_world import ADDRESS, OTHER_ADDRESS, ShopWorld, open_world

MANY = [{"variant_id": "tea-green", "quantity": 50, "unit_price_minor": 1_000}]
BLACK = [{"variant_id": "tea-black", "quantity": 50, "unit_price_minor": 1_200}]
CUPS = [{"variant_id": "cup", "quantity": 50, "unit_price_minor": 500}]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[ShopWorld]:
    found = open_world(f"sqlite:///{tmp_path}/shop.db")
    found.fill()
    yield found
    found.database.close()


def waiting(shop: ShopWorld) -> list[tuple[str, str, bool]]:
    told = shop.read("waiting_lines", variant_id="tea-green")
    assert told["substitution_group"] == "teas"
    return [(one["order_id"], one["state"], one["is_held"]) for one in told["lines"]]


def test_waiting_lines_come_oldest_first(shop: ShopWorld) -> None:
    shop.order("B1", lines=MANY)
    shop.clock.forward(minutes=1)
    shop.order("A1", lines=BLACK)
    shop.order("C1", lines=CUPS)
    shop.order("D1")
    shop.do("backorder", order_id="A1", line=1, expected_on="2026-05-01")
    shop.do("hold_order", order_id="B1", reason="late")
    assert waiting(shop) == [("B1", "SHORT", True), ("A1", "BACKORDERED", False)]


def test_cancelled_orders_wait_for_nothing(shop: ShopWorld) -> None:
    shop.order("B1", lines=MANY)
    shop.do("cancel_order", order_id="B1", reason="late")
    assert waiting(shop) == []


def test_released_hold_holds_no_more(shop: ShopWorld) -> None:
    shop.order("B1", lines=MANY)
    shop.do("hold_order", order_id="B1", reason="late")
    shop.do("release_order", order_id="B1")
    assert waiting(shop) == [("B1", "SHORT", False)]


def test_unknown_variant_is_refused(shop: ShopWorld) -> None:
    with pytest.raises(Exception, match="There is no variant"):
        shop.read("waiting_lines", variant_id="coffee")


def test_history_tells_address_and_second_parcels(shop: ShopWorld) -> None:
    shop.order("A1")
    shop.do("correct_address", order_id="A1", address=OTHER_ADDRESS)
    shop.clock.forward(minutes=1)
    shop.shipped_order("B1")
    again: dict[str, Any] = {
        "warehouse_id": "east",
        "carrier": "swift",
        "lines": [{"line": 1, "quantity": 1}],
    }
    shop.do("reship", order_id="B1", **again)
    orders = shop.read("customer_history", customer_id="ada")["orders"]
    told = {one["order_id"]: (one["address"]["street"], one["sent_again"]) for one in orders}
    assert told == {"A1": (OTHER_ADDRESS["street"], 0), "B1": (ADDRESS["street"], 1)}
    shop.do("cancel_shipment", order_id="B1", shipment_id="B1/S2")
    orders = shop.read("customer_history", customer_id="ada")["orders"]
    assert [one["sent_again"] for one in orders] == [0, 0]
