"""Agreement: whether what several reads tell of one order can be true together. Pure.

The shop's digest of an order is over every field that a call can change, but for what a settlement
changes too, so what two reads tell is put together and its digest taken again: a value that was
changed on its way does not fit. What the digest does not hold (sums, customer, when it was placed)
has to agree between the reads, and what was settled with the other sums of its payment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from engine.desks.orders.order_view import line_id, things_of
from engine.desks.orders.shop.reads import MOST_ORDERS
from engine.desks.orders.shop.reads_waiting import MOST_WAITING
from engine.desks.orders.shop.snapshot import unsettled
from engine.desks.orders.shop.standing import payment_state
from engine.domain.canonical import Json, digest
from engine.domain.difference import Shown

_SUMS = ("total_minor", "authorised_minor", "captured_minor", "refunded_minor", "currency")
_PARCEL = ("kind", "warehouse_id", "address_id", "carrier", "state")
_IN_HISTORY = ("status", "placed_at", "currency", "total_minor", "refunded_minor")
_OF_VARIANT = ("title", "substitution_group", "weight_g")
_WAITS = ("SHORT", "BACKORDERED")
_STATE_AFTER: Mapping[str, str] = MappingProxyType(
    {
        "ACCEPTED": "WITH_CARRIER",
        "IN_TRANSIT": "WITH_CARRIER",
        "OUT_FOR_DELIVERY": "WITH_CARRIER",
        "DELIVERY_FAILED": "DELIVERY_FAILED",
        "DELIVERED": "DELIVERED",
        "RETURNED": "RETURNED",
        "LOST": "LOST",
    }
)
"""The state of a parcel by the scan that makes it so; without one it is READY, or unpacked."""


def digest_of(order: Json, payments: Json) -> str:
    """The digest of an order from what its reads tell, as the shop takes it.

    Args:
        order: What `get_order` told.
        payments: What `payments_of_order` told.
    """
    standing = {
        "hold" if name.startswith("hold:") else name: unsettled(fields)
        for name, fields in things_of(order, payments).items()
        if not _is_undone(name, fields)
    }
    return digest(standing).hex()


def order_disagrees(order: Json, payments: Json) -> str:
    """In words why these two cannot be of one order at one moment; empty: they can."""
    return next(_order_disagrees(order, payments), "")


def history_disagrees(order: Json, history: Json) -> str:
    """In words what a customer's history tells otherwise of an order; empty: nothing."""
    return next(_history_disagrees(order, history), "")


def parcels_disagree(order: Json, told: Json) -> str:
    """In words what the carrier's scans tell otherwise of an order's parcels; empty: nothing."""
    return next(_parcels_disagree(order, told), "")


def stock_disagrees(line: Json, told: Json) -> str:
    """In words what a read of stock tells otherwise of a line's variant; empty: nothing.

    Args:
        line: Of `get_order`.
        told: What `stock_levels` told of its variant.
    """
    own = [one for one in told["levels"] if one["variant_id"] == line["variant_id"]]
    for level in own:
        for name in _OF_VARIANT:
            if level[name] != line[name]:
                return f"{name} of {line['variant_id']} is not the same in stock"
    return ""


def waiting_disagrees(order: Json, line: Json, told: Json) -> str:
    """In words what the queue for stock tells otherwise of a line; empty: nothing.

    Args:
        order: What `get_order` told.
        line: One of its lines.
        told: What `waiting_lines` told of its variant.
    """
    mine = (order["order_id"], line["line"])
    own = [one for one in told["lines"] if (one["order_id"], one["line"]) == mine]
    if bool(own) != (line["state"] in _WAITS) and len(told["lines"]) < MOST_WAITING:
        return "the line is not in the queue for stock where it should be, or is and should not"
    names = ("variant_id", "quantity", "unit_price_minor", "state", "expected_on")
    for one in own:
        if any(one[name] != line[name] for name in names):
            return "the line is not the same in the queue for stock"
        if (one["placed_at"], one["is_held"]) != (order["placed_at"], order["is_held"]):
            return "the order is not the same in the queue for stock"
    return ""


