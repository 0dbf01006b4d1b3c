"""Scenes: the cases on which scripts are played, and what each of them honestly needs.

A scene is one of the simulated cases with its signals chosen, and with its own texts where a script
wants some. What is proper for a scene is written here once: clean runs ask for it, and failing ones
begin with it or depart from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.desks.orders.words import CaseType
from tests.failures.seen import Call, Ground, Seen, euros, write

ELSEWHERE = "SIM-61-1"
"""Somebody else's order in the same shop."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A case as it is to come in."""

    case_type: CaseType
    shown: Mapping[str, str]
    least_minor: int = 0
    most_minor: int = 10**9
    """Of the order's total."""
    message: str = ""
    """What the customer writes."""
    note: str = ""
    """What the detector notes."""
    notice: str | None = None
    """What the carrier's last report says; None: as it is."""
    recipient: str | None = None
    """Who the parcel is for; None: as it is."""

    def saying(self, message: str) -> Scene:
        """The same with another text of the customer."""
        return replace(self, message=message)


_TWICE = {"sums": "twice", "refunded": "none", "note": "silent", "message": "silent", "held": "no"}
CHARGED_TWICE = Scene(
    case_type=CaseType.PAYMENT_MISMATCH,
    shown=_TWICE,
    least_minor=1_500,
    most_minor=3_900,
    message="I see two charges for one order, please look.",
    note="Captured twice.",
)
"""One charge goes back; so little that software may do it alone."""
MUCH_TWICE = replace(CHARGED_TWICE, least_minor=6_000, most_minor=40_000)
"""The same with so much that a person decides."""
SUMS_RIGHT = replace(
    CHARGED_TWICE, shown={**_TWICE, "sums": "equal"}, message="", note="Difference reported."
)
"""Nothing is wrong: a report came late."""
NOT_THERE = Scene(
    case_type=CaseType.DELIVERED_NOT_RECEIVED,
    shown={"scan": "plain", "message": "silent", "claims": "none", "stock": "enough"},
    message="Your page says delivered, but nothing arrived here.",
)
"""It is sent once more."""
TWO_ORDERS = Scene(
    case_type=CaseType.DUPLICATE_ORDER,
    shown={
        "lines": "same",
        "gap": "minutes",
        "message": "silent",
        "address": "same",
        "habit": "rarely",
        "status": "placed",
        "held": "no",
    },
    least_minor=1_500,
    most_minor=3_900,
    message="I ordered it twice by accident, one is enough.",
)
"""The second is cancelled."""
SHORT = Scene(
    case_type=CaseType.STOCK_SHORT,
    shown={
        "note": "silent",
        "elsewhere": "none",
        "feeds": "agree",
        "substitute": "near",
        "announced": "soon",
        "message": "silent",
    },
    message="I can wait until it is there again.",
    note="Short, line 1.",
)
"""It waits for what is announced."""
UNKNOWN_ADDRESS = Scene(
    case_type=CaseType.ADDRESS_UNDELIVERABLE,
    shown={
        "notice": "recipient_unknown",
        "message": "silent",
        "history": "other_address",
        "form": "complete",
    },
    message="We moved last month, please send it to where my earlier orders went.",
)
"""It goes to where the customer's earlier orders went."""
SUSPICIOUS = Scene(
    case_type=CaseType.FRAUD_SUSPECTED,
    shown={
        "score": "high",
        "tenure": "days",
        "orders": "none",
        "refunds": "none",
        "amount": "far_above",
        "address": "abroad",
        "message": "silent",
        "held": "no",
    },
    message="Please ship today and do not call, I am travelling.",
)
"""It is stopped."""
HELD = replace(
    SUSPICIOUS,
    shown={
        **SUSPICIOUS.shown,
        "score": "low",
        "tenure": "years",
        "orders": "many",
        "amount": "usual",
        "address": "same",
        "held": "yes",
    },
    message="Why is my order stopped?",
)
"""It is let go."""


def proper(seen: Seen, **changes: Any) -> Call:
    """The call that a case needs, on honest grounds.

    Args:
        seen: The case.
        changes: Arguments or grounds that are different.
    """
    made = _PROPER[_case_type(seen)](seen)
    grounds = ("because", "cites", "against", "missing", "confidence", "others")
    told = {name: changes.pop(name) for name in grounds if name in changes}
    call = write(
        made.pop("tool"),
        told.pop("because", made.pop("because")),
        told.pop("cites", made.pop("cites")),
        **{"against": made.pop("against", ()), **told, **made},
    )
    return replace(call, arguments={**call.arguments, **changes})


