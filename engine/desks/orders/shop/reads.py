"""Calls that read: an order, a customer, stock, scans, payments. Nothing changes here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, Table, bindparam, select

from engine.desks.orders.shop import arguments as given
from engine.desks.orders.shop import tables
from engine.desks.orders.shop.refusals import Code, Refused
from engine.desks.orders.shop.snapshot import take_snapshot
from engine.desks.orders.shop.standing import order_status, payment_state, total_minor
from engine.desks.orders.shop.words import RefundState, ShipmentKind, ShipmentState
from engine.domain.canonical import Json

MOST_ORDERS = 100
"""Of one customer's history, the latest."""
_NOT_SHOWN = ("before_backorder", "before_cancel", "needed_by", "takes_substitute")

_one_order = select(tables.order).where(tables.order.c.id == bindparam("row_id"))
_one_customer = select(tables.customer).where(tables.customer.c.id == bindparam("row_id"))
_one_address = select(tables.address).where(tables.address.c.id == bindparam("row_id"))
_one_variant = select(tables.variant).where(tables.variant.c.id == bindparam("row_id"))
_lines = (
    select(
        tables.line,
        tables.variant.c.title,
        tables.variant.c.substitution_group,
        tables.variant.c.weight_g,
    )
    .join(tables.variant, tables.variant.c.id == tables.line.c.variant_id)
    .where(tables.line.c.order_id == bindparam("order_id"))
    .order_by(tables.line.c.number)
)
_scans = (
    select(tables.scan)
    .join(tables.shipment, tables.shipment.c.id == tables.scan.c.shipment_id)
    .where(tables.shipment.c.order_id == bindparam("order_id"))
    .order_by(tables.scan.c.id)
)
_parcels = (
    select(tables.parcel)
    .join(tables.shipment, tables.shipment.c.id == tables.parcel.c.shipment_id)
    .where(tables.shipment.c.order_id == bindparam("order_id"))
    .order_by(tables.parcel.c.line_id)
)
_orders_of = (
    select(tables.order)
    .where(tables.order.c.customer_id == bindparam("customer_id"))
    .order_by(tables.order.c.placed_at.desc(), tables.order.c.id.desc())
    .limit(MOST_ORDERS)
)
_credits = (
    select(tables.credit)
    .where(tables.credit.c.customer_id == bindparam("customer_id"))
    .order_by(tables.credit.c.currency)
)
_levels = (
    select(tables.stock, tables.variant)
    .join(tables.variant, tables.variant.c.id == tables.stock.c.variant_id)
    .order_by(tables.stock.c.variant_id, tables.stock.c.warehouse_id)
)
_levels_of_variant = _levels.where(tables.variant.c.id == bindparam("wanted"))
_levels_of_group = _levels.where(tables.variant.c.substitution_group == bindparam("wanted"))


def order_digest(connection: Connection, call: given.OfOrder) -> Json:
    """The identity of an order as it stands.

    Raises:
        Refused: UNKNOWN_ORDER.
    """
    snapshot = take_snapshot(connection, call.order_id)
    return {"order_id": call.order_id, "digest": snapshot.digest()}


def get_order(connection: Connection, call: given.OfOrder) -> Json:
    """An order with its lines, address, holds, messages and sums.

    Raises:
        Refused: UNKNOWN_ORDER.
    """
    order = _row(connection, _one_order, call.order_id)
    lines = _all(connection, _lines, order_id=call.order_id)
    shipments = _of_order(connection, tables.shipment, call.order_id)
    holds = _of_order(connection, tables.hold, call.order_id)
    return {
        "order_id": order["id"],
        "customer_id": order["customer_id"],
        "status": order_status(order, lines, shipments),
        "is_held": any(not hold["released_at"] for hold in holds),
        "placed_at": order["placed_at"],
        "currency": order["currency"],
        **_sums(connection, order["id"], lines),
        "address": _address(connection, order["address_id"]),
        "lines": [_line(line) for line in lines],
        "holds": [_without(hold, "order_id") for hold in holds],
        "shipments": [_without(one, "order_id", "packed_at") for one in shipments],
        "messages": [
            _without(one, "order_id", "body")
            for one in _of_order(connection, tables.message, order["id"])
        ],
        "digest": take_snapshot(connection, order["id"]).digest(),
    }


def customer_history(connection: Connection, call: given.OfCustomer) -> Json:
    """A customer with the latest orders, refunds and store credit.

    Raises:
        Refused: UNKNOWN_CUSTOMER.
    """
    customer = connection.execute(_one_customer, {"row_id": call.customer_id}).mappings().first()
    if customer is None:
        raise Refused(Code.UNKNOWN_CUSTOMER, f"There is no customer {call.customer_id}.")
    orders = _all(connection, _orders_of, customer_id=call.customer_id)
    credits = _all(connection, _credits, customer_id=call.customer_id)
    return {
        "customer_id": customer["id"],
        **_without(customer, "id"),
        "orders": _summaries(connection, orders),
        "credits": [_without(one, "customer_id") for one in credits],
    }


def stock_levels(connection: Connection, call: given.OfVariant) -> Json:
    """Free stock by warehouse, as the shop counts and as the warehouse counts.

    Raises:
        Refused: UNKNOWN_VARIANT.
    """
    variant = connection.execute(_one_variant, {"row_id": call.variant_id}).mappings().first()
    if variant is None:
        raise Refused(Code.UNKNOWN_VARIANT, f"There is no variant {call.variant_id}.")
    group = variant["substitution_group"]
    rows = (
        _all(connection, _levels_of_group, wanted=group)
        if call.with_substitutes
        else _all(connection, _levels_of_variant, wanted=call.variant_id)
    )
    return {
        "variant_id": call.variant_id,
        "substitution_group": group,
        "levels": [_level(row) for row in rows],
    }


