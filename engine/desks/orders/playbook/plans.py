"""Plans: for each resolution the whole list of calls, or why it is not possible now. Pure.

What cannot be taken back stands last. Arguments come from what systems show; a customer's words are
used for one thing alone, the customer's own new address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from engine.desks.orders import sources
from engine.desks.orders.playbook import money
from engine.desks.orders.playbook.messages import message, question
from engine.desks.orders.playbook.view import View
from engine.desks.orders.words import CaseType, Resolution
from engine.domain.recommendation import Proposal

_ADDRESS = ("recipient", "street", "postal_code", "city", "country")
_UNKNOWN_DAYS = 28
"""When a line is promised for which nothing is announced."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What would be done."""

    resolution: Resolution
    summary: str
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Impossible:
    """Why a resolution cannot be had now."""

    resolution: Resolution
    why: str


Answer = Plan | Impossible


def plans(case_type: CaseType, view: View) -> tuple[Answer, ...]:
    """Every resolution, as a plan or as impossible, in the order of the vocabulary."""
    return tuple(_MAKERS[resolution](case_type, view) for resolution in Resolution)


def _plan(resolution: Resolution, summary: str, *proposals: Proposal) -> Plan:
    return Plan(resolution=resolution, summary=summary, proposals=proposals)


def _no(resolution: Resolution, why: str) -> Impossible:
    return Impossible(resolution=resolution, why=why)


def _tell(kind: str, view: View, more: str = "") -> Proposal:
    return Proposal(tool="message_customer", arguments=message(kind, view.order_id, more))


def _call(view: View, tool: str, **arguments: object) -> Proposal:
    return Proposal(tool=tool, arguments={"order_id": view.order_id, **arguments})


def _correct(case_type: CaseType, view: View) -> Answer:
    no = Resolution.CORRECT_ADDRESS
    if case_type is not CaseType.ADDRESS_UNDELIVERABLE:
        return _no(no, "the address is not in doubt")
    states = {view.text(one, "state", sources.CARRIER) for one in view.entities("parcel")}
    if not view.is_open or "WITH_CARRIER" in states or "DELIVERED" in states:
        return _no(no, "no parcel is where its address can still be changed")
    address = _other_address(view)
    if address is None:
        return _no(no, "no other complete address is known")
    words = ", ".join(address.values())
    return _plan(
        no,
        f"Correct the address to {words}",
        _call(view, "correct_address", address=address),
        _tell("corrected", view, words),
    )


def _other_address(view: View) -> Mapping[str, str] | None:
    """The address the customer gave, else the one used before; None where it is this one."""
    now = {name: view.text("address", name) for name in _ADDRESS}
    for entity, source in (
        ("new_address", sources.CUSTOMER),
        ("past_address", sources.CUSTOMER_FILE),
    ):
        told = {name: view.text(entity, name, source) for name in _ADDRESS}
        told["recipient"] = told["recipient"] or now["recipient"]
        if all(told.values()) and told != now:
            return told
    return None


def _ask(case_type: CaseType, view: View) -> Answer:
    asked = question(case_type, view.order_id)
    proposal = Proposal(tool="message_customer", arguments=asked)
    return _plan(Resolution.ASK_CUSTOMER, "Ask the customer", proposal)


def _substitute(case_type: CaseType, view: View) -> Answer:
    no, line = Resolution.SUBSTITUTE, _short_line(view)
    if not line:
        return _no(no, "no line waits for stock")
    if view.text(line, "state") == "BACKORDERED":
        return _no(no, "the line waits already")
    variant = view.text(line, "allocated_variant", sources.ALLOCATION)
    warehouse = view.text(line, "allocated_from", sources.ALLOCATION)
    if not warehouse:
        return _no(no, "no free stock is allocated to the order")
    own = view.text(line, "variant_id")
    if (variant, warehouse) == (own, view.text(line, "warehouse_id")):
        return _no(no, "the line has that stock already")
    number = int(line.removeprefix("line:"))
    call = _call(
        view, "substitute_variant", line=number, variant_id=variant, warehouse_id=warehouse
    )
    if variant == own:
        return _plan(no, f"Take it from {warehouse}", call, _tell("moved", view))
    title = view.text(f"stock:{variant}@{warehouse}", "title", sources.STOCK) or variant
    return _plan(
        no, f"Substitute {title} from {warehouse}", call, _tell("substituted", view, title)
    )


def _backorder(case_type: CaseType, view: View) -> Answer:
    no, line = Resolution.BACKORDER, _short_line(view)
    if not line:
        return _no(no, "no line waits for stock")
    if view.text(line, "state") == "BACKORDERED":
        return _no(no, "the line waits already")
    day = announced_for(view, view.text(line, "variant_id"))
    day = day or (view.today + timedelta(days=_UNKNOWN_DAYS)).isoformat()
    number = int(line.removeprefix("line:"))
    call = _call(view, "backorder", line=number, expected_on=day)
    return _plan(no, f"Backorder until {day}", call, _tell("backordered", view, day))


def announced_for(view: View, variant_id: str) -> str:
    """The first day for which pieces of a variant are announced; empty: none are."""
    days = [
        view.text(one, "announced_for", sources.STOCK)
        for one in view.entities("stock")
        if one.removeprefix("stock:").rpartition("@")[0] == variant_id
    ]
    return min((day for day in days if day), default="")