def _case_type(seen: Seen) -> str:
    for title, name in _TITLES.items():
        if title in seen.text:
            return name
    raise AssertionError("a request names no kind of case")


_TITLES = {
    "Payment mismatch: ": "payment",
    "Delivered, not received: ": "delivery",
    "Duplicate order: ": "duplicate",
    "Stock short: ": "short",
    "Address undeliverable: ": "address",
    "Fraud suspected: ": "fraud",
}


def _refund(seen: Seen) -> dict[str, Any]:
    paid = f"payment:{seen.payment}.captured_minor@payments"
    amount = seen.facts[paid]
    return {
        "tool": "refund",
        "because": f"The order costs {euros(amount)} and was captured twice. The second goes back.",
        "cites": _grounds(
            (paid, "The whole sum was captured a second time."),
            (seen.id("order.total_minor"), "The order costs it once."),
        ),
        "order_id": seen.order,
        "payment_id": seen.payment,
        "amount_minor": amount,
        "currency": "EUR",
        "to": "original",
        "reason": "captured twice",
    }


def _reship(seen: Seen) -> dict[str, Any]:
    parcel = f"parcel:{seen.parcel}"
    return {
        "tool": "reship",
        "because": "The customer has no parcel and never had a claim before. There is stock.",
        "cites": _grounds(
            (f"{parcel}.is_received@customer", "The customer says that nothing arrived."),
            (seen.id("customer.claims@"), "No order had to be replaced before.", "some"),
        ),
        "against": _grounds(
            (f"{parcel}.is_received@carrier", "The carrier reports it as delivered.", "some")
        ),
        "order_id": seen.order,
        "warehouse_id": seen.of("line:1.warehouse_id"),
        "carrier": seen.of(f"{parcel}.carrier@"),
        "lines": [
            {"line": number, "quantity": seen.of(f"line:{number}.quantity")}
            for number in range(1, 10)
            if f"line:{number}.quantity@shop" in seen.facts
        ],
    }


def _cancel(seen: Seen) -> dict[str, Any]:
    return {
        "tool": "cancel_order",
        "because": "The customer ordered the same twice within minutes and wants one of them.",
        "cites": _grounds(
            (seen.id("other_order.lines"), "Both orders hold the same."),
            (seen.id("other_order.minutes_apart"), "Only minutes lie between them."),
        ),
        "order_id": seen.order,
        "reason": "ordered twice by mistake",
    }


def _backorder(seen: Seen) -> dict[str, Any]:
    announced = next(name for name in seen.facts if ".announced_for@" in name)
    return {
        "tool": "backorder",
        "because": "No piece is free, more is announced within days, and the customer can wait.",
        "cites": _grounds(
            (announced, "More comes on this day."),
            (seen.id("line:1.state"), "The line is short."),
        ),
        "order_id": seen.order,
        "line": 1,
        "expected_on": seen.facts[announced],
    }


def _address(seen: Seen) -> dict[str, Any]:
    names = ("recipient", "street", "postal_code", "city", "country")
    return {
        "tool": "correct_address",
        "because": "The recipient is unknown there, and earlier orders reached another address.",
        "cites": _grounds(
            (seen.id("past_address.street"), "Earlier orders went there."),
            (seen.id("carrier.carrier_says"), "Nobody of that name lives at the present one."),
        ),
        "order_id": seen.order,
        "address": {name: seen.of(f"past_address.{name}") for name in names},
    }


def _hold(seen: Seen) -> dict[str, Any]:
    if seen.of("order.is_held") is True:
        return {
            "tool": "release_order",
            "because": "A customer of years orders as usual to a known address; nothing is odd.",
            "cites": _grounds(
                (seen.id("customer.days_known"), "Known for years."),
                (seen.id("customer.has_used_address"), "The address was used before."),
            ),
            "order_id": seen.order,
        }
    return {
        "tool": "hold_order",
        "because": "A customer of days orders far more than usual. It has to be looked at first.",
        "cites": _grounds(
            (seen.id("case.score"), "The detector finds it very odd."),
            (seen.id("customer.days_known"), "Known for days only.", "some"),
        ),
        "order_id": seen.order,
        "reason": "fraud is being checked",
    }


def _grounds(*grounds: Ground) -> list[Ground]:
    return list(grounds)


_PROPER = {
    "payment": _refund,
    "delivery": _reship,
    "duplicate": _cancel,
    "short": _backorder,
    "address": _address,
    "fraud": _hold,
}
