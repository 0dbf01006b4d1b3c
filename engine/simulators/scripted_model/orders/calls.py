"""Order calls: what a script asks for, with arguments that stand in the facts of the window."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from engine.simulators.scripted_model.leaning import ASK
from engine.simulators.scripted_model.orders.looks import is_held
from engine.simulators.scripted_model.orders.sums import (
    announced_for,
    excess_minor,
    kept_minor,
    payments,
    short_line,
    warehouse_with,
)
from engine.simulators.scripted_model.sight import Sight

_ADDRESS = ("recipient", "street", "postal_code", "city", "country")
_UNTIL_UNKNOWN = timedelta(days=28)
_GONE = ("CANCELLED", "RETURNED", "LOST")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A call that a script would make."""

    tool: str
    arguments: Mapping[str, Any]


def order_call(does: str, case_type: str, order_id: str, sight: Sight) -> Wanted | None:
    """The call for what a script would do; None where it cannot be had now.

    Args:
        does: In the words of the options.
        case_type: Of the case.
        order_id: The order it is about.
        sight: The facts.
    """
    make = _MAKERS.get(does)
    found = make(case_type, sight) if make else None
    if found is None:
        return None
    return Wanted(tool=found.tool, arguments={"order_id": order_id, **found.arguments})


def _ask(case_type: str, sight: Sight) -> Wanted | None:
    asked = {"subject": "A question about your order", "body": _QUESTIONS[case_type]}
    return Wanted(tool="message_customer", arguments=asked)


def _correct(case_type: str, sight: Sight) -> Wanted | None:
    if {"WITH_CARRIER", "DELIVERED"} & set(sight.values("parcel:*.state@carrier")):
        return None
    for entity, source in (("new_address", "customer"), ("past_address", "customer_file")):
        told = {name: sight.text(f"{entity}.{name}@{source}") for name in _ADDRESS}
        told["recipient"] = told["recipient"] or sight.text("address.recipient@shop")
        if all(told.values()):
            return Wanted(tool="correct_address", arguments={"address": told})
    return None


def _substitute(case_type: str, sight: Sight) -> Wanted | None:
    line = short_line(sight)
    variant = sight.text(f"{line}.allocated_variant@allocation")
    place = sight.text(f"{line}.allocated_from@allocation")
    if not variant or not place:
        return None
    number = sight.number("case.short_line@shop")
    what = {"line": number, "variant_id": variant, "warehouse_id": place}
    return Wanted(tool="substitute_variant", arguments=what)


def _backorder(case_type: str, sight: Sight) -> Wanted | None:
    line = short_line(sight)
    if sight.text(f"{line}.state@shop") == "BACKORDERED":
        return None
    day = announced_for(sight, sight.text(f"{line}.variant_id@shop"))
    until = day or (date.fromisoformat(sight.today) + _UNTIL_UNKNOWN).isoformat()
    number = sight.number("case.short_line@shop")
    return Wanted(tool="backorder", arguments={"line": number, "expected_on": until})


def _cancel(case_type: str, sight: Sight) -> Wanted | None:
    if sight.text("order.status@shop") != "PLACED":
        return None
    return Wanted(tool="cancel_order", arguments={"reason": _REASONS[case_type]})


def _refund(case_type: str, sight: Sight) -> Wanted | None:
    """The next refund: what has to go back, from the latest payment on."""
    is_excess = case_type == "payment_mismatch"
    if not is_excess and sight.text("order.status@shop") == "PLACED":
        return None
    left = excess_minor(sight) if is_excess else kept_minor(sight)
    for payment, taken, back in reversed(tuple(payments(sight))):
        part = min(taken - back, left)
        if part > 0:
            how = {"amount_minor": part, "currency": sight.text("order.currency@shop")}
            why = {"to": "original", "reason": _REASONS[case_type]}
            return Wanted(tool="refund", arguments={"payment_id": payment, **how, **why})
    return None


def _reship(case_type: str, sight: Sight) -> Wanted | None:
    lines = [one for one in sight.entities("line") if sight.text(f"{one}.state@shop") == "SHIPPED"]
    parcels = sight.entities("parcel")
    sent_again = [one for one in parcels if sight.text(f"{one}.kind@carrier") == "RESHIP"]
    is_under_way = any(sight.text(f"{one}.state@carrier") not in _GONE for one in sent_again)
    place = warehouse_with(sight, lines)
    if not lines or not parcels or not place or is_under_way or is_held(sight):
        return None
    pieces = [
        {"line": int(one.removeprefix("line:")), "quantity": sight.number(f"{one}.quantity@shop")}
        for one in lines
    ]
    carrier = sight.text(f"{parcels[-1]}.carrier@carrier")
    what = {"warehouse_id": place, "carrier": carrier, "lines": pieces}
    return Wanted(tool="reship", arguments=what)


def _hold(case_type: str, sight: Sight) -> Wanted | None:
    if is_held(sight) or sight.text("order.status@shop") in ("CANCELLED", "DELIVERED"):
        return None
    return Wanted(tool="hold_order", arguments={"reason": _REASONS[case_type]})


def _release(case_type: str, sight: Sight) -> Wanted | None:
    return Wanted(tool="release_order", arguments={}) if is_held(sight) else None


_MAKERS: Mapping[str, Callable[[str, Sight], Wanted | None]] = MappingProxyType(
    {
        ASK: _ask,
        "correct_address": _correct,
        "substitute": _substitute,
        "backorder": _backorder,
        "cancel": _cancel,
        "refund": _refund,
        "reship": _reship,
        "hold": _hold,
        "release": _release,
    }
)
_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "address_undeliverable": "It could not be delivered.",
        "stock_short": "It is not in stock.",
        "payment_mismatch": "More was captured than it costs.",
        "delivered_not_received": "It counts as delivered and did not arrive.",
        "duplicate_order": "It was ordered twice.",
        "fraud_suspected": "The order is not trusted.",
    }
)
_QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "address_undeliverable": "Your parcel could not be delivered. Please send us the whole "
        "address with its house number, or a day on which somebody is at the door.",
        "stock_short": "An article of your order is not in stock. Would you like another one, "
        "would you wait for it, or shall we cancel?",
        "payment_mismatch": "What was taken for your order does not fit its price. Please tell us "
        "what your statement shows.",
        "delivered_not_received": "Your parcel counts as delivered. Please look where parcels are "
        "left, ask your neighbours, and tell us what you find.",
        "duplicate_order": "You have placed two orders that look alike. Please tell us whether you "
        "want both.",
        "fraud_suspected": "Please confirm this order from the account with which you placed it.",
    }
)
CASE_TYPES = frozenset(_QUESTIONS)
"""Those that a script knows."""
