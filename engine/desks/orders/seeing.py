"""Seeing: the reads of one order, taken until what they tell can be true together.

The world may move between two reads, so what does not agree is read again at once; what does not
agree then either is no basis for anything, and a person gets the case.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from engine.desks.orders import agreement
from engine.domain.canonical import Json
from engine.errors import ToolError
from engine.ports import ReadTool

TRIES = 3
S = TypeVar("S")


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """An order and what stands around it."""

    order: Json
    """Of `get_order`."""
    payments: Json
    """Of `payments_of_order`."""
    history: Json
    """Of `customer_history`."""
    parcels: Json
    """Of `carrier_scans`; None where it was not read."""
    other: Json
    """Of `get_order` for the order beside it; None where there is none, or not of the customer."""

    @property
    def disagrees(self) -> str:
        """In words why this cannot be true together; empty: it can."""
        order = self.order
        return (
            agreement.order_disagrees(order, self.payments)
            or agreement.history_disagrees(order, self.history)
            or (agreement.parcels_disagree(order, self.parcels) if self.parcels else "")
            or (agreement.history_disagrees(self.other, self.history) if self.other else "")
        )


def see(read: ReadTool, order_id: str, *, with_parcels: bool, other_order_id: str = "") -> Seen:
    """Read an order and what stands around it.

    Args:
        read: Calls the desk's read tools.
        order_id: The order.
        with_parcels: Whether its parcels are read too.
        other_order_id: Of the order it may repeat; empty: none.

    Raises:
        ToolError: It could not be read, or does not agree with itself.
    """

    def look() -> Seen:
        order = read("get_order", {"order_id": order_id})
        history = read("customer_history", {"customer_id": order["customer_id"]})
        is_theirs = any(one["order_id"] == other_order_id for one in history["orders"])
        return Seen(
            order=order,
            payments=read("payments_of_order", {"order_id": order_id}),
            history=history,
            parcels=read("carrier_scans", {"order_id": order_id}) if with_parcels else None,
            other=read("get_order", {"order_id": other_order_id}) if is_theirs else None,
        )

    return _agreed(look, lambda seen: seen.disagrees, f"order {order_id}")


def see_stock(read: ReadTool, line: Json, *, with_substitutes: bool = False) -> Json:
    """Read the stock of a line's variant, and where asked for of what may stand in.

    Raises:
        ToolError: It could not be read, or does not agree with the order.
    """
    more = {"with_substitutes": True} if with_substitutes else {}
    return _agreed(
        lambda: read("stock_levels", {"variant_id": line["variant_id"], **more}),
        lambda told: agreement.stock_disagrees(line, told),
        f"variant {line['variant_id']}",
    )


def see_waiting(read: ReadTool, order: Json, line: Json) -> Json:
    """Read who waits for the stock of a line's variant.

    Raises:
        ToolError: It could not be read, or does not agree with the order.
    """
    return _agreed(
        lambda: read("waiting_lines", {"variant_id": line["variant_id"]}),
        lambda told: agreement.waiting_disagrees(order, line, told),
        f"order {order['order_id']}",
    )


def _agreed(look: Callable[[], S], disagrees: Callable[[S], str], what: str) -> S:
    for _ in range(TRIES):
        seen = look()
        why = disagrees(seen)
        if not why:
            return seen
    raise ToolError(f"What the shop tells of {what} does not agree: {why}.", broke_contract=True)