def _history_disagrees(order: Json, history: Json) -> Iterator[str]:
    if history["customer_id"] != order["customer_id"]:
        yield "the history is another customer's"
    here = [one for one in history["orders"] if one["order_id"] == order["order_id"]]
    if not here and len(history["orders"]) < MOST_ORDERS:
        yield "the order is not in its customer's history"
    for one in here:
        for name in _IN_HISTORY:
            if one[name] != order[name]:
                yield f"{name} of the order is not the same in the customer's history"
        if one["address"] != order["address"]:
            yield "the address of the order is not the same in the customer's history"
        if _counted(one["lines"]) != _counted(order["lines"]):
            yield "the lines of the order are not the same in the customer's history"


def _counted(lines: Sequence[Json]) -> Mapping[str, int]:
    counted: dict[str, int] = {}
    for line in lines:
        counted[line["variant_id"]] = counted.get(line["variant_id"], 0) + line["quantity"]
    return counted


def _order_disagrees(order: Json, payments: Json) -> Iterator[str]:
    if payments["order_id"] != order["order_id"]:
        yield "the payments are of another order"
    for name in _SUMS:
        if payments[name] != order[name]:
            yield f"{name} of the order is not the same beside its payments"
    if any(one["currency"] != order["currency"] for one in payments["payments"]):
        yield "a payment is in another currency than its order"
    for one in payments["payments"]:
        if not _is_settled_as_told(one):
            yield f"what is settled of payment {one['id']} does not follow from its sums"
    if order["status"] != _status(order):
        yield "the status does not follow from lines and parcels"
    if digest_of(order, payments) != order["digest"]:
        yield "the order and its payments do not fit the order's digest"


def _is_settled_as_told(payment: Json) -> bool:
    """Whether a payment has come as far as its sums say.

    What was captured is with the provider, paid out, or refunded by the provider.
    """
    captured, refunded = payment["captured_minor"], payment["refunded_minor"]
    kept = payment["held_minor"] + payment["settled_minor"]
    is_within = captured - refunded <= kept <= captured
    return bool(is_within and payment["state"] == payment_state(payment))


def _parcels_disagree(order: Json, told: Json) -> Iterator[str]:
    known = {one["id"]: one for one in order["shipments"]}
    found = {one["id"]: one for one in told["shipments"]}
    if known.keys() != found.keys():
        yield "the carrier tells of other parcels than the order has"
    for name in known.keys() & found.keys():
        parcel = found[name]
        for field in _PARCEL:
            if parcel[field] != known[name][field]:
                yield f"{field} of parcel {name} is not the same in the order"
        if parcel["address"]["address_id"] != parcel["address_id"]:
            yield f"parcel {name} goes to another address than it says"
        said = [one["kind"] for one in parcel["scans"] if one["kind"] in _STATE_AFTER]
        possible = (_STATE_AFTER[said[-1]],) if said else ("READY", "CANCELLED")
        if parcel["state"] not in possible:
            yield f"the scans of parcel {name} do not lead to its state"
        yield from _contents_disagree(order, parcel)


def _contents_disagree(order: Json, parcel: Json) -> Iterator[str]:
    ordered = {line_id(order["order_id"], one["line"]): one for one in order["lines"]}
    for one in parcel["contents"]:
        line = ordered.get(one["line_id"], {"variant_id": "", "quantity": 0})
        if one["variant_id"] != line["variant_id"] or one["quantity"] > line["quantity"]:
            yield f"parcel {parcel['id']} holds what was not ordered"


def _status(order: Json) -> str:
    """How far an order has come, by its lines and parcels."""
    states = [line["state"] for line in order["lines"]]
    if set(states) == {"CANCELLED"}:
        return "CANCELLED"
    if "SHIPPED" not in states:
        return "PLACED"
    if set(states) != {"SHIPPED"}:
        return "PARTLY_SHIPPED"
    standing = [one["state"] for one in order["shipments"] if one["state"] != "CANCELLED"]
    return "DELIVERED" if all(state == "DELIVERED" for state in standing) else "SHIPPED"


def _is_undone(name: str, fields: Mapping[str, Shown]) -> bool:
    """What stands for nothing any more: a cancelled refund or parcel, a released hold."""
    kind = name.partition(":")[0]
    if kind == "hold":
        return fields["state"] == "RELEASED"
    return kind in ("refund", "shipment") and fields["state"] == "CANCELLED"
