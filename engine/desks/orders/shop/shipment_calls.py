"""Calls on parcels: packing, sending once more, unpacking, and what carriers report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import RowMapping, bindparam, insert, select

from engine.desks.orders.shop import arguments as given
from engine.desks.orders.shop import tables
from engine.desks.orders.shop.booking import Booking, PiecesMoved, Value
from engine.desks.orders.shop.line_calls import line_of
from engine.desks.orders.shop.order_calls import open_order, refuse_held
from engine.desks.orders.shop.refusals import Code, Refused
from engine.desks.orders.shop.stock import give_pieces, lock_stock, take_pieces
from engine.desks.orders.shop.words import (
    LOST,
    LineState,
    ScanKind,
    ShipmentKind,
    ShipmentState,
    customer_name,
    line_place,
    shipment_place,
)

_IN_VAIN = (ShipmentState.CANCELLED, ShipmentState.RETURNED, ShipmentState.LOST)
"""States of a parcel that did not give the customer anything."""

_UNDER_WAY = (ShipmentState.WITH_CARRIER, ShipmentState.DELIVERY_FAILED)
_SCANS = MappingProxyType(
    {
        ScanKind.ACCEPTED: (ShipmentState.WITH_CARRIER, (ShipmentState.READY,)),
        ScanKind.IN_TRANSIT: (ShipmentState.WITH_CARRIER, (ShipmentState.READY, *_UNDER_WAY)),
        ScanKind.OUT_FOR_DELIVERY: (ShipmentState.WITH_CARRIER, _UNDER_WAY),
        ScanKind.DELIVERY_FAILED: (ShipmentState.DELIVERY_FAILED, _UNDER_WAY),
        ScanKind.DELIVERED: (ShipmentState.DELIVERED, _UNDER_WAY),
        ScanKind.RETURNED: (ShipmentState.RETURNED, _UNDER_WAY),
        ScanKind.LOST: (ShipmentState.LOST, (*_UNDER_WAY, ShipmentState.DELIVERED)),
    }
)
"""What a scan makes of a parcel, and of parcels in which states."""

_parcel = select(tables.parcel).where(tables.parcel.c.shipment_id == bindparam("shipment_id"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Packed:
    """Pieces of one line in a parcel."""

    line: RowMapping
    quantity: int


def ship_order(booking: Booking, order_id: str, carrier: str) -> Mapping[str, Value]:
    """Pack all that is set aside for an order, one parcel a warehouse.

    Raises:
        Refused: ORDER_CANCELLED, ORDER_HELD, NOTHING_TO_SHIP.
    """
    open_order(booking, order_id)
    refuse_held(booking, order_id)
    lines = [
        line for line in booking.rows(tables.line, order_id) if line["state"] == LineState.RESERVED
    ]
    if not lines:
        raise Refused(Code.NOTHING_TO_SHIP, f"Nothing is set aside for order {order_id}.")
    warehouses = sorted({line["warehouse_id"] for line in lines})
    for warehouse_id in warehouses:
        shipment_id = _pack(booking, order_id, warehouse_id, carrier, ShipmentKind.ORIGINAL)
        for line in lines:
            if line["warehouse_id"] == warehouse_id:
                _put_in(booking, shipment_id, Packed(line=line, quantity=line["quantity"]))
                booking.move(moved(line, line_place(line["id"]), shipment_place(shipment_id)))
                booking.change(tables.line, line["id"], state=LineState.SHIPPED)
    return {"parcels": len(warehouses)}


def reship(booking: Booking, call: given.Reship) -> Mapping[str, Value]:
    """Send pieces of shipped lines once more, from free stock, to the order's address.

    Raises:
        Refused: ORDER_CANCELLED, ORDER_HELD, UNKNOWN_LINE, LINE_STATE, OVER_RESHIP,
            UNKNOWN_WAREHOUSE, NO_STOCK.
    """
    open_order(booking, call.order_id)
    refuse_held(booking, call.order_id)
    _refuse_unknown_warehouse(booking, call.warehouse_id)
    wanted = [_wanted(booking, call.order_id, one) for one in call.lines]
    wanted.sort(key=lambda one: one.line["variant_id"])
    lock_stock(booking, [(call.warehouse_id, one.line["variant_id"]) for one in wanted])
    kind = ShipmentKind.RESHIP
    shipment_id = _pack(booking, call.order_id, call.warehouse_id, call.carrier, kind)
    for one in wanted:
        _put_in(booking, shipment_id, one)
        take_pieces(
            booking,
            warehouse_id=call.warehouse_id,
            variant_id=one.line["variant_id"],
            quantity=one.quantity,
            to=shipment_place(shipment_id),
        )
    return {"shipment_id": shipment_id}


def cancel_shipment(booking: Booking, call: given.CancelShipment) -> Mapping[str, Value]:
    """Unpack a parcel that the carrier does not have yet.

    Raises:
        Refused: UNKNOWN_SHIPMENT, SHIPMENT_CANCELLED, CARRIER_HAS_PARCEL.
    """
    shipment = _shipment(booking, call.order_id, call.shipment_id)
    if shipment["state"] == ShipmentState.CANCELLED:
        raise Refused(Code.SHIPMENT_CANCELLED, f"Parcel {call.shipment_id} is cancelled already.")
    if shipment["state"] != ShipmentState.READY:
        raise Refused(Code.CARRIER_HAS_PARCEL, f"Parcel {call.shipment_id} is {shipment['state']}.")
    if shipment["kind"] == ShipmentKind.RESHIP:
        _give_back(booking, shipment)
    else:
        for row in _contents(booking, call.shipment_id):
            place = shipment_place(call.shipment_id)
            booking.move(moved(row, place, line_place(row["line_id"])))
            booking.change(tables.line, row["line_id"], state=LineState.RESERVED)
    booking.change(tables.shipment, call.shipment_id, state=ShipmentState.CANCELLED)
    return {"shipment_id": call.shipment_id}


def carrier_scan(
    booking: Booking, order_id: str, shipment_id: str, kind: ScanKind, told: tuple[str, str]
) -> Mapping[str, Value]:
    """Take down what a carrier reports, and move the pieces where it says they are.

    Args:
        booking: The operation.
        order_id: Whose parcel.
        shipment_id: Which parcel.
        kind: What happened.
        told: Place and notice, in the carrier's words.

    Raises:
        Refused: UNKNOWN_SHIPMENT, IMPOSSIBLE_SCAN.
    """
    shipment = _shipment(booking, order_id, shipment_id)
    state = shipment["state"]
    if kind in _SCANS:
        state, allowed = _SCANS[kind]
        if shipment["state"] not in allowed:
            raise Refused(
                Code.IMPOSSIBLE_SCAN,
                f"Parcel {shipment_id} is {shipment['state']}; it cannot be {kind}.",
            )
        _arrive(booking, shipment, state)
        booking.change(tables.shipment, shipment_id, state=state)
    row = {"shipment_id": shipment_id, "kind": kind, "scanned_at": booking.at}
    booking.connection.execute(insert(tables.scan), {**row, "place": told[0], "notice": told[1]})
    return {"shipment_id": shipment_id, "state": state}


def moved(row: RowMapping, source: str, target: str) -> PiecesMoved:
    """The movement of all pieces of a row that has a variant and a quantity."""
    return PiecesMoved(
        variant_id=row["variant_id"],
        from_place=source,
        to_place=target,
        quantity=row["quantity"],
    )


def _arrive(booking: Booking, shipment: RowMapping, state: ShipmentState) -> None:
    if state == ShipmentState.RETURNED:
        _give_back(booking, shipment)
        return
    customer = customer_name(booking.order(shipment["order_id"])["customer_id"])
    was_delivered = shipment["state"] == ShipmentState.DELIVERED
    source = customer if was_delivered else shipment_place(shipment["id"])
    targets = {ShipmentState.DELIVERED: customer, ShipmentState.LOST: LOST}
    if state in targets:
        for row in _contents(booking, shipment["id"]):
            booking.move(moved(row, source, targets[state]))


def _give_back(booking: Booking, shipment: RowMapping) -> None:
    rows = sorted(_contents(booking, shipment["id"]), key=lambda row: row["variant_id"])
    lock_stock(booking, [(shipment["warehouse_id"], row["variant_id"]) for row in rows])
    for row in rows:
        give_pieces(
            booking,
            warehouse_id=shipment["warehouse_id"],
            variant_id=row["variant_id"],
            quantity=row["quantity"],
            out_of=shipment_place(shipment["id"]),
        )


def _wanted(booking: Booking, order_id: str, one: given.ReshipLine) -> Packed:
    line = line_of(booking, order_id, one.line)
    if line["state"] != LineState.SHIPPED:
        raise Refused(Code.LINE_STATE, f"Line {one.line} was not shipped yet.")
    again = sum(
        row["quantity"]
        for shipment in booking.rows(tables.shipment, order_id)
        if shipment["kind"] == ShipmentKind.RESHIP and shipment["state"] not in _IN_VAIN
        for row in _contents(booking, shipment["id"])
        if row["line_id"] == line["id"]
    )
    if again + one.quantity > line["quantity"]:
        raise Refused(
            Code.OVER_RESHIP,
            f"Of line {one.line} {line['quantity']} were sold and {again} are sent once more.",
        )
    return Packed(line=line, quantity=one.quantity)


def _pack(
    booking: Booking, order_id: str, warehouse_id: str, carrier: str, kind: ShipmentKind
) -> str:
    shipment_id = booking.next_id(tables.shipment, order_id, "S")
    booking.add(
        tables.shipment,
        {
            "id": shipment_id,
            "order_id": order_id,
            "warehouse_id": warehouse_id,
            "kind": kind,
            "address_id": booking.order(order_id)["address_id"],
            "carrier": carrier,
            "state": ShipmentState.READY,
            "packed_at": booking.at,
        },
    )
    return shipment_id


def _put_in(booking: Booking, shipment_id: str, packed: Packed) -> None:
    line = packed.line
    row = {"shipment_id": shipment_id, "line_id": line["id"], "variant_id": line["variant_id"]}
    booking.add(tables.parcel, {**row, "quantity": packed.quantity})


def _contents(booking: Booking, shipment_id: str) -> Iterable[RowMapping]:
    found = booking.connection.execute(_parcel, {"shipment_id": shipment_id}).mappings()
    return sorted(found, key=lambda row: (len(row["line_id"]), row["line_id"]))


def _shipment(booking: Booking, order_id: str, shipment_id: str) -> RowMapping:
    return booking.one(tables.shipment, order_id, shipment_id, Code.UNKNOWN_SHIPMENT)


def _refuse_unknown_warehouse(booking: Booking, warehouse_id: str) -> None:
    if not booking.has(tables.warehouse, warehouse_id):
        raise Refused(Code.UNKNOWN_WAREHOUSE, f"There is no warehouse {warehouse_id}.")
