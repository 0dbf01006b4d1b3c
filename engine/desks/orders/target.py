"""Targets: what each write depends on, in the few fields a person understands, and its digest.

Everything is read through the port that comes in; nothing here reaches out by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.domain.canonical import Json
from engine.domain.money import Money
from engine.errors import ToolError
from engine.ports import ReadTool

Arguments = Mapping[str, Any]
Look = Callable[[Arguments, Json, ReadTool], dict[str, Json]]
"""Arguments, the order, and a way to read more: the fields of the target's state."""


def state_of(arguments: Arguments, read: ReadTool, look: Look) -> Json:
    """The order a call acts on, with what else the call depends on.

    Raises:
        ToolError: There is no such order, or it has no such line, payment or parcel.
    """
    order = read("get_order", {"order_id": arguments["order_id"]})
    return {
        "order_id": order["order_id"],
        "status": order["status"],
        "is_held": order["is_held"],
        **look(arguments, order, read),
        "digest": order["digest"],
    }


def nothing_more(arguments: Arguments, order: Json, read: ReadTool) -> dict[str, Json]:
    """The order alone."""
    return {}


def address(arguments: Arguments, order: Json, read: ReadTool) -> dict[str, Json]:
    """Where the order goes."""
    return {"address_id": order["address"]["address_id"], "address": address_words(order)}


def line(arguments: Arguments, order: Json, read: ReadTool) -> dict[str, Json]:
    """The line the call names.

    Raises:
        ToolError: UNKNOWN_LINE.
    """
    found = _one(order["lines"], "line", arguments["line"], "UNKNOWN_LINE")
    names = ("line", "variant_id", "quantity", "state", "warehouse_id", "expected_on")
    return {"line_state" if name == "state" else name: found[name] for name in names}


def line_and_stock(arguments: Arguments, order: Json, read: ReadTool) -> dict[str, Json]:
    """The line, and whether the warehouse has what it is to get."""
    found = line(arguments, order, read)
    wanted = {arguments["variant_id"]: found["quantity"]}
    return found | {"is_in_stock": _has_stock(arguments["warehouse_id"], wanted, read)}


def sums(arguments: Arguments, order: Json, read: ReadTool) -> dict[str, Json]:
    """What was paid and given back."""
    currency = order["currency"]
    return {
        "total": str(Money(minor=order["total_minor"], currency=currency)),
        "captured": str(Money(minor=order["captured_minor"], currency=currency)),
        "refunded": str(Money(minor=order["refunded_minor"], currency=currency)),
        "refundable_minor": order["captured_minor"] - order["refunded_minor"],
    }


def payment(arguments: Arguments, order: Json, read: ReadTool) -> dict[str, Json]:
    """The payment a refund is taken from; once it has settled the shop itself pays the refund.

    Raises:
        ToolError: UNKNOWN_PAYMENT.
    """
    told = read("payments_of_order", {"order_id": order["order_id"]})
    found = _one(told["payments"], "id", arguments["payment_id"], "UNKNOWN_PAYMENT")
    names = ("method", "currency", "captured_minor", "refunded_minor")
    left = found["captured_minor"] - found["refunded_minor"]
    more = {"refundable_minor": left, "payment_state": found["state"]}
    return {name: found[name] for name in names} | more


def refund(arguments: Arguments, order: Json, read: ReadTool) -> dict[str, Json]:
    """The refund that is to be called back, and how far the payment has come it goes back to.

    Raises:
        ToolError: UNKNOWN_REFUND, UNKNOWN_PAYMENT.
    """
    told = read("payments_of_order", {"order_id": order["order_id"]})
    found = _one(told["refunds"], "id", arguments["refund_id"], "UNKNOWN_REFUND")
    paid = _one(told["payments"], "id", found["payment_id"], "UNKNOWN_PAYMENT")
    names = ("payment_id", "amount_minor", "currency", "destination", "reason")
    states = {"refund_state": found["state"], "payment_state": paid["state"]}
    return {name: found[name] for name in names} | states


def parcels(arguments: Arguments, order: Json, read: ReadTool) -> dict[str, Json]:
    """What is under way, and whether the warehouse has what is to be sent once more."""
    by_number = {one["line"]: one for one in order["lines"]}
    wanted: dict[str, int] = {}
    for one in arguments["lines"]:
        if one["line"] not in by_number:
            raise ToolError(f"The order has no line {one['line']}.", code="UNKNOWN_LINE")
        variant_id = by_number[one["line"]]["variant_id"]
        wanted[variant_id] = wanted.get(variant_id, 0) + one["quantity"]
    states = {
        one["id"]: f"{one['kind']} {one['state']}"
        for one in order["shipments"]
        if one["state"] != "CANCELLED"
    }
    is_in_stock = _has_stock(arguments["warehouse_id"], wanted, read)
    return {"parcels": states, "is_in_stock": is_in_stock, "address": address_words(order)}


def parcel(arguments: Arguments, order: Json, read: ReadTool) -> dict[str, Json]:
    """The parcel that is to be unpacked.

    Raises:
        ToolError: UNKNOWN_SHIPMENT.
    """
    found = _one(order["shipments"], "id", arguments["shipment_id"], "UNKNOWN_SHIPMENT")
    return {name: found[name] for name in ("kind", "warehouse_id", "carrier")} | {
        "parcel_state": found["state"]
    }


def hold(arguments: Arguments, order: Json, read: ReadTool) -> dict[str, Json]:
    """Why the order is held; empty where nothing holds it."""
    reasons = [one["reason"] for one in order["holds"] if not one["released_at"]]
    return {"held_because": reasons[0] if reasons else ""}


def address_words(order: Json) -> str:
    """An order's address in one line."""
    names = ("recipient", "street", "postal_code", "city", "country")
    return ", ".join(order["address"][name] for name in names)


def _has_stock(warehouse_id: str, wanted: Mapping[str, int], read: ReadTool) -> bool:
    """Whether a warehouse has so many free pieces of each variant; nowhere needs none."""
    if not warehouse_id:
        return True
    for variant_id, quantity in sorted(wanted.items()):
        levels = read("stock_levels", {"variant_id": variant_id})["levels"]
        here = [one["by_shop"] for one in levels if one["warehouse_id"] == warehouse_id]
        if sum(here) < quantity:
            return False
    return True


def _one(rows: list[Json], name: str, value: Any, code: str) -> Json:
    for row in rows:
        if row[name] == value:
            return row
    kind = code.removeprefix("UNKNOWN_").lower()
    raise ToolError(f"The order has no {kind} {value}.", code=code)
