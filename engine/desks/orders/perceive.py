"""Facts of an order case: what its signal and texts say, and how things stand in the shop.

Which reads a case type needs stands in a table: what is not needed is not read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from engine.desks.orders import shop_facts, stock_facts
from engine.desks.orders.sayings import CARRIER as CARRIER_TEXT
from engine.desks.orders.sayings import CUSTOMER as CUSTOMER_TEXT
from engine.desks.orders.sayings import DETECTOR as DETECTOR_TEXT
from engine.desks.orders.seeing import Seen, see, see_stock, see_waiting
from engine.desks.orders.sources import CARRIER, CUSTOMER, DETECTOR, INTAKE, SHOP, Teller
from engine.desks.orders.texts import Said, said_in
from engine.desks.orders.words import CaseType
from engine.domain.canonical import Json
from engine.domain.case import Signal
from engine.domain.fact import Fact, Quote
from engine.ports import ReadTool

_TELLS = {CUSTOMER_TEXT: CUSTOMER, CARRIER_TEXT: CARRIER, DETECTOR_TEXT: DETECTOR}
"""Who tells what stands in a text."""
_WITH_PARCELS = frozenset({CaseType.ADDRESS_UNDELIVERABLE, CaseType.DELIVERED_NOT_RECEIVED})
_NEW_ADDRESS = "new_"
_NOT_THERE = ("recipient_unknown", "street_not_found")


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
    shop_facts.tell_order(tell, seen.order)
    shop_facts.tell_payments(tell, seen.payments)
    _tell_customer(tell, signal, seen)
    parcels = _tell_parcels(tell, seen)
    _tell_said(tell, said, parcels)
    _tell_stock(tell, signal, seen.order, said, read)
    return tuple(tell.facts)


def _tell_signal(tell: Teller, signal: Signal) -> None:
    """What the row itself says; each text whole, as somebody's words."""
    for name in ("line", "other_order_id", "score"):
        if name in signal.payload:
            tell.said(INTAKE, "case", name, signal.payload[name], None)
    for field, source in _TELLS.items():
        text = signal.payload.get(field, "")
        if text:
            quote = Quote(field=field, start=0, end=len(text))
            tell.said(source, "text", field, text, quote)


def _tell_customer(tell: Teller, signal: Signal, seen: Seen) -> None:
    other_id = str(signal.payload.get("other_order_id", ""))
    shop_facts.tell_customer(tell, seen.history, seen.order, other_id)
    if other_id:
        known = [one for one in seen.history["orders"] if one["order_id"] == other_id]
        shop_facts.tell_other_order(tell, known[0] if known else None, seen.order)


def _tell_parcels(tell: Teller, seen: Seen) -> Sequence[Json]:
    if seen.parcels is None:
        return ()
    shop_facts.tell_parcels(tell, seen.parcels)
    return tuple(seen.parcels["shipments"])


def _tell_said(tell: Teller, said: Sequence[Said], parcels: Sequence[Json]) -> None:
    """What texts say, put beside what systems say of the same thing."""
    delivered = [one["id"] for one in parcels if one["state"] == "DELIVERED"]
    for one in said:
        source = _TELLS[one.quote.field]
        entity, attribute = source, one.attribute
        if attribute == "is_received" and delivered:
            entity = f"parcel:{delivered[-1]}"
        elif attribute == "is_address_right":
            entity = "address"
        elif attribute.startswith(_NEW_ADDRESS):
            entity, attribute = "new_address", attribute.removeprefix(_NEW_ADDRESS)
        tell.said(source, entity, attribute, one.value, one.quote)
        if one.attribute == "carrier_says" and one.value in _NOT_THERE:
            tell.said(source, "address", "is_address_right", False, one.quote)


def _tell_stock(
    tell: Teller, signal: Signal, order: Json, said: Sequence[Said], read: ReadTool
) -> None:
    if signal.case_type == CaseType.STOCK_SHORT:
        _tell_short_line(tell, signal, order, said, read)
    elif signal.case_type in _WITH_PARCELS:
        by_variant = {line["variant_id"]: line for line in order["lines"]}
        for _, line in sorted(by_variant.items()):
            stock_facts.tell_levels(tell, see_stock(read, line)["levels"])


def _tell_short_line(
    tell: Teller, signal: Signal, order: Json, said: Sequence[Said], read: ReadTool
) -> None:
    line = short_line(order, signal.payload.get("line"))
    if line is None:
        return
    tell.read(SHOP, "case", short_line=line["line"])
    levels = see_stock(read, line, with_substitutes=True)["levels"]
    stock_facts.tell_levels(tell, levels)
    waiting = see_waiting(read, order, line)["lines"]
    told: Mapping[str, object] = {one.attribute: one.value for one in reversed(said)}
    ours = stock_facts.wish(
        order,
        line,
        accepts=told.get("accepts_substitute"),
        can_wait=bool(told.get("can_wait")),
        needed_by=told.get("needed_by"),
    )
    stock_facts.tell_allocation(tell, ours, levels, waiting, tell.at.date())


def short_line(order: Json, named: object) -> Json:
    """The line a case is about: the named one, or the first that waits; None where none does."""
    for line in order["lines"]:
        if line["line"] == named:
            return line
    waits = (line for line in order["lines"] if line["state"] in ("SHORT", "BACKORDERED"))
    return next(waits, None)
