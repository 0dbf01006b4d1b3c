"""Facts of an order case: what its signal and texts say, and how things stand in the shop.

Which reads a case type needs stands in a table: what is not needed is not read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from engine.desks.orders.reading import TELLS, short_line, tell_read, tell_said, tell_short_line
from engine.desks.orders.seeing import see, see_stock, see_waiting
from engine.desks.orders.sources import INTAKE, Teller
from engine.desks.orders.texts import said_in
from engine.desks.orders.words import CaseType
from engine.domain.canonical import Json
from engine.domain.case import Signal
from engine.domain.fact import Fact, Quote
from engine.ports import ReadTool

_WITH_PARCELS = frozenset({CaseType.ADDRESS_UNDELIVERABLE, CaseType.DELIVERED_NOT_RECEIVED})


def perceive(signal: Signal, read: ReadTool, at: datetime | None = None) -> Sequence[Fact]:
    """Give the facts of a case.

    Args:
        signal: The case as it came in.
        read: Calls the desk's read tools.
        at: The desk's present; not given: when the signal was raised.

    Raises:
        ToolError: The shop could not be read, or knows no such order.
    """
    tell = Teller(as_of=signal.as_of, at=at or signal.as_of)
    said = said_in(signal.payload, signal.as_of.date())
    _tell_signal(tell, signal)
    seen = see(
        read,
        signal.payload["order_id"],
        with_parcels=signal.case_type in _WITH_PARCELS,
        other_order_id=str(signal.payload.get("other_order_id", "")),
    )
    tell_read(tell, "get_order", seen.order)
    tell_read(tell, "payments_of_order", seen.payments)
    tell_read(tell, "customer_history", seen.history)
    if seen.parcels is not None:
        tell_read(tell, "carrier_scans", seen.parcels)
    tell_said(tell, said)
    _tell_stock(tell, signal, seen.order, read)
    return tuple(tell.facts)


def _tell_signal(tell: Teller, signal: Signal) -> None:
    """What the row itself says; each text whole, as somebody's words."""
    for name in ("line", "other_order_id", "score"):
        if name in signal.payload:
            tell.said(INTAKE, "case", name, signal.payload[name], None)
    for field, source in TELLS.items():
        text = signal.payload.get(field, "")
        if text:
            quote = Quote(field=field, start=0, end=len(text))
            tell.said(source, "text", field, text, quote)


def _tell_stock(tell: Teller, signal: Signal, order: Json, read: ReadTool) -> None:
    if signal.case_type == CaseType.STOCK_SHORT:
        line = short_line(order, signal.payload.get("line"))
        if line is not None:
            tell_short_line(tell, line)
            tell_read(tell, "stock_levels", see_stock(read, line, with_substitutes=True))
            tell_read(tell, "waiting_lines", see_waiting(read, order, line))
    elif signal.case_type in _WITH_PARCELS:
        by_variant = {line["variant_id"]: line for line in order["lines"]}
        for _, line in sorted(by_variant.items()):
            tell_read(tell, "stock_levels", see_stock(read, line))
