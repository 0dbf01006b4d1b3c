"""Calls that make stock come, go and be counted."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import RowMapping, bindparam, select, update

from engine.desks.orders.shop import tables
from engine.desks.orders.shop import world_arguments as told
from engine.desks.orders.shop.booking import Booking, Value
from engine.desks.orders.shop.refusals import Code, Refused
from engine.desks.orders.shop.stock import give_pieces, make_row, take_pieces
from engine.desks.orders.shop.words import LOST, SUPPLIER

_stock = tables.stock.c
_count = (
    select(tables.stock)
    .where(
        _stock.warehouse_id == bindparam("warehouse_id"),
        _stock.variant_id == bindparam("variant_id"),
    )
    .with_for_update()
)


def receive_stock(booking: Booking, call: told.ReceiveStock) -> Mapping[str, Value]:
    """Take in pieces from the supplier.

    Raises:
        Refused: UNKNOWN_VARIANT, UNKNOWN_WAREHOUSE.
    """
    count = _counted(booking, call)
    give_pieces(
        booking,
        warehouse_id=call.warehouse_id,
        variant_id=call.variant_id,
        quantity=call.quantity,
        out_of=SUPPLIER,
    )
    announced = max(0, count["announced_quantity"] - call.quantity)
    day = count["announced_for"] if announced else ""
    _set(booking, call, announced_quantity=announced, announced_for=day)
    return {"on_hand": count["on_hand"] + call.quantity}


def announce_stock(booking: Booking, call: told.AnnounceStock) -> Mapping[str, Value]:
    """Note what the supplier promises.

    Raises:
        Refused: UNKNOWN_VARIANT, UNKNOWN_WAREHOUSE.
    """
    _counted(booking, call)
    day = call.expected_on if call.quantity else ""
    _set(booking, call, announced_quantity=call.quantity, announced_for=day)
    return {"announced_quantity": call.quantity}


def count_stock(booking: Booking, call: told.CountStock) -> Mapping[str, Value]:
    """Note what the warehouse counts; adopted, the shop's own count follows.

    Raises:
        Refused: UNKNOWN_VARIANT, UNKNOWN_WAREHOUSE.
    """
    on_hand = _counted(booking, call)["on_hand"]
    difference = call.counted - on_hand
    _set(
        booking,
        call,
        count_difference=0 if call.adopt else difference,
        counted_at=booking.at,
    )
    if not call.adopt:
        return {"on_hand": on_hand, "counted": call.counted}
    where = {"warehouse_id": call.warehouse_id, "variant_id": call.variant_id}
    if difference > 0:  # found pieces came from the supplier, only nobody wrote it down
        give_pieces(booking, **where, quantity=difference, out_of=SUPPLIER)
    elif difference < 0:
        take_pieces(booking, **where, quantity=-difference, to=LOST)
    return {"on_hand": call.counted, "counted": call.counted}


def _counted(booking: Booking, call: told.OfStock) -> RowMapping:
    if not booking.has(tables.variant, call.variant_id):
        raise Refused(Code.UNKNOWN_VARIANT, f"There is no variant {call.variant_id}.")
    if not booking.has(tables.warehouse, call.warehouse_id):
        raise Refused(Code.UNKNOWN_WAREHOUSE, f"There is no warehouse {call.warehouse_id}.")
    make_row(booking, call.warehouse_id, call.variant_id)
    named = {"warehouse_id": call.warehouse_id, "variant_id": call.variant_id}
    return booking.connection.execute(_count, named).mappings().one()


def _set(booking: Booking, call: told.OfStock, **values: Value) -> None:
    this = (_stock.warehouse_id == call.warehouse_id) & (_stock.variant_id == call.variant_id)
    booking.connection.execute(update(tables.stock).where(this).values(**values))
