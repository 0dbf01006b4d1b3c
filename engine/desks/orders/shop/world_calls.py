"""Calls that make the world move: orders appear, stock comes and goes, carriers report."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import RowMapping, bindparam, select

from engine.desks.orders.shop import payment_calls, shipment_calls, tables
from engine.desks.orders.shop import world_arguments as told
from engine.desks.orders.shop.booking import Booking, Value
from engine.desks.orders.shop.line_calls import line_of
from engine.desks.orders.shop.order_calls import open_order
from engine.desks.orders.shop.refusals import Code, Refused
from engine.desks.orders.shop.stock import lock_variants, take_pieces
from engine.desks.orders.shop.words import (
    LOST,
    LineState,
    OrderState,
    ScanKind,
    line_place,
)

_stock = tables.stock.c
_free = (
    select(_stock.warehouse_id)
    .where(_stock.variant_id == bindparam("variant_id"), _stock.on_hand >= bindparam("quantity"))
    .order_by(_stock.warehouse_id)
    .limit(1)
)


def add_catalogue(booking: Booking, call: told.AddCatalogue) -> Mapping[str, Value]:
    """Add products, variants and warehouses that are not there yet.

    Raises:
        Refused: UNKNOWN_VARIANT, where a variant's product is neither there nor comes with it.
    """
    for product in call.products:
        booking.add_missing(tables.product, product.model_dump())
    for variant in call.variants:
        if not booking.has(tables.product, variant.product_id):
            raise Refused(Code.UNKNOWN_VARIANT, f"There is no product {variant.product_id}.")
        booking.add_missing(tables.variant, variant.model_dump())
    for warehouse in call.warehouses:
        booking.add_missing(tables.warehouse, warehouse.model_dump())
    return {"variants": len(call.variants), "warehouses": len(call.warehouses)}


def place_order(booking: Booking, call: told.PlaceOrder) -> Mapping[str, Value]:
    """Take an order: set pieces aside where there are any, and authorise its payments.

    Raises:
        Refused: ORDER_EXISTS, UNKNOWN_VARIANT.
    """
    order_id, address_id = call.order_id, f"{call.order_id}/A1"
    for line in call.lines:
        if not booking.has(tables.variant, line.variant_id):
            raise Refused(Code.UNKNOWN_VARIANT, f"There is no variant {line.variant_id}.")
    booking.add_missing(tables.customer, call.customer.model_dump())
    row: dict[str, Value] = {
        "id": order_id,
        "customer_id": call.customer.id,
        "address_id": address_id,
        "currency": call.currency,
        "state": OrderState.OPEN,
        "placed_at": booking.at,
        "refunded_before_cancel": 0,
    }
    if not booking.add_missing(tables.order, row):
        raise Refused(Code.ORDER_EXISTS, f"There is an order {order_id} already.")
    booking.add(
        tables.address, {"id": address_id, "order_id": order_id, **call.address.model_dump()}
    )
    for number, payment in enumerate(call.payments, start=1):
        booking.add(tables.payment, _payment(booking, call, number, payment))
    return {"short_lines": _place_lines(booking, call)}


def fail_pick(booking: Booking, call: told.FailPick) -> Mapping[str, Value]:
    """Write off what was set aside for a line and was not there.

    Raises:
        Refused: UNKNOWN_LINE, LINE_STATE.
    """
    line = _line_in(booking, call, (LineState.RESERVED,))
    booking.move(shipment_calls.moved(line, line_place(line["id"]), LOST))
    booking.change(tables.line, line["id"], state=LineState.SHORT, warehouse_id="")
    return {"line": call.line}


def fill_line(booking: Booking, call: told.FillLine) -> Mapping[str, Value]:
    """Set pieces aside for a line that has none.

    Raises:
        Refused: ORDER_CANCELLED, UNKNOWN_LINE, LINE_STATE, NO_STOCK.
    """
    open_order(booking, call.order_id)
    line = _line_in(booking, call, (LineState.SHORT, LineState.BACKORDERED))
    take_pieces(
        booking,
        warehouse_id=call.warehouse_id,
        variant_id=line["variant_id"],
        quantity=line["quantity"],
        to=line_place(line["id"]),
    )
    booking.change(
        tables.line,
        line["id"],
        state=LineState.RESERVED,
        warehouse_id=call.warehouse_id,
        expected_on="",
        before_backorder="",
    )
    return {"line": call.line}


def capture(booking: Booking, call: told.Capture) -> Mapping[str, Value]:
    """Take authorised money; see `payment_calls.capture`."""
    return payment_calls.capture(booking, call.order_id, call.payment_id, call.amount_minor)


def ship_order(booking: Booking, call: told.ShipOrder) -> Mapping[str, Value]:
    """Pack an order; see `shipment_calls.ship_order`."""
    return shipment_calls.ship_order(booking, call.order_id, call.carrier)


def carrier_scan(booking: Booking, call: told.CarrierScan) -> Mapping[str, Value]:
    """Take a report down; see `shipment_calls.carrier_scan`."""
    words = (call.place, call.notice)
    kind = ScanKind(call.kind)
    return shipment_calls.carrier_scan(booking, call.order_id, call.shipment_id, kind, words)


def settle(booking: Booking, call: told.Settle) -> Mapping[str, Value]:
    """Let all settle that is due; see `payment_calls.settle`."""
    return payment_calls.settle(booking)


def _place_lines(booking: Booking, call: told.PlaceOrder) -> int:
    """Set pieces aside line by line; gives how many lines got none."""
    lock_variants(booking, [line.variant_id for line in call.lines])
    short = 0
    for number, one in enumerate(call.lines, start=1):
        line_id = f"{call.order_id}/L{number}"
        warehouse_id = _set_aside(booking, one, line_id)
        short += not warehouse_id
        row: dict[str, Value] = {
            "id": line_id,
            "order_id": call.order_id,
            "number": number,
            "variant_id": one.variant_id,
            "quantity": one.quantity,
            "unit_price_minor": one.unit_price_minor,
            "state": LineState.RESERVED if warehouse_id else LineState.SHORT,
            "warehouse_id": warehouse_id,
            "expected_on": "",
            "before_backorder": "",
            "before_cancel": "",
            "needed_by": one.needed_by,
            "takes_substitute": one.takes_substitute,
        }
        booking.add(tables.line, row)
    return short


def _set_aside(booking: Booking, one: told.NewLine, line_id: str) -> str:
    named = {"variant_id": one.variant_id, "quantity": one.quantity}
    warehouse_id = one.warehouse_id or booking.connection.execute(_free, named).scalar() or ""
    if not warehouse_id:
        return ""
    try:
        take_pieces(
            booking,
            warehouse_id=warehouse_id,
            variant_id=one.variant_id,
            quantity=one.quantity,
            to=line_place(line_id),
        )
    except Refused:  # the named warehouse has none
        return ""
    return warehouse_id


def _payment(
    booking: Booking, call: told.PlaceOrder, number: int, payment: told.NewPayment
) -> Mapping[str, Value]:
    return {
        "id": f"{call.order_id}/P{number}",
        "order_id": call.order_id,
        "method": payment.method,
        "currency": call.currency,
        "authorised_minor": payment.authorised_minor,
        "captured_minor": 0,
        "refunded_minor": 0,
        "held_minor": 0,
        "settled_minor": 0,
        "is_voided": False,
        "authorised_at": booking.at,
        "settles_at": "",
    }


def _line_in(
    booking: Booking, call: told.FailPick | told.FillLine, states: tuple[LineState, ...]
) -> RowMapping:
    line = line_of(booking, call.order_id, call.line)
    if line["state"] not in states:
        raise Refused(Code.LINE_STATE, f"Line {call.line} is {line['state']}.")
    return line
