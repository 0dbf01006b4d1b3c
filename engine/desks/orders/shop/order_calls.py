"""Calls on an order as a whole: its address, its cancellation, its hold, its messages."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import RowMapping

from engine.desks.orders.shop import arguments as given
from engine.desks.orders.shop import tables
from engine.desks.orders.shop.booking import Booking, Value
from engine.desks.orders.shop.refusals import Code, Refused
from engine.desks.orders.shop.stock import give_pieces, lock_stock, take_pieces
from engine.desks.orders.shop.words import LineState, OrderState, ShipmentState, line_place

FOLLOWS_THE_ORDER = (ShipmentState.READY, ShipmentState.DELIVERY_FAILED)
"""Parcels whose address changes with the order's."""


def correct_address(booking: Booking, call: given.CorrectAddress) -> Mapping[str, Value]:
    """Send what has not left, or waits with the carrier, to another address.

    Raises:
        Refused: ORDER_CANCELLED, ALREADY_SHIPPED, NOTHING_TO_CHANGE.
    """
    order = open_order(booking, call.order_id)
    current = booking.one(tables.address, call.order_id, order["address_id"], Code.UNKNOWN_ADDRESS)
    address = call.address.model_dump()
    if all(current[name] == value for name, value in address.items()):
        raise Refused(Code.NOTHING_TO_CHANGE, "The order has this address already.")
    address_id = booking.next_id(tables.address, call.order_id, "A")
    booking.add(tables.address, {"id": address_id, "order_id": call.order_id, **address})
    _send_to(booking, call.order_id, address_id)
    return {"address_id": address_id, "previous_address_id": order["address_id"]}


def restore_address(booking: Booking, call: given.RestoreAddress) -> Mapping[str, Value]:
    """Give an order an address back that it had before.

    Raises:
        Refused: ORDER_CANCELLED, UNKNOWN_ADDRESS, ALREADY_SHIPPED, NOTHING_TO_CHANGE.
    """
    order = open_order(booking, call.order_id)
    booking.one(tables.address, call.order_id, call.address_id, Code.UNKNOWN_ADDRESS)
    if order["address_id"] == call.address_id:
        raise Refused(Code.NOTHING_TO_CHANGE, "The order has this address already.")
    _send_to(booking, call.order_id, call.address_id)
    return {"address_id": call.address_id, "previous_address_id": order["address_id"]}


def cancel_order(booking: Booking, call: given.CancelOrder) -> Mapping[str, Value]:
    """Free what is set aside and void what is authorised.

    Raises:
        Refused: ALREADY_CANCELLED, ALREADY_SHIPPED.
    """
    if booking.order(call.order_id)["state"] == OrderState.CANCELLED:
        raise Refused(Code.ALREADY_CANCELLED, f"Order {call.order_id} is cancelled already.")
    lines = booking.rows(tables.line, call.order_id)
    if any(line["state"] == LineState.SHIPPED for line in lines):
        raise Refused(Code.ALREADY_SHIPPED, "A part of the order is in a parcel already.")
    lock_stock(booking, [(line["warehouse_id"], line["variant_id"]) for line in lines])
    for line in _by_stock(lines):
        if line["state"] == LineState.RESERVED:
            free_line(booking, line)
        booking.change(
            tables.line, line["id"], state=LineState.CANCELLED, before_cancel=line["state"]
        )
    for payment in booking.rows(tables.payment, call.order_id):
        if payment["captured_minor"] == 0:
            booking.change(tables.payment, payment["id"], is_voided=True)
    captured, refunded = _paid(booking, call.order_id)
    booking.change(
        tables.order, call.order_id, state=OrderState.CANCELLED, refunded_before_cancel=refunded
    )
    return {"refundable_minor": captured - refunded}


def reinstate_order(booking: Booking, call: given.OfOrder) -> Mapping[str, Value]:
    """Let a cancelled order stand again, as long as its pieces and its money are there.

    Raises:
        Refused: NOT_CANCELLED, ORDER_REFUNDED, NO_STOCK.
    """
    order = booking.order(call.order_id)
    if order["state"] != OrderState.CANCELLED:
        raise Refused(Code.NOT_CANCELLED, f"Order {call.order_id} is not cancelled.")
    captured, refunded = _paid(booking, call.order_id)
    if refunded > order["refunded_before_cancel"]:
        raise Refused(Code.ORDER_REFUNDED, "Money was refunded since the order was cancelled.")
    lines = booking.rows(tables.line, call.order_id)
    lock_stock(booking, [(line["warehouse_id"], line["variant_id"]) for line in lines])
    for line in _by_stock(lines):
        if line["before_cancel"] == LineState.RESERVED:
            reserve_line(booking, line)
        booking.change(tables.line, line["id"], state=line["before_cancel"], before_cancel="")
    for payment in booking.rows(tables.payment, call.order_id):
        booking.change(tables.payment, payment["id"], is_voided=False)
    booking.change(tables.order, call.order_id, state=OrderState.OPEN, refunded_before_cancel=0)
    return {"refundable_minor": captured - refunded}


