"""Standing: what the rows of an order come to, in one word or one number."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import RowMapping

from engine.desks.orders.shop.words import LineState, OrderState, ShipmentState


def order_status(
    order: RowMapping, lines: Sequence[RowMapping], shipments: Sequence[RowMapping]
) -> str:
    """How far an order has come, in one word."""
    if order["state"] == OrderState.CANCELLED:
        return "CANCELLED"
    shipped = [line["state"] == LineState.SHIPPED for line in lines]
    if not any(shipped):
        return "PLACED"
    if not all(shipped):
        return "PARTLY_SHIPPED"
    standing = [one for one in shipments if one["state"] != ShipmentState.CANCELLED]
    delivered = all(one["state"] == ShipmentState.DELIVERED for one in standing)
    return "DELIVERED" if delivered else "SHIPPED"


def payment_state(payment: RowMapping) -> str:
    """How far a payment has come, in one word."""
    if payment["is_voided"]:
        return "VOIDED"
    if payment["captured_minor"] == 0:
        return "AUTHORISED"
    if payment["refunded_minor"] == payment["captured_minor"]:
        return "REFUNDED"
    return "CAPTURED" if payment["held_minor"] else "SETTLED"


def total_minor(lines: Sequence[RowMapping]) -> int:
    """What lines cost together."""
    total: int = sum(line["quantity"] * line["unit_price_minor"] for line in lines)
    return total
