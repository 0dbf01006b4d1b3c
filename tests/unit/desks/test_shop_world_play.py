"""A world played in one call: all of it or nothing, each step at its time, once a key."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from engine.desks.orders.shop.refusals import Code, Refused
from engine.domain.canonical import Json
from tests.unit.desks.shop_world import START, ShopWorld, new_order, open_world, refund_of

EARLIER = START - timedelta(days=40)


@pytest.fixture
def shop(empty_database_url: str) -> Iterator[ShopWorld]:
    world = open_world(empty_database_url)
    world.fill()
    yield world
    assert world.books()["is_balanced"]
    world.database.close()


def step(call: str, days: int = 0, **arguments: Any) -> Json:
    at = EARLIER + timedelta(days=days)
    return {"call": call, "arguments": arguments, "at": at.isoformat()}


def story() -> list[Json]:
    """An order of forty days ago: paid, shipped, delivered, settled and partly refunded."""
    scan = {"order_id": "A1", "shipment_id": "A1/S1"}
    return [
        step("place_order", **new_order()),
        step("capture", order_id="A1", payment_id="A1/P1", amount_minor=2_500),
        step("ship_order", 1, order_id="A1", carrier="swift"),
        step("carrier_scan", 2, **scan, kind="ACCEPTED"),
        step("carrier_scan", 3, **scan, kind="DELIVERED", place="Berlin"),
        step("settle", 4),
        step("refund", 5, **refund_of(1_000)),
        step("settle", 7),
    ]


def test_each_step_has_its_own_time(shop: ShopWorld) -> None:
    answer = shop.world("play", steps=story())
    assert answer["result"] == {"steps": 8}
    order = shop.read("get_order", order_id="A1")
    assert (order["status"], order["placed_at"][:10]) == ("DELIVERED", f"{EARLIER:%Y-%m-%d}")
    money = shop.read("payments_of_order", order_id="A1")
    assert money["payments"][0]["state"] == "SETTLED"
    assert [one["state"] for one in money["refunds"]] == ["SETTLED"]
    scans = shop.read("carrier_scans", order_id="A1")["shipments"][0]["scans"]
    days = [EARLIER + timedelta(days=number) for number in (2, 3)]
    assert [one["scanned_at"][:10] for one in scans] == [f"{day:%Y-%m-%d}" for day in days]


def test_world_holds_an_order_once(shop: ShopWorld) -> None:
    shop.order()
    shop.world("hold_order", order_id="A1", reason="Score 0.9")
    assert shop.read("get_order", order_id="A1")["is_held"]
    assert shop.refusal("hold_order", order_id="A1", reason="odd") == Code.ALREADY_HELD


def test_refused_step_undoes_all_before_it(shop: ShopWorld) -> None:
    before = shop.books()
    with pytest.raises(Refused) as caught:
        shop.world("play", steps=[*story(), step("refund", 8, **refund_of(9_999))])
    assert (caught.value.code, caught.value.facts["step"]) == (Code.OVER_REFUND, 9)
    assert shop.books() == before
    with pytest.raises(Refused, match="no order A1"):
        shop.read("get_order", order_id="A1")


def test_same_play_twice_happens_once(shop: ShopWorld) -> None:
    first = shop.world("play", key="once", steps=story())
    assert shop.world("play", key="once", steps=story()) == first
    assert shop.read("get_order", order_id="A1")["captured_minor"] == 2_500


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (step("teleport"), Code.INVALID_ARGUMENTS),
        (step("play", steps=[]), Code.INVALID_ARGUMENTS),
        (step("settle", extra=1), Code.INVALID_ARGUMENTS),
        (step("settle", 41), Code.INVALID_ARGUMENTS),
        ({**step("settle"), "at": "2026-13-41T09:00+00:00"}, Code.INVALID_ARGUMENTS),
        (step("ship_order", order_id="none", carrier="swift"), Code.UNKNOWN_ORDER),
    ],
    ids=["unknown call", "play in play", "unknown argument", "future", "no time", "no order"],
)
def test_wrong_step_is_refused(shop: ShopWorld, wrong: Json, code: Code) -> None:
    assert shop.refusal("world.play", steps=[step("settle"), wrong]) == code
