"""Calls on one line of an order: another variant, a backorder, and the way back from it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import RowMapping, bindparam, select

from engine.desks.orders.shop import arguments as given
from engine.desks.orders.shop import tables
from engine.desks.orders.shop.booking import Booking, Value
from engine.desks.orders.shop.order_calls import free_line, open_order, reserve_line
from engine.desks.orders.shop.refusals import Code, Refused
from engine.desks.orders.shop.stock import lock_stock, take_pieces
from engine.desks.orders.shop.words import LineState, line_place

_variant = select(tables.variant).where(tables.variant.c.id == bindparam("variant_id"))


def substitute_variant(booking: Booking, call: given.SubstituteVariant) -> Mapping[str, Value]:
    """Give a line another variant of the same group; what the customer pays stays as it is.

    Raises:
        Refused: ORDER_CANCELLED, UNKNOWN_LINE, LINE_STATE, UNKNOWN_VARIANT, NOT_SUBSTITUTABLE,
            NOTHING_TO_CHANGE, NO_STOCK.
    """
    line = line_in(booking, call, (LineState.SHORT, LineState.RESERVED))
    if (line["variant_id"], line["warehouse_id"]) == (call.variant_id, call.warehouse_id):
        raise Refused(Code.NOTHING_TO_CHANGE, "The line has this variant from there already.")
    _refuse_another_group(booking, line["variant_id"], call.variant_id)
    new = (call.warehouse_id, call.variant_id)
    lock_stock(booking, [new, (line["warehouse_id"], line["variant_id"])])
    if line["state"] == LineState.RESERVED:
        free_line(booking, line)
    if call.warehouse_id:
        take_pieces(
            booking,
            warehouse_id=call.warehouse_id,
            variant_id=call.variant_id,
            quantity=line["quantity"],
            to=line_place(line["id"]),
        )
    booking.change(
        tables.line,
        line["id"],
        variant_id=call.variant_id,
        warehouse_id=call.warehouse_id,
        state=LineState.RESERVED if call.warehouse_id else LineState.SHORT,
    )
    return {
        "line": call.line,
        "previous_variant_id": line["variant_id"],
        "previous_warehouse_id": line["warehouse_id"],
    }


def backorder(booking: Booking, call: given.Backorder) -> Mapping[str, Value]:
    """Let a line wait for stock; what is set aside for it becomes free for others.

    Raises:
        Refused: ORDER_CANCELLED, UNKNOWN_LINE, LINE_STATE.
    """
    line = line_in(booking, call, (LineState.SHORT, LineState.RESERVED))
    if line["state"] == LineState.RESERVED:
        free_line(booking, line)
    booking.change(
        tables.line,
        line["id"],
        state=LineState.BACKORDERED,
        expected_on=call.expected_on,
        before_backorder=line["state"],
    )
    return {"line": call.line}


def cancel_backorder(booking: Booking, call: given.CancelBackorder) -> Mapping[str, Value]:
    """Give a waiting line the state it had before.

    Raises:
        Refused: ORDER_CANCELLED, UNKNOWN_LINE, LINE_STATE, NO_STOCK.
    """
    line = line_in(booking, call, (LineState.BACKORDERED,))
    if line["before_backorder"] == LineState.RESERVED:
        reserve_line(booking, line)
    booking.change(
        tables.line,
        line["id"],
        state=line["before_backorder"],
        expected_on="",
        before_backorder="",
    )
    return {"line": call.line}


def line_in(
    booking: Booking,
    call: given.SubstituteVariant | given.Backorder | given.CancelBackorder,
    states: tuple[LineState, ...],
) -> RowMapping:
    """The line a call names, of an order that stands, in one of some states.

    Raises:
        Refused: ORDER_CANCELLED, UNKNOWN_LINE, ALREADY_SHIPPED, LINE_STATE.
    """
    open_order(booking, call.order_id)
    line = line_of(booking, call.order_id, call.line)
    if line["state"] == LineState.SHIPPED:
        raise Refused(Code.ALREADY_SHIPPED, f"Line {call.line} is in a parcel already.")
    if line["state"] not in states:
        raise Refused(Code.LINE_STATE, f"Line {call.line} is {line['state']}.")
    return line


def line_of(booking: Booking, order_id: str, number: int) -> RowMapping:
    """A line of an order.

    Raises:
        Refused: UNKNOWN_LINE.
    """
    return booking.one(tables.line, order_id, f"{order_id}/L{number}", Code.UNKNOWN_LINE)


def _refuse_another_group(booking: Booking, old: str, new: str) -> None:
    groups = [
        booking.connection.execute(_variant, {"variant_id": one}).mappings().one_or_none()
        for one in (old, new)
    ]
    if groups[0] is None or groups[1] is None:
        raise Refused(Code.UNKNOWN_VARIANT, f"There is no variant {new}.")
    if old != new and groups[0]["substitution_group"] != groups[1]["substitution_group"]:
        raise Refused(Code.NOT_SUBSTITUTABLE, f"{new} does not stand in for {old}.")
