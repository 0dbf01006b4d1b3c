"""Preview equals effect, through the orders desk's tools and real HTTP, whatever happened before.

Walks through random calls and events; every call of every tool is previewed, made, verified and,
where it can be, undone; refused calls are refused alike, and the books balance at the end.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from engine.desks.orders.shop.refusals import Refused
from engine.domain.canonical import Json
from engine.domain.tool import EffectClass
from engine.errors import ToolError
from tests.contract.orders_shop import OrdersUnderTest, serving_orders
from tests.property.test_shop_conservation import EVENTS, WRITES, drawn

WALKS = 8
STEPS = 30


@contextmanager
def filled(url: str) -> Iterator[OrdersUnderTest]:
    with serving_orders(url) as under:
        under.world.fill(each=3)
        under.world.paid_order("A1")
        under.world.shipped_order("A2")
        under.world.order("A3")
        yield under


def act(orders: OrdersUnderTest, roll: Random, done: Counter[str]) -> None:
    name, arguments = drawn(roll, WRITES)
    expected = orders.preview(name, **arguments)
    if isinstance(expected, str):
        with pytest.raises(ToolError) as refused:
            orders.call(name, **arguments)
        assert refused.value.facts["code"] == expected
        return
    before = orders.state(name, **arguments)
    answer = orders.call(name, **arguments)
    assert answer["difference"] == expected
    seen = orders.verify(name, before, answer, **arguments)
    assert seen.is_correct, f"{name}: {seen.note}"
    done[name] += 1
    if roll.random() < 0.4:
        undo(orders, name, arguments, before, answer)


def undo(
    orders: OrdersUnderTest, name: str, arguments: dict[str, Any], before: Json, answer: Json
) -> None:
    tool = orders.tool(name)
    back = tool.undo(orders.checked(name, arguments), before, answer)
    assert (back is None) == (tool.contract.effect_class is EffectClass.IRREVERSIBLE)
    if back is None:
        return
    assert orders.preview(back[0], **back[1]) == orders.call(back[0], **back[1])["difference"]
    if name != "cancel_refund":
        assert orders.state(name, **arguments) == before


def happen(orders: OrdersUnderTest, roll: Random) -> None:
    name, arguments = drawn(roll, EVENTS)
    try:
        orders.world.world(name, **arguments)
    except Refused:
        return


def walk(orders: OrdersUnderTest, roll: Random, done: Counter[str]) -> None:
    for _ in range(STEPS):
        act(orders, roll, done)
        if roll.random() < 0.25:
            happen(orders, roll)
    orders.world.clock.forward(hours=72)
    orders.world.world("settle")
    assert orders.world.books()["is_balanced"]


def test_preview_is_what_comes_of_it(tmp_path: Path) -> None:
    done = Counter[str]()
    for seed in range(WALKS):
        with filled(f"sqlite:///{tmp_path}/{seed}.db") as orders:
            walk(orders, Random(seed), done)
    assert len(WRITES.keys() - done.keys()) <= 3
