"""Stock: pieces leave and enter a warehouse's free stock. Never more leave than are there.

Rows are locked in one order, (variant, warehouse): no two operations wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, bindparam, select, tuple_, update

from engine.desks.orders.shop import tables
from engine.desks.orders.shop.booking import Booking, PiecesMoved, Value
from engine.desks.orders.shop.refusals import Code, Refused
from engine.desks.orders.shop.words import warehouse_place

_stock = tables.stock.c
_this = (_stock.warehouse_id == bindparam("at_warehouse")) & (
    _stock.variant_id == bindparam("of_variant")
)
_take = (
    update(tables.stock)
    .where(_this, _stock.on_hand >= bindparam("pieces"))
    .values(on_hand=_stock.on_hand - bindparam("pieces"))
)
_give = update(tables.stock).where(_this).values(on_hand=_stock.on_hand + bindparam("pieces"))


def lock_stock(booking: Booking, wanted: Iterable[tuple[str, str]]) -> None:
    """Lock several rows, (warehouse, variant), before the first is changed."""
    keys = sorted(set(wanted))
    if len(keys) > 1:
        _lock(booking, tuple_(_stock.warehouse_id, _stock.variant_id).in_(keys))


def lock_variants(booking: Booking, variant_ids: Iterable[str]) -> None:
    """Lock all rows of some variants, where it is still open which warehouse gives."""
    _lock(booking, _stock.variant_id.in_(sorted(set(variant_ids))))


def take_pieces(
    booking: Booking, *, warehouse_id: str, variant_id: str, quantity: int, to: str
) -> None:
    """Move pieces from free stock to a place.

    Raises:
        Refused: NO_STOCK, as the shop counts.
    """
    taken = booking.connection.execute(
        _take, {"at_warehouse": warehouse_id, "of_variant": variant_id, "pieces": quantity}
    )
    if taken.rowcount == 0:
        raise Refused(
            Code.NO_STOCK,
            f"Warehouse {warehouse_id} has fewer than {quantity} free pieces of {variant_id}.",
        )
    booking.move(
        PiecesMoved(
            variant_id=variant_id,
            from_place=warehouse_place(warehouse_id),
            to_place=to,
            quantity=quantity,
        )
    )


def give_pieces(
    booking: Booking, *, warehouse_id: str, variant_id: str, quantity: int, out_of: str
) -> None:
    """Move pieces from a place to free stock."""
    make_row(booking, warehouse_id, variant_id)
    booking.connection.execute(
        _give, {"at_warehouse": warehouse_id, "of_variant": variant_id, "pieces": quantity}
    )
    booking.move(
        PiecesMoved(
            variant_id=variant_id,
            from_place=out_of,
            to_place=warehouse_place(warehouse_id),
            quantity=quantity,
        )
    )


def _lock(booking: Booking, rows: ColumnElement[bool]) -> None:
    in_order = (_stock.variant_id, _stock.warehouse_id)
    statement = select(_stock.on_hand).where(rows).order_by(*in_order).with_for_update()
    booking.connection.execute(statement).all()


def make_row(booking: Booking, warehouse_id: str, variant_id: str) -> None:
    """Make sure that the warehouse has a count for the variant."""
    row: dict[str, Value] = {
        "warehouse_id": warehouse_id,
        "variant_id": variant_id,
        "on_hand": 0,
        "count_difference": 0,
        "counted_at": "",
        "announced_quantity": 0,
        "announced_for": "",
    }
    booking.add_missing(tables.stock, row)
