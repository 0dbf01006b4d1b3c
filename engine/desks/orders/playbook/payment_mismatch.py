"""Payment mismatch: what was taken is not what the order costs."""

from __future__ import annotations

from types import MappingProxyType

from engine.desks.orders.playbook.looking import HELD_WORDS, first_said, held, told
from engine.desks.orders.playbook.model import (
    OFTEN,
    RARELY,
    SILENT,
    SOMETIMES,
    USUALLY,
    CaseModel,
    Cause,
    Cost,
    Seen,
    Sign,
)
from engine.desks.orders.playbook.view import View
from engine.desks.orders.sources import CUSTOMER, DETECTOR
from engine.desks.orders.words import CaseType, Resolution

_CAPTURED = "order.captured_minor@shop"
_REFUNDED = "order.refunded_minor@shop"


def _sums(view: View) -> Seen:
    total, captured = view.amount_minor, view.number("order", "captured_minor")
    if captured == 0 and view.number("order", "authorised_minor") == total:
        return Seen(value="equal", fact="order.authorised_minor@shop")
    if total > 0 and captured >= 2 * total:
        return Seen(value="twice", fact=_CAPTURED)
    if captured == total:
        return Seen(value="equal", fact=_CAPTURED)
    return Seen(value="over" if captured > total else "under", fact=_CAPTURED)


def _refunded(view: View) -> Seen:
    excess = view.number("order", "captured_minor") - view.amount_minor
    is_back = excess > 0 and view.number("order", "refunded_minor") >= excess
    return Seen(value="the_excess" if is_back else "not_yet", fact=_REFUNDED)


SIGNS = (
    Sign(
        name="sums",
        values={
            "twice": "Twice what the order costs was captured.",
            "over": "More than the order costs was captured.",
            "under": "Less than the order costs was captured.",
            "equal": "What was captured is what the order costs.",
        },
        look=_sums,
    ),
    Sign(
        name="refunded",
        values={
            "the_excess": "What was captured beyond the total is refunded already.",
            "not_yet": "Nothing captured beyond the total was refunded.",
        },
        look=_refunded,
    ),
    Sign(
        name="note",
        values={
            "captured_twice": "The detector says that it was captured twice.",
            "difference": "The detector says that the sums differ.",
            SILENT: "The detector gives no reason.",
        },
        look=told(DETECTOR, "detector_says", DETECTOR, "captured_twice", "difference"),
    ),
    Sign(
        name="message",
        values={
            "claims_twice": "The customer says that it was charged twice.",
            "claims_amount": "The customer names a sum that was charged.",
            SILENT: "The customer says nothing of the payment.",
        },
        look=first_said(
            CUSTOMER,
            CUSTOMER,
            ("claims_double", True, "claims_twice"),
            ("claimed_minor", None, "claims_amount"),
        ),
    ),
    Sign(name="held", values=HELD_WORDS, look=held()),
)

_EITHER = {"yes": OFTEN, "no": OFTEN}
_QUIET = {SILENT: USUALLY, "claims_amount": RARELY, "claims_twice": RARELY}
_NOT_YET = {"not_yet": USUALLY}
_EXCESS_COSTS_TRUST = MappingProxyType({Resolution.ASK_CUSTOMER: Cost(minor=900, share=0.06)})
"""A question where the money simply has to go back."""
_EXCESS_IS_THERE = MappingProxyType({Resolution.REFUND: Cost(minor=300, share=0.15)})
"""What goes back was captured beyond the total whatever the cause; at worst it is asked for."""

MODEL = CaseModel(
    case_type=CaseType.PAYMENT_MISMATCH,
    signs=SIGNS,
    causes=(
        Cause(
            name="captured_twice",
            title="it was captured twice",
            resolution=Resolution.REFUND,
            share=0.28,
            shows={
                "sums": {"twice": USUALLY},
                "refunded": _NOT_YET,
                "note": {"captured_twice": USUALLY, SILENT: SOMETIMES, "difference": RARELY},
                "message": {SILENT: OFTEN, "claims_twice": OFTEN, "claims_amount": RARELY},
                "held": _EITHER,
            },
            harm=_EXCESS_COSTS_TRUST,
        ),
        Cause(
            name="price_changed",
            title="the price fell after the payment",
            resolution=Resolution.REFUND,
            share=0.20,
            shows={
                "sums": {"over": USUALLY},
                "refunded": _NOT_YET,
                "note": {"difference": USUALLY, SILENT: SOMETIMES},
                "message": {SILENT: OFTEN, "claims_amount": OFTEN},
                "held": _EITHER,
            },
            harm=_EXCESS_COSTS_TRUST,
        ),
        Cause(
            name="paid_too_little",
            title="too little was captured",
            resolution=Resolution.ASK_CUSTOMER,
            share=0.18,
            shows={
                "sums": {"under": USUALLY},
                "refunded": _NOT_YET,
                "note": {"difference": USUALLY, SILENT: SOMETIMES},
                "message": {SILENT: USUALLY, "claims_amount": SOMETIMES},
                "held": _EITHER,
            },
        ),
        Cause(
            name="late_report",
            title="a report came late, and the sums are right",
            resolution=Resolution.RELEASE,
            share=0.14,
            shows={
                "sums": {"equal": USUALLY, "over": RARELY, "under": RARELY},
                "refunded": _NOT_YET,
                "note": {"difference": OFTEN, "captured_twice": SOMETIMES, SILENT: SOMETIMES},
                "message": _QUIET,
                "held": {"yes": USUALLY, "no": RARELY},
            },
            harm=_EXCESS_IS_THERE,
        ),
        Cause(
            name="refunded_before",
            title="the excess went back already",
            resolution=Resolution.RELEASE,
            share=0.10,
            shows={
                "sums": {"twice": OFTEN, "over": OFTEN},
                "refunded": {"the_excess": USUALLY},
                "note": {"captured_twice": OFTEN, "difference": OFTEN, SILENT: RARELY},
                "message": {SILENT: USUALLY, "claims_twice": SOMETIMES},
                "held": {"yes": USUALLY, "no": RARELY},
            },
        ),
        Cause(
            name="card_testing",
            title="somebody tries cards",
            resolution=Resolution.HOLD,
            share=0.10,
            shows={
                "sums": {"under": USUALLY, "equal": SOMETIMES, "twice": RARELY},
                "refunded": _NOT_YET,
                "note": {SILENT: USUALLY, "difference": SOMETIMES},
                "message": {SILENT: USUALLY},
                "held": {"no": USUALLY, "yes": RARELY},
            },
            harm=_EXCESS_IS_THERE,
        ),
    ),
    offers=(
        Resolution.REFUND,
        Resolution.ASK_CUSTOMER,
        Resolution.RELEASE,
        Resolution.HOLD,
    ),
)