def hold_order(booking: Booking, call: given.HoldOrder) -> Mapping[str, Value]:
    """Stop an order from being captured and shipped.

    Raises:
        Refused: ALREADY_HELD.
    """
    if active_hold(booking, call.order_id):
        raise Refused(Code.ALREADY_HELD, f"Order {call.order_id} is held already.")
    hold_id = booking.next_id(tables.hold, call.order_id, "H")
    row = {"id": hold_id, "order_id": call.order_id, "reason": call.reason}
    booking.add(tables.hold, {**row, "placed_at": booking.at, "released_at": ""})
    return {"hold_id": hold_id}


def release_order(booking: Booking, call: given.OfOrder) -> Mapping[str, Value]:
    """End the hold of an order.

    Raises:
        Refused: NOT_HELD.
    """
    hold = active_hold(booking, call.order_id)
    if hold is None:
        raise Refused(Code.NOT_HELD, f"Order {call.order_id} is not held.")
    booking.change(tables.hold, hold["id"], released_at=booking.at)
    return {"hold_id": hold["id"], "reason": hold["reason"]}


def message_customer(booking: Booking, call: given.MessageCustomer) -> Mapping[str, Value]:
    """Send the customer a message; nothing calls it back."""
    message_id = booking.next_id(tables.message, call.order_id, "M")
    row = {"id": message_id, "order_id": call.order_id, "sent_at": booking.at}
    booking.add(tables.message, {**row, "subject": call.subject, "body": call.body})
    return {"message_id": message_id}


def open_order(booking: Booking, order_id: str) -> RowMapping:
    """The order, if it stands.

    Raises:
        Refused: ORDER_CANCELLED.
    """
    order = booking.order(order_id)
    if order["state"] == OrderState.CANCELLED:
        raise Refused(Code.ORDER_CANCELLED, f"Order {order_id} is cancelled.")
    return order


def active_hold(booking: Booking, order_id: str) -> RowMapping | None:
    """The hold that stops an order, if there is one."""
    holds = booking.rows(tables.hold, order_id)
    return next((hold for hold in holds if not hold["released_at"]), None)


def refuse_held(booking: Booking, order_id: str) -> None:
    """Go on only where nothing holds the order.

    Raises:
        Refused: ORDER_HELD.
    """
    if active_hold(booking, order_id):
        raise Refused(Code.ORDER_HELD, f"Order {order_id} is held.")


def reserve_line(booking: Booking, line: RowMapping) -> None:
    """Set pieces aside for a line, from its warehouse.

    Raises:
        Refused: NO_STOCK.
    """
    take_pieces(
        booking,
        warehouse_id=line["warehouse_id"],
        variant_id=line["variant_id"],
        quantity=line["quantity"],
        to=line_place(line["id"]),
    )


def free_line(booking: Booking, line: RowMapping) -> None:
    """Put what is set aside for a line back into free stock."""
    give_pieces(
        booking,
        warehouse_id=line["warehouse_id"],
        variant_id=line["variant_id"],
        quantity=line["quantity"],
        out_of=line_place(line["id"]),
    )


def _send_to(booking: Booking, order_id: str, address_id: str) -> None:
    shipments = booking.rows(tables.shipment, order_id)
    if any(shipment["state"] == ShipmentState.WITH_CARRIER for shipment in shipments):
        raise Refused(Code.ALREADY_SHIPPED, "A parcel of the order is on its way.")
    for shipment in shipments:
        if shipment["state"] in FOLLOWS_THE_ORDER:
            booking.change(tables.shipment, shipment["id"], address_id=address_id)
    booking.change(tables.order, order_id, address_id=address_id)


def _by_stock(lines: list[RowMapping]) -> list[RowMapping]:
    return sorted(lines, key=lambda line: (line["warehouse_id"], line["variant_id"]))


def _paid(booking: Booking, order_id: str) -> tuple[int, int]:
    """Captured and refunded, over all payments; an order has one currency."""
    payments = booking.rows(tables.payment, order_id)
    captured = sum(payment["captured_minor"] for payment in payments)
    return captured, sum(payment["refunded_minor"] for payment in payments)