def carrier_scans(connection: Connection, call: given.OfOrder) -> Json:
    """The parcels of an order and what carriers reported, oldest first.

    Raises:
        Refused: UNKNOWN_ORDER.
    """
    _row(connection, _one_order, call.order_id)
    parcels = _all(connection, _parcels, order_id=call.order_id)
    scans = _all(connection, _scans, order_id=call.order_id)
    return {
        "order_id": call.order_id,
        "shipments": [
            {
                **_without(one, "order_id"),
                "address": _address(connection, one["address_id"]),
                "contents": [_without(row, "shipment_id") for row in _of(parcels, one)],
                "scans": [_without(row, "id", "shipment_id") for row in _of(scans, one)],
            }
            for one in _of_order(connection, tables.shipment, call.order_id)
        ],
    }


def payments_of_order(connection: Connection, call: given.OfOrder) -> Json:
    """Payments and refunds of an order, next to what its lines cost.

    Raises:
        Refused: UNKNOWN_ORDER.
    """
    order = _row(connection, _one_order, call.order_id)
    lines = _all(connection, _lines, order_id=call.order_id)
    payments = _of_order(connection, tables.payment, call.order_id)
    refunds = _of_order(connection, tables.refund, call.order_id)
    return {
        "order_id": order["id"],
        "currency": order["currency"],
        **_sums(connection, order["id"], lines),
        "payments": [
            {"state": payment_state(one), **_without(one, "order_id")} for one in payments
        ],
        "refunds": [_without(one, "order_id", "from_provider_minor") for one in refunds],
    }


def _summaries(connection: Connection, orders: Sequence[RowMapping]) -> list[Json]:
    ids = [order["id"] for order in orders]
    lines = _by_order(connection, tables.line, ids)
    refunds = _by_order(connection, tables.refund, ids)
    shipments = _by_order(connection, tables.shipment, ids)
    addresses = _by_order(connection, tables.address, ids)
    return [
        {
            "order_id": one["id"],
            "status": order_status(one, lines.get(one["id"], []), shipments.get(one["id"], [])),
            "placed_at": one["placed_at"],
            "currency": one["currency"],
            "total_minor": total_minor(lines.get(one["id"], [])),
            "refunded_minor": sum(
                refund["amount_minor"]
                for refund in refunds.get(one["id"], [])
                if refund["state"] != RefundState.CANCELLED
            ),
            "lines": [
                {"variant_id": line["variant_id"], "quantity": line["quantity"]}
                for line in lines.get(one["id"], [])
            ],
            "sent_again": sum(
                parcel["kind"] == ShipmentKind.RESHIP and parcel["state"] != ShipmentState.CANCELLED
                for parcel in shipments.get(one["id"], [])
            ),
            "address": next(
                {"address_id": row["id"], **_without(row, "id", "order_id")}
                for row in addresses[one["id"]]
                if row["id"] == one["address_id"]
            ),
        }
        for one in orders
    ]


def _by_order(
    connection: Connection, table: Table, ids: Sequence[str]
) -> Mapping[str, Sequence[RowMapping]]:
    statement = select(table).where(table.c.order_id.in_(ids)).order_by(table.c.order_id)
    found = connection.execute(statement).mappings().all()
    return {
        order_id: sorted(rows, key=lambda row: (len(row["id"]), row["id"]))
        for order_id, rows in groupby(found, key=itemgetter("order_id"))
    }


def _sums(connection: Connection, order_id: str, lines: Sequence[RowMapping]) -> dict[str, int]:
    payments = _of_order(connection, tables.payment, order_id)
    return {
        "total_minor": total_minor(lines),
        "authorised_minor": sum(
            one["authorised_minor"] for one in payments if not one["is_voided"]
        ),
        "captured_minor": sum(one["captured_minor"] for one in payments),
        "refunded_minor": sum(one["refunded_minor"] for one in payments),
    }


def _line(line: RowMapping) -> Json:
    shown = _without(line, "id", "order_id", "number", *_NOT_SHOWN)
    return {"line": line["number"], **shown}


def _level(row: RowMapping) -> Json:
    shown = _without(row, "id", "on_hand", "count_difference")
    by_warehouse = max(0, row["on_hand"] + row["count_difference"])
    return {**shown, "by_shop": row["on_hand"], "by_warehouse": by_warehouse}


def _address(connection: Connection, address_id: str) -> Json:
    address = connection.execute(_one_address, {"row_id": address_id}).mappings().one()
    return {"address_id": address_id, **_without(address, "id", "order_id")}


def _row(connection: Connection, statement: Select[Any], order_id: str) -> RowMapping:
    found = connection.execute(statement, {"row_id": order_id}).mappings().first()
    if found is None:
        raise Refused(Code.UNKNOWN_ORDER, f"There is no order {order_id}.")
    return found


def _all(connection: Connection, statement: Select[Any], **named: str) -> Sequence[RowMapping]:
    return connection.execute(statement, named).mappings().all()


def _of_order(connection: Connection, table: Table, order_id: str) -> Sequence[RowMapping]:
    return _by_order(connection, table, [order_id]).get(order_id, [])


def _of(rows: Sequence[RowMapping], shipment: RowMapping) -> list[RowMapping]:
    return [row for row in rows if row["shipment_id"] == shipment["id"]]


def _without(row: RowMapping, *names: str) -> dict[str, Json]:
    return {name: value for name, value in row.items() if name not in names}
