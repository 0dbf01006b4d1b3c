"""Many at once: money is refunded once, the last piece goes to one, and no two wait for ever."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest

from engine.desks.orders.shop.operations import Caller
from engine.desks.orders.shop.refusals import Refused
from engine.desks.orders.shop.toolbox import WRITES
from tests.unit.desks.shop_world import ShopWorld, new_order, open_world, refund_of

THREADS = 8


@pytest.fixture
def shop(empty_database_url: str) -> Iterator[ShopWorld]:
    world = open_world(empty_database_url)
    world.fill()
    yield world
    assert world.books()["is_balanced"]
    world.database.close()


def at_once(calls: list[Callable[[], object]]) -> Counter[str]:
    """Make all calls at the same moment; counts the codes, `done` where there is none."""
    start = Barrier(len(calls))

    def make(call: Callable[[], object]) -> str:
        start.wait()
        try:
            call()
        except Refused as refused:
            return refused.code.value
        return "done"

    with ThreadPoolExecutor(len(calls)) as pool:
        return Counter(pool.map(make, calls))


def test_refunds_at_once_never_exceed_what_was_captured(shop: ShopWorld) -> None:
    shop.paid_order()
    calls: list[Callable[[], object]] = [
        partial(shop.do, "refund", key=f"r{number}", **refund_of(1_000))
        for number in range(THREADS)
    ]
    assert at_once(calls) == {"done": 2, "OVER_REFUND": THREADS - 2}
    assert shop.read("get_order", order_id="A1")["refunded_minor"] == 2_000


def test_one_key_at_once_acts_once(shop: ShopWorld) -> None:
    shop.paid_order()
    answers: list[object] = []
    calls: list[Callable[[], object]] = [
        lambda: answers.append(shop.do("refund", key="one", **refund_of(300)))
    ] * THREADS
    assert at_once(calls) == {"done": THREADS}
    assert answers == [answers[0]] * THREADS
    assert shop.read("get_order", order_id="A1")["refunded_minor"] == 300


def test_one_credential_at_once_acts_under_one_key(shop: ShopWorld) -> None:
    shop.paid_order()
    tool = WRITES["refund"]
    arguments = tool.arguments.model_validate(refund_of(100))

    def refund(number: int) -> Callable[[], object]:
        caller = Caller(key=f"r{number}", credential_id="the-one", case_id="")
        return lambda: shop.shop.write(tool, arguments, caller)

    counted = at_once([refund(number) for number in range(THREADS)])
    assert counted == {"done": 1, "CREDENTIAL_USED": THREADS - 1}


def test_last_pieces_go_to_as_many_as_there_are(shop: ShopWorld) -> None:
    for number in range(THREADS):
        line = {"variant_id": "tea-black", "quantity": 3, "unit_price_minor": 1}
        lines = [{**line, "warehouse_id": "moon"}]  # there is none: the line is short
        shop.order(f"A{number}", lines=lines)
    calls: list[Callable[[], object]] = [
        partial(
            shop.do,
            "substitute_variant",
            key=f"s{number}",
            order_id=f"A{number}",
            line=1,
            variant_id="tea-green",
            warehouse_id="east",
        )
        for number in range(THREADS)
    ]
    assert at_once(calls) == {"done": 3, "NO_STOCK": THREADS - 3}
    assert shop.stock()["east"] == 1


def test_orders_at_once_take_each_piece_once(shop: ShopWorld) -> None:
    lines = new_order()["lines"]
    mixed = [lines, lines[::-1]]
    calls: list[Callable[[], object]] = [
        partial(
            shop.world,
            "place_order",
            key=f"o{number}",
            **new_order(f"A{number}", lines=mixed[number % 2]),
        )
        for number in range(THREADS)
    ]
    assert at_once(calls) == {"done": THREADS}
    assert sum(shop.stock("cup").values()) == 20 - THREADS
    assert sum(shop.stock().values()) == 20 - 2 * THREADS


def test_settling_and_calling_back_at_once_agree(shop: ShopWorld) -> None:
    for number in range(THREADS):
        shop.paid_order(f"A{number % 4}{number}", lines=[_cheap()])
        shop.refund(500, to="credit", order_id=f"A{number % 4}{number}")
    shop.clock.forward(days=3)
    back: list[Callable[[], object]] = [
        partial(
            shop.do,
            "cancel_refund",
            key=f"c{number}",
            order_id=f"A{number % 4}{number}",
            refund_id=f"A{number % 4}{number}/R1",
        )
        for number in range(THREADS)
    ]
    settle: list[Callable[[], object]] = [
        partial(shop.world, "settle", key=f"settle{number}") for number in range(2)
    ]
    counted = at_once([*back, *settle])
    assert counted["done"] + counted["REFUND_SETTLED"] == THREADS + 2
    credits = shop.read("customer_history", customer_id="ada")["credits"]
    settled = sum(one["balance_minor"] for one in credits)
    assert settled == 500 * counted["REFUND_SETTLED"]


def _cheap() -> dict[str, object]:
    return {"variant_id": "cup", "quantity": 1, "unit_price_minor": 100}
