"""Lies about an order itself: sums, lines, standing, address, who ordered it and when."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from types import MappingProxyType

from tests.scenario.orders.lie import Change, Elsewhere, Row, put, scaled, shifted


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


def _placed(days: float) -> Change:
    def change(answer: Row, other: Elsewhere) -> None:
        answer["placed_at"] = shifted(answer["placed_at"], days)

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


OF_ORDER: Mapping[str, Change] = MappingProxyType(
    {
        "total × 10": scaled("total_minor", 10),
        "total and prices × 10": _times_ten_with_prices,
        "total and prices ÷ 10": _tenth_with_prices,
        "captured × 10": scaled("captured_minor", 10),
        "nothing captured": put(captured_minor=0, refunded_minor=0),
        "captured twice": scaled("captured_minor", 2),
        "all paid back": lambda a, o: a.update(refunded_minor=a["captured_minor"]),
        "other currency": put(currency="USD"),
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
        "no parcels": put(shipments=[]),
        "other digest": _other_digest,
    }
)
