"""How an order stands, as its reads tell it, in the words in which the shop tells differences.

Pure: what was read comes in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.domain.canonical import Json
from engine.domain.difference import Difference, FieldChange, Shown

Things = Mapping[str, Mapping[str, Shown]]
"""`order`, `address`, and `<kind>:<id>` for each line, hold, payment and so on; fields of each."""

_LINE = ("variant_id", "quantity", "unit_price_minor", "state", "warehouse_id", "expected_on")
_PAYMENT = (
    "method",
    "currency",
    "authorised_minor",
    "captured_minor",
    "refunded_minor",
    "held_minor",
    "settled_minor",
    "is_voided",
)
_REFUND = ("payment_id", "amount_minor", "destination", "reason", "state")
_PARCEL = ("kind", "warehouse_id", "address_id", "carrier", "state")
_ADDRESS = ("recipient", "street", "postal_code", "city", "country")

_MOVES_ON = frozenset(
    {("payment", "held_minor"), ("payment", "settled_minor"), ("refund", "state")}
    | {("shipment", "state"), ("shipment", "address_id")}
)
"""Fields that the world may change right after a call: money settles, carriers collect."""


def things_of(order: Json, payments: Json) -> Things:
    """An order by its parts.

    Args:
        order: What `get_order` told.
        payments: What `payments_of_order` told.
    """
    cancelled = order["status"] == "CANCELLED"
    things: dict[str, Mapping[str, Shown]] = {
        "order": {
            "address_id": order["address"]["address_id"],
            "state": "CANCELLED" if cancelled else "OPEN",
        },
        "address": _of(order["address"], _ADDRESS),
    }
    for line in order["lines"]:
        things[f"line:{line_id(order['order_id'], line['line'])}"] = _of(line, _LINE)
    for hold in order["holds"]:
        state = "RELEASED" if hold["released_at"] else "ACTIVE"
        things[f"hold:{hold['id']}"] = {"reason": hold["reason"], "state": state}
    for kind, rows, fields in (
        ("shipment", order["shipments"], _PARCEL),
        ("message", order["messages"], ("subject",)),
        ("payment", payments["payments"], _PAYMENT),
        ("refund", payments["refunds"], _REFUND),
    ):
        things |= {f"{kind}:{row['id']}": _of(row, fields) for row in rows}
    return things


def line_id(order_id: str, number: int) -> str:
    """The shop's name of a line."""
    return f"{order_id}/L{number}"


def not_so(wanted: Sequence[tuple[str, str, Shown]], now: Things) -> tuple[str, ...]:
    """In words what of (thing, field, value) is otherwise."""
    return tuple(
        _words(thing, field, _shown(now, thing, field), value)
        for thing, field, value in wanted
        if _shown(now, thing, field) != value
    )


def not_as_told(difference: Difference, now: Things, *, is_same: bool) -> tuple[str, ...]:
    """In words which changes that a call told of the target does not show.

    Args:
        difference: What the call told.
        now: How the target stands.
        is_same: Whether the target says that nothing happened to it since; otherwise what the
            world may have changed in between is left out. A settlement it does not say.
    """
    return tuple(
        _words(one.of, one.field, seen, one.after)
        for one in difference.fields
        for seen in [_shown(now, one.of, one.field)]
        if seen != one.after
        and not _is_settled(one, seen)
        and (is_same or (one.of.partition(":")[0], one.field) not in _MOVES_ON)
    )


def _is_settled(change: FieldChange, seen: Shown) -> bool:
    """Whether the provider has paid out since; then nothing is left with it."""
    return change.of.startswith("payment:") and change.field == "held_minor" and seen == 0


def _shown(now: Things, thing: str, field: str) -> Shown:
    return now.get(thing, {}).get(field)


def _words(thing: str, field: str, seen: Shown, wanted: Shown) -> str:
    name = thing.replace(":", " ")
    return f"{name}: {field} is {_said(seen)}, should be {_said(wanted)}"


def _said(value: Shown) -> str:
    return "not there" if value is None else f"{value!r}" if value == "" else str(value)


def _of(row: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Shown]:
    return {name: row[name] for name in fields}
