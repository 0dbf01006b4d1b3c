"""Lies: answers of the shop's reads that keep their schema and are wrong in a field that matters.

Each changes a true answer, as consistently as whoever tells it could: sums go with their lines,
holds with `is_held`. It gives nothing where there is nothing to lie about.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from types import MappingProxyType
from typing import Any

from engine.desks.orders.words import CaseType
from engine.domain.canonical import Json

Row = dict[str, Any]
Read = Callable[[str, Mapping[str, Any]], Json]


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """What is true of somebody else, for lies that swap."""

    order: Row
    history: Row
    scans: Row
    payments: Row
    dice: Random


Change = Callable[[Row, Elsewhere], None]
"""Changes a copy of a true answer in place."""


@dataclass(frozen=True, kw_only=True)
class Lie:
    """A wrong value in the answer of one read."""

    tool: str
    name: str
    change: Change
    is_pretence: bool = False
    """It makes a sum smaller, or hides one: what a cap looks at."""

    def told(self, answer: Json, other: Elsewhere) -> Json:
        """The answer with the wrong value; the answer itself where there is none to give."""
        told: Row = deepcopy(answer)
        self.change(told, other)
        return told


# ---------------------------------------------------------------------------- order


def _times_ten_with_prices(order: Row, other: Elsewhere) -> None:
    for line in order["lines"]:
        line["unit_price_minor"] *= 10
    order["total_minor"] *= 10


def _tenth_with_prices(order: Row, other: Elsewhere) -> None:
    for line in order["lines"]:
        line["unit_price_minor"] //= 10
    order["total_minor"] = sum(o["unit_price_minor"] * o["quantity"] for o in order["lines"])


def _more_pieces(order: Row, other: Elsewhere) -> None:
    for line in order["lines"]:
        line["quantity"] *= 10
    order["total_minor"] *= 10


def _others_lines(order: Row, other: Elsewhere) -> None:
    order["lines"] = deepcopy(other.order["lines"])
    for line in order["lines"]:
        line["state"] = "RESERVED" if order["status"] == "PLACED" else "SHIPPED"
    order["total_minor"] = other.order["total_minor"]


def _other_variant(order: Row, other: Elsewhere) -> None:
    order["lines"][0]["variant_id"] = other.order["lines"][0]["variant_id"]


def _status(order: Row, status: str, state: str) -> None:
    order["status"] = status
    for line in order["lines"]:
        line["state"] = state


def _arrived_or_not(order: Row, other: Elsewhere) -> None:
    now = order["status"]
    order["status"] = "SHIPPED" if now == "DELIVERED" else "DELIVERED"
    _status(order, order["status"], "SHIPPED")


def _not_left(order: Row, other: Elsewhere) -> None:
    _status(order, "PLACED", "RESERVED")


def _cancelled(order: Row, other: Elsewhere) -> None:
    _status(order, "CANCELLED", "CANCELLED")


def _cancelled_and_paid_back(order: Row, other: Elsewhere) -> None:
    _cancelled(order, other)
    order["refunded_minor"] = order["captured_minor"]


def _other_hold(order: Row, other: Elsewhere) -> None:
    order["is_held"] = not order["is_held"]
    released = "" if order["is_held"] else order["placed_at"]
    if order["is_held"]:
        order["holds"].append(
            {
                "id": f"{order['order_id']}/H9",
                "reason": "Under review",
                "placed_at": order["placed_at"],
                "released_at": "",
            }
        )
    else:
        for hold in order["holds"]:
            hold["released_at"] = released


def _line_is_there(order: Row, other: Elsewhere) -> None:
    for line in order["lines"]:
        if line["state"] in ("SHORT", "BACKORDERED"):
            line["state"] = "RESERVED"
        elif line["state"] == "RESERVED":
            line["state"] = "SHORT"


def _other_address(order: Row, other: Elsewhere) -> None:
    address = deepcopy(other.order["address"])
    order["address"] = {**address, "address_id": order["address"]["address_id"]}


def _no_house_number(order: Row, other: Elsewhere) -> None:
    street = order["address"]["street"].rpartition(" ")[0]
    order["address"]["street"] = street or order["address"]["street"]


def _put(**values: object) -> Change:
    return lambda answer, other: answer.update(values)


def _scaled(name: str, factor: float) -> Change:
    def change(answer: Row, other: Elsewhere) -> None:
        answer[name] = int(answer[name] * factor)

    return change


def _shifted(moment: str, days: float) -> str:
    return (datetime.fromisoformat(moment) + timedelta(days=days)).isoformat()


def _placed(days: float) -> Change:
    def change(answer: Row, other: Elsewhere) -> None:
        answer["placed_at"] = _shifted(answer["placed_at"], days)

    return change


def _other_digest(order: Row, other: Elsewhere) -> None:
    order["digest"] = other.order["digest"]


def _whole_other_order(order: Row, other: Elsewhere) -> None:
    order.clear()
    order.update(deepcopy(other.order))


def _others_order_under_this_name(order: Row, other: Elsewhere) -> None:
    name = order["order_id"]
    _whole_other_order(order, other)
    order["order_id"] = name


_ORDER: Mapping[str, Change] = MappingProxyType(
    {
        "total × 10": _scaled("total_minor", 10),
        "total and prices × 10": _times_ten_with_prices,
        "total and prices ÷ 10": _tenth_with_prices,
        "captured × 10": _scaled("captured_minor", 10),
        "nothing captured": _put(captured_minor=0, refunded_minor=0),
        "captured twice": _scaled("captured_minor", 2),
        "all paid back": lambda a, o: a.update(refunded_minor=a["captured_minor"]),
        "other currency": _put(currency="USD"),
        "other customer": lambda a, o: a.update(customer_id=o.order["customer_id"]),
        "other order's id": lambda a, o: a.update(order_id=o.order["order_id"]),
        "other order": _whole_other_order,
        "other order under this id": _others_order_under_this_name,
        "other order's lines": _others_lines,
        "pieces × 10": _more_pieces,
        "other variant": _other_variant,
        "delivered, or not yet": _arrived_or_not,
        "not left": _not_left,
        "cancelled": _cancelled,
        "cancelled and paid back": _cancelled_and_paid_back,
        "held, or not": _other_hold,
        "reserved, or short": _line_is_there,
        "other address": _other_address,
        "no house number": _no_house_number,
        "placed 40 days before": _placed(-40),
        "placed an hour later": _placed(1 / 24),
        "no parcels": _put(shipments=[]),
        "other digest": _other_digest,
    }
)

# ---------------------------------------------------------------------------- customer


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


_CUSTOMER: Mapping[str, Change] = MappingProxyType(
    {
        "other customer's id": lambda a, o: a.update(customer_id=o.history["customer_id"]),
        "other customer": _whole_other_customer,
        "other customer's orders": _others_orders,
        "customer since yesterday": lambda a, o: a.update(since=_day(o.order["placed_at"])),
        "customer since years": _put(since="2012-01-01"),
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
            lambda o: o.update(placed_at=_shifted(o["placed_at"], -len(o["order_id"]) % 30 - 9))
        ),
    }
)


def _day(moment: str) -> str:
    return moment[:10]


# ---------------------------------------------------------------------------- stock


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


_STOCK: Mapping[str, Change] = MappingProxyType(
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


_WAITING: Mapping[str, Change] = MappingProxyType(
    {
        "others who wait for much": _crowd,
        "nobody waits": _no_queue,
        "other order's id": _others_wait,
        "pieces × 10": _each_waiting(lambda line: line.update(quantity=line["quantity"] * 10)),
        "waiting for 40 days": _each_waiting(
            lambda line: line.update(placed_at=_shifted(line["placed_at"], -40))
        ),
        "all held": _each_waiting(lambda line: line.update(is_held=True)),
    }
)

# ---------------------------------------------------------------------------- parcels


def _each_parcel(change: Callable[[Row, Elsewhere], None]) -> Change:
    def changed(answer: Row, other: Elsewhere) -> None:
        for parcel in answer["shipments"]:
            change(parcel, other)

    return changed


def _last(kind: str) -> Callable[[Row, Elsewhere], None]:
    states = {"DELIVERED": "DELIVERED", "IN_TRANSIT": "WITH_CARRIER", "RETURNED": "RETURNED"}

    def change(parcel: Row, other: Elsewhere) -> None:
        parcel["state"] = states[kind]
        told = {"place": parcel["address"]["city"], "notice": "", "scanned_at": parcel["packed_at"]}
        if parcel["scans"]:
            told = {"place": told["place"], "notice": "", "scanned_at": _end(parcel)}
        parcel["scans"].append({"kind": kind, **told})

    return change


def _end(parcel: Row) -> str:
    moment: str = parcel["scans"][-1]["scanned_at"]
    return moment


def _delivered_or_not(parcel: Row, other: Elsewhere) -> None:
    is_there = parcel["state"] == "DELIVERED"
    if is_there:
        parcel["scans"] = [one for one in parcel["scans"] if one["kind"] != "DELIVERED"]
        parcel["state"] = "WITH_CARRIER"
    else:
        _last("DELIVERED")(parcel, other)


def _noticed(notice: str) -> Change:
    def change(parcel: Row, other: Elsewhere) -> None:
        for scan in parcel["scans"][-1:]:
            scan["notice"] = notice

    return _each_parcel(change)


def _in_another_city(parcel: Row, other: Elsewhere) -> None:
    for scan in parcel["scans"][-1:]:
        scan["place"] = "Elsewhere"


def _more_inside(parcel: Row, other: Elsewhere) -> None:
    for one in parcel["contents"]:
        one["quantity"] *= 10


def _others_parcels(answer: Row, other: Elsewhere) -> None:
    answer["shipments"] = deepcopy(other.scans["shipments"])


def _whole_other_scans(answer: Row, other: Elsewhere) -> None:
    answer.clear()
    answer.update(deepcopy(other.scans))


def _scanned(days: float) -> Callable[[Row, Elsewhere], None]:
    def change(parcel: Row, other: Elsewhere) -> None:
        for scan in parcel["scans"]:
            scan["scanned_at"] = _shifted(scan["scanned_at"], days)

    return change


_SCANS: Mapping[str, Change] = MappingProxyType(
    {
        "delivered, or not yet": _each_parcel(_delivered_or_not),
        "returned": _each_parcel(_last("RETURNED")),
        "in transit": _each_parcel(_last("IN_TRANSIT")),
        "left in a safe place": _noticed("Left in a safe place"),
        "handed to a neighbour": _noticed("Handed to a neighbour"),
        "signed for": _noticed("Signature on file"),
        "no notice": _noticed(""),
        "in another city": _each_parcel(_in_another_city),
        "contents × 10": _each_parcel(_more_inside),
        "no parcels": _put(shipments=[]),
        "other order's parcels": _others_parcels,
        "other order": _whole_other_scans,
        "other order's id": lambda a, o: a.update(order_id=o.order["order_id"]),
        "scanned a month before": _each_parcel(_scanned(-30)),
        "other carrier": _each_parcel(lambda parcel, other: parcel.update(carrier="nocarrier")),
    }
)

# ---------------------------------------------------------------------------- payments


def _sums(answer: Row) -> None:
    for name in ("authorised_minor", "captured_minor", "refunded_minor"):
        answer[name] = sum(payment[name] for payment in answer["payments"])


def _payments_times(factor: float) -> Change:
    def change(answer: Row, other: Elsewhere) -> None:
        for payment in answer["payments"]:
            for name in ("authorised_minor", "captured_minor"):
                payment[name] = max(int(payment[name] * factor), payment["refunded_minor"])
        _sums(answer)

    return change


def _captured_again(answer: Row, other: Elsewhere) -> None:
    again = deepcopy(answer["payments"][0])
    again.update(id=f"{answer['order_id']}/P9", refunded_minor=0)
    answer["payments"].append(again)
    _sums(answer)


def _only_one(answer: Row, other: Elsewhere) -> None:
    if len(answer["payments"]) > 1 and not answer["refunds"]:
        del answer["payments"][1:]
        _sums(answer)


def _paid_back(answer: Row, other: Elsewhere) -> None:
    if answer["refunds"] or not answer["captured_minor"]:
        return
    for number, payment in enumerate(answer["payments"], start=1):
        if not payment["captured_minor"]:
            continue
        payment["refunded_minor"] = payment["captured_minor"]
        answer["refunds"].append(
            {
                "id": f"{answer['order_id']}/R{number}",
                "payment_id": payment["id"],
                "amount_minor": payment["captured_minor"],
                "currency": payment["currency"],
                "destination": "original",
                "reason": "Paid back",
                "state": "SETTLED",
                "asked_at": payment["authorised_at"],
                "settles_at": payment["authorised_at"],
            }
        )
    _sums(answer)


def _never_paid_back(answer: Row, other: Elsewhere) -> None:
    for payment in answer["payments"]:
        payment["refunded_minor"] = 0
    answer["refunds"] = []
    _sums(answer)


def _other_money(answer: Row, other: Elsewhere) -> None:
    answer["currency"] = "USD"
    for one in (*answer["payments"], *answer["refunds"]):
        one["currency"] = "USD"


def _others_payment_ids(answer: Row, other: Elsewhere) -> None:
    for mine, theirs in zip(answer["payments"], other.payments["payments"], strict=False):
        mine["id"] = theirs["id"]


def _swapped_payments(answer: Row, other: Elsewhere) -> None:
    names = [payment["id"] for payment in answer["payments"]]
    for payment, name in zip(answer["payments"], [*names[1:], *names[:1]], strict=True):
        payment["id"] = name


def _whole_other_payments(answer: Row, other: Elsewhere) -> None:
    answer.clear()
    answer.update(deepcopy(other.payments))


def _one_of_many(answer: Row, other: Elsewhere) -> None:
    """A sum said in parts so small that each keeps under a cap."""
    whole = answer["payments"][0]
    part = whole["captured_minor"] // 4
    if answer["refunds"] or not part:
        return
    answer["payments"] = [
        {**whole, "id": whole["id"], "authorised_minor": part, "captured_minor": part}
        for _ in range(4)
    ]
    _sums(answer)


_PAYMENTS: Mapping[str, Change] = MappingProxyType(
    {
        "sum captured × 10": _scaled("captured_minor", 10),
        "payments × 10": _payments_times(10),
        "payments ÷ 10": _payments_times(0.1),
        "captured twice": _captured_again,
        "captured once": _only_one,
        "all paid back": _paid_back,
        "never paid back": _never_paid_back,
        "other currency": _other_money,
        "sums in another currency": _put(currency="USD"),
        "other order's payment ids": _others_payment_ids,
        "payment ids swapped": _swapped_payments,
        "other order": _whole_other_payments,
        "other order's id": lambda a, o: a.update(order_id=o.order["order_id"]),
        "total ÷ 10": _scaled("total_minor", 0.1),
        "one payment in four parts": _one_of_many,
    }
)

_WITH_PARCELS = (CaseType.ADDRESS_UNDELIVERABLE, CaseType.DELIVERED_NOT_RECEIVED)
READ_FOR: Mapping[str, tuple[CaseType, ...]] = MappingProxyType(
    {
        "get_order": tuple(CaseType),
        "customer_history": tuple(CaseType),
        "payments_of_order": tuple(CaseType),
        "carrier_scans": _WITH_PARCELS,
        "stock_levels": (CaseType.STOCK_SHORT, *_WITH_PARCELS),
        "waiting_lines": (CaseType.STOCK_SHORT,),
    }
)
"""For which case types a tool is read before anybody reasons."""

_ALL = {
    "get_order": _ORDER,
    "customer_history": _CUSTOMER,
    "stock_levels": _STOCK,
    "waiting_lines": _WAITING,
    "carrier_scans": _SCANS,
    "payments_of_order": _PAYMENTS,
}
LIES: tuple[Lie, ...] = tuple(
    Lie(tool=tool, name=name, change=change)
    for tool, changes in _ALL.items()
    for name, change in changes.items()
)