def _cancel(case_type: CaseType, view: View) -> Answer:
    no = Resolution.CANCEL
    if view.text("order", "status") != "PLACED":
        return _no(no, "a part of the order has left, or it is cancelled")
    left = money.refundable_minor(view)
    back = money.refunds(view, left, "order cancelled")
    more = f"You get {money.shown(view, left)} back." if left else "Nothing was charged."
    summary = (
        f"Cancel the order and refund {money.shown(view, left)}" if left else "Cancel the order"
    )
    call = _call(view, "cancel_order", reason=_REASONS[case_type])
    return _plan(no, summary, call, *back, _tell("cancelled", view, more))


def _refund(case_type: CaseType, view: View) -> Answer:
    no = Resolution.REFUND
    is_excess = case_type is CaseType.PAYMENT_MISMATCH
    left = money.excess_minor(view) if is_excess else money.refundable_minor(view)
    if left <= 0:
        return _no(no, "nothing is captured that should go back")
    if not is_excess and view.text("order", "status") == "PLACED":
        return _no(no, "the order has not left: cancelling it comes first")
    said = money.shown(view, left)
    back = money.refunds(view, left, _REASONS[case_type])
    return _plan(no, f"Refund {said}", *back, _tell("refunded", view, said))


def _reship(case_type: CaseType, view: View) -> Answer:
    no = Resolution.RESHIP
    shipped = [one for one in view.entities("line") if view.text(one, "state") == "SHIPPED"]
    parcels = view.entities("parcel")
    if not shipped or not parcels:
        return _no(no, "nothing was shipped")
    if view.is_held:
        return _no(no, "the order is held")
    kinds = {(view.text(one, "kind", sources.CARRIER), _state(view, one)) for one in parcels}
    if any(kind == "RESHIP" and state not in _IN_VAIN for kind, state in kinds):
        return _no(no, "it was sent once more already")
    warehouse = _warehouse_with_all(view, shipped)
    if not warehouse:
        return _no(no, "no warehouse has all of it in free stock")
    lines = [
        {"line": int(one.removeprefix("line:")), "quantity": view.number(one, "quantity")}
        for one in shipped
    ]
    carrier = view.text(parcels[-1], "carrier", sources.CARRIER)
    call = _call(view, "reship", warehouse_id=warehouse, carrier=carrier, lines=lines)
    return _plan(no, f"Send it once more from {warehouse}", call, _tell("reshipped", view))


_IN_VAIN = ("CANCELLED", "RETURNED", "LOST")


def _state(view: View, parcel: str) -> str:
    return view.text(parcel, "state", sources.CARRIER)


def _warehouse_with_all(view: View, lines: list[str]) -> str:
    """The first warehouse that has all pieces of some lines; empty: none has."""
    wanted: dict[str, int] = {}
    for line in lines:
        variant = view.text(line, "variant_id")
        wanted[variant] = wanted.get(variant, 0) + view.number(line, "quantity")
    having = [
        {warehouse for warehouse, free in view.free(variant) if free >= quantity}
        for variant, quantity in wanted.items()
    ]
    return min(set.intersection(*having), default="") if having else ""


def _hold(case_type: CaseType, view: View) -> Answer:
    no = Resolution.HOLD
    if not view.is_open or view.text("order", "status") == "DELIVERED":
        return _no(no, "the order is cancelled or delivered")
    if view.is_held:
        return _no(no, "the order is held already")
    call = _call(view, "hold_order", reason=_REASONS[case_type])
    return _plan(no, "Hold the order", call)


def _release(case_type: CaseType, view: View) -> Answer:
    if not view.is_held or not view.is_open:
        return _no(Resolution.RELEASE, "nothing holds the order")
    return _plan(Resolution.RELEASE, "Release the order", _call(view, "release_order"))


def _short_line(view: View) -> str:
    number = view.number("case", "short_line")
    line = f"line:{number}"
    is_there = view.text(line, "state") in ("SHORT", "RESERVED", "BACKORDERED")
    return line if number and is_there and view.is_open else ""


_REASONS: Mapping[CaseType, str] = MappingProxyType(
    {
        CaseType.ADDRESS_UNDELIVERABLE: "could not be delivered",
        CaseType.STOCK_SHORT: "not in stock",
        CaseType.PAYMENT_MISMATCH: "captured more than the order costs",
        CaseType.DELIVERED_NOT_RECEIVED: "delivered but not received",
        CaseType.DUPLICATE_ORDER: "ordered twice",
        CaseType.FRAUD_SUSPECTED: "fraud suspected",
    }
)
_MAKERS: Mapping[Resolution, Callable[[CaseType, View], Answer]] = MappingProxyType(
    {
        Resolution.CORRECT_ADDRESS: _correct,
        Resolution.ASK_CUSTOMER: _ask,
        Resolution.SUBSTITUTE: _substitute,
        Resolution.BACKORDER: _backorder,
        Resolution.CANCEL: _cancel,
        Resolution.REFUND: _refund,
        Resolution.RESHIP: _reship,
        Resolution.HOLD: _hold,
        Resolution.RELEASE: _release,
    }
)
