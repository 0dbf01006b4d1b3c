"""Snapshot: an order as it stands, field by field; its digest, and the difference between two.

A preview, an answer and a digest all come from here, so that they cannot contradict each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection, RowMapping, Table, bindparam, select

from engine.desks.orders.shop import tables
from engine.desks.orders.shop.booking import Booking, Value
from engine.desks.orders.shop.refusals import Code, Refused
from engine.desks.orders.shop.words import RefundState, ShipmentState
from engine.domain.canonical import Json, digest

_V = TypeVar("_V")

_SHOWN: tuple[tuple[str, Table, tuple[str, ...]], ...] = (
    (
        "line",
        tables.line,
        ("variant_id", "quantity", "unit_price_minor", "state", "warehouse_id", "expected_on"),
    ),
    ("hold", tables.hold, ("reason", "released_at")),
    (
        "payment",
        tables.payment,
        (
            "method",
            "currency",
            "authorised_minor",
            "captured_minor",
            "refunded_minor",
            "held_minor",
            "settled_minor",
            "is_voided",
        ),
    ),
    ("refund", tables.refund, ("payment_id", "amount_minor", "destination", "reason", "state")),
    ("message", tables.message, ("subject",)),
    ("shipment", tables.shipment, ("kind", "warehouse_id", "address_id", "carrier", "state")),
)
_ADDRESS = ("recipient", "street", "postal_code", "city", "country")
SETTLES = frozenset({"held_minor", "settled_minor"})
"""Fields of a payment that the provider's settlement run changes, with nobody's order in mind."""

_orders = select(tables.order).where(tables.order.c.id == bindparam("order_id"))
_locked = _orders.with_for_update()
_addresses = select(tables.address).where(tables.address.c.id == bindparam("address_id"))
_all_of = {
    kind: select(table).where(table.c.order_id == bindparam("order_id"))
    for kind, table, _ in _SHOWN
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """Every field of an order that a call can change, by thing and field."""

    things: Mapping[str, Mapping[str, Value]]
    """`order`, `address`, and `<kind>:<id>` for each line, hold, payment and so on."""
    undone: frozenset[str]
    """Things that stand for nothing any more: a cancelled refund or parcel, a released hold."""

    def digest(self) -> str:
        """Identity of the order as it stands, in hex.

        What was undone does not count, nor which of its holds an order is held by, so that an undo
        gives the digest from before back. How much of a payment the provider has paid out does not
        count either: a settlement is no reason to look at an order again.
        """
        standing = {
            "hold" if name.startswith("hold:") else name: unsettled(what)
            for name, what in self.things.items()
            if name not in self.undone
        }
        return digest(standing).hex()


NOTHING = Snapshot(things={}, undone=frozenset())


def take_snapshot(connection: Connection, order_id: str, *, lock: bool = False) -> Snapshot:
    """Read an order.

    Args:
        connection: In a transaction.
        order_id: Which.
        lock: Keep everybody else from changing it, or anything of it, until the end.

    Raises:
        Refused: UNKNOWN_ORDER.
    """
    named = {"order_id": order_id}
    order = connection.execute(_locked if lock else _orders, named).mappings().one_or_none()
    if order is None:
        raise Refused(Code.UNKNOWN_ORDER, f"There is no order {order_id}.")
    address_id = order["address_id"]
    address = connection.execute(_addresses, {"address_id": address_id}).mappings().one()
    things: dict[str, dict[str, Value]] = {
        "order": {
            "address_id": address_id,
            "state": order["state"],
        },
        "address": {name: address[name] for name in _ADDRESS},
    }
    undone = set()
    for kind, _, fields in _SHOWN:
        for row in connection.execute(_all_of[kind], named).mappings():
            name = f"{kind}:{row['id']}"
            things[name] = _shown(row, fields)
            if _is_undone(things[name]):
                undone.add(name)
    return Snapshot(things=things, undone=frozenset(undone))


def lock_order(connection: Connection, order_id: str) -> None:
    """Keep everybody else from changing an order, or anything of it, until the end.

    Raises:
        Refused: UNKNOWN_ORDER.
    """
    if connection.execute(_locked, {"order_id": order_id}).one_or_none() is None:
        raise Refused(Code.UNKNOWN_ORDER, f"There is no order {order_id}.")


def difference(before: Snapshot, after: Snapshot, booking: Booking) -> dict[str, Json]:
    """What an operation changed: fields with before and after, money and pieces it moved."""
    return {
        "fields": _changed(before.things, after.things),
        "money": [
            {
                "from": moved.from_account,
                "to": moved.to_account,
                "minor": moved.minor,
                "currency": moved.currency,
            }
            for moved in booking.money
        ],
        "pieces": [
            {
                "variant_id": moved.variant_id,
                "from": moved.from_place,
                "to": moved.to_place,
                "quantity": moved.quantity,
            }
            for moved in booking.pieces
        ],
    }


def unsettled(thing: Mapping[str, _V]) -> dict[str, _V]:
    """A thing without what settlement alone changes."""
    return {name: value for name, value in thing.items() if name not in SETTLES}


def _shown(row: RowMapping, fields: Sequence[str]) -> dict[str, Value]:
    shown: dict[str, Value] = {name: row[name] for name in fields if name != "released_at"}
    if "released_at" in fields:  # when it was is no part of what it is
        shown["state"] = "RELEASED" if row["released_at"] else "ACTIVE"
    return shown


def _is_undone(thing: Mapping[str, Value]) -> bool:
    if "destination" in thing:
        return thing["state"] == RefundState.CANCELLED
    if "carrier" in thing:
        return thing["state"] == ShipmentState.CANCELLED
    return thing.get("state") == "RELEASED"


def _changed(
    before: Mapping[str, Mapping[str, Value]], after: Mapping[str, Mapping[str, Value]]
) -> list[Json]:
    return [
        {"of": thing, "field": name, "before": old.get(name), "after": new.get(name)}
        for thing in sorted(before.keys() | after.keys())
        for old, new in [(before.get(thing, {}), after.get(thing, {}))]
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]
