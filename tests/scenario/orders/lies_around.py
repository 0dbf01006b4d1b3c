"""Lies about what is around an order: its customer's past, stock, and who waits for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from types import MappingProxyType

from tests.scenario.orders.lie import Change, Elsewhere, Row, put, shifted


def _each_order(change: Callable[[Row], None]) -> Change:
    def changed(answer: Row, other: Elsewhere) -> None:
        for order in answer["orders"]:
            change(order)

    return changed


def _times(name: str, factor: float) -> Change:
    return _each_order(lambda order: order.update({name: int(order[name] * factor)}))


def _others_orders(history: Row, other: Elsewhere) -> None:
    history["orders"] = deepcopy(other.history["orders"])


def _whole_other_customer(history: Row, other: Elsewhere) -> None:
    history.clear()
    history.update(deepcopy(other.history))


def _moved(history: Row, other: Elsewhere) -> None:
    for order in history["orders"]:
        order["address"] = deepcopy(other.order["address"])


def _newest_only(history: Row, other: Elsewhere) -> None:
    history["orders"] = history["orders"][:1]


def _closer(history: Row, other: Elsewhere) -> None:
    first = history["orders"][0]["placed_at"] if history["orders"] else ""
    for order in history["orders"]:
        order["placed_at"] = first


def _ordered_the_same(history: Row, other: Elsewhere) -> None:
    for order in history["orders"]:
        order["lines"] = deepcopy(history["orders"][0]["lines"])


OF_CUSTOMER: Mapping[str, Change] = MappingProxyType(
    {
        "other customer's id": lambda a, o: a.update(customer_id=o.history["customer_id"]),
        "other customer": _whole_other_customer,
        "other customer's orders": _others_orders,
        "customer since yesterday": lambda a, o: a.update(since=_day(o.order["placed_at"])),
        "customer since years": put(since="2012-01-01"),
        "no earlier orders": _newest_only,
        "all refunded before": _each_order(lambda o: o.update(refunded_minor=o["total_minor"])),
        "never refunded": _each_order(lambda o: o.update(refunded_minor=0, sent_again=0)),
        "totals × 10": _times("total_minor", 10),
        "totals ÷ 10": _times("total_minor", 0.1),
        "other currency": _each_order(lambda o: o.update(currency="USD")),
        "other address": _moved,
        "ordered the same before": _ordered_the_same,
        "ordered at the same time": _closer,
        "ordered weeks apart": _each_order(
            lambda o: o.update(placed_at=shifted(o["placed_at"], -len(o["order_id"]) % 30 - 9))
        ),
    }
)


def _day(moment: str) -> str:
    return moment[:10]


def _each_level(**values: object) -> Change:
    def change(answer: Row, other: Elsewhere) -> None:
        for level in answer["levels"]:
            level.update(values)

    return change


def _dearer(answer: Row, other: Elsewhere) -> None:
    for level in answer["levels"]:
        level["price_minor"] *= 10


def _swapped_houses(answer: Row, other: Elsewhere) -> None:
    houses = sorted({level["warehouse_id"] for level in answer["levels"]})
    turned = dict(zip(houses, [*houses[1:], *houses[:1]], strict=True))
    for level in answer["levels"]:
        level["warehouse_id"] = turned[level["warehouse_id"]]


def _swapped_variants(answer: Row, other: Elsewhere) -> None:
    names = sorted({level["variant_id"] for level in answer["levels"]})
    turned = dict(zip(names, [*names[1:], *names[:1]], strict=True))
    for level in answer["levels"]:
        level["variant_id"] = turned[level["variant_id"]]


def _other_variants(answer: Row, other: Elsewhere) -> None:
    answer["variant_id"] = other.order["lines"][0]["variant_id"]


OF_STOCK: Mapping[str, Change] = MappingProxyType(
    {
        "stock that is not there, both feeds": _each_level(by_shop=500, by_warehouse=500),
        "stock that is not there, shop's feed": _each_level(by_shop=500),
        "no stock": _each_level(by_shop=0, by_warehouse=0),
        "announced for tomorrow": _each_level(announced_quantity=50, announced_for="2026-03-20"),
        "announced for next year": _each_level(announced_quantity=50, announced_for="2027-03-20"),
        "nothing announced": _each_level(announced_quantity=0, announced_for=""),
        "prices × 10": _dearer,
        "warehouses swapped": _swapped_houses,
        "variants swapped": _swapped_variants,
        "other variant": _other_variants,
    }
)


def _crowd(answer: Row, other: Elsewhere) -> None:
    template = answer["lines"][0] if answer["lines"] else None
    if template is None:
        return
    answer["lines"] += [
        {**template, "order_id": f"{template['order_id']}-{n}", "quantity": 50} for n in range(3)
    ]


def _no_queue(answer: Row, other: Elsewhere) -> None:
    answer["lines"] = []


def _others_wait(answer: Row, other: Elsewhere) -> None:
    for line in answer["lines"]:
        line["order_id"] = other.order["order_id"]


def _each_waiting(change: Callable[[Row], None]) -> Change:
    def changed(answer: Row, other: Elsewhere) -> None:
        for line in answer["lines"]:
            change(line)

    return changed


OF_WAITING: Mapping[str, Change] = MappingProxyType(
    {
        "others who wait for much": _crowd,
        "nobody waits": _no_queue,
        "other order's id": _others_wait,
        "pieces × 10": _each_waiting(lambda line: line.update(quantity=line["quantity"] * 10)),
        "waiting for 40 days": _each_waiting(
            lambda line: line.update(placed_at=shifted(line["placed_at"], -40))
        ),
        "all held": _each_waiting(lambda line: line.update(is_held=True)),
    }
)
