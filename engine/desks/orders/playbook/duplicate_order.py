"""Duplicate order: two orders of one customer are much alike."""

from __future__ import annotations

from engine.desks.orders.playbook.looking import HELD_WORDS, first_said, graded, held, told
from engine.desks.orders.playbook.model import (
    OFTEN,
    RARELY,
    SILENT,
    SOMETIMES,
    USUALLY,
    CaseModel,
    Cause,
    Seen,
    Sign,
)
from engine.desks.orders.playbook.view import View
from engine.desks.orders.sources import CUSTOMER, CUSTOMER_FILE
from engine.desks.orders.words import CaseType, Resolution

OFTEN_REORDERS = 2
"""Earlier orders of the same article, from which on somebody counts as buying it regularly."""


def _address(view: View) -> Seen:
    value = view.value("other_order", "has_same_address", CUSTOMER_FILE)
    name = "other" if value is False else "same"
    return Seen(value=name, fact=f"other_order.has_same_address@{CUSTOMER_FILE}")


def _status(view: View) -> Seen:
    is_here = view.text("order", "status") == "PLACED"
    return Seen(value="placed" if is_here else "shipped", fact="order.status@shop")


SIGNS = (
    Sign(
        name="lines",
        values={
            "same": "Both orders have the same articles and quantities.",
            "quantities_differ": "Both orders have the same articles in other quantities.",
            "different": "The orders have different articles.",
            SILENT: "The other order is not known.",
        },
        look=told("other_order", "lines", CUSTOMER_FILE, "same", "quantities_differ", "different"),
    ),
    Sign(
        name="gap",
        values={
            "minutes": "The orders are minutes apart.",
            "hours": "The orders are hours apart.",
            "days": "The orders are days apart.",
        },
        look=graded(
            "other_order",
            "minutes_apart",
            CUSTOMER_FILE,
            ((60, "minutes"), (24 * 60, "hours")),
            "days",
        ),
    ),
    Sign(
        name="message",
        values={
            "by_mistake": "The customer says that it was a mistake.",
            "meant": "The customer says that both are meant.",
            SILENT: "The customer says nothing of the second order.",
        },
        look=first_said(
            CUSTOMER,
            CUSTOMER,
            ("is_second_meant", False, "by_mistake"),
            ("is_second_meant", True, "meant"),
        ),
    ),
    Sign(
        name="address",
        values={
            "same": "Both orders go to the same address.",
            "other": "The orders go to different addresses.",
        },
        look=_address,
    ),
    Sign(
        name="habit",
        values={
            "rarely": "The customer does not buy this regularly.",
            "regularly": "The customer buys this regularly.",
        },
        look=graded(
            "customer",
            "same_ordered_before",
            CUSTOMER_FILE,
            ((OFTEN_REORDERS - 1, "rarely"),),
            "regularly",
        ),
    ),
    Sign(
        name="status",
        values={
            "placed": "The order has not left.",
            "shipped": "A part of the order has left.",
        },
        look=_status,
    ),
    Sign(name="held", values=HELD_WORDS, look=held()),
)

_SAME = {"same": USUALLY, "quantities_differ": RARELY}
_HERE = {"same": USUALLY, "other": RARELY}
_RARELY = {"rarely": USUALLY, "regularly": SOMETIMES}
_PLACED = {"placed": USUALLY}
_EITHER = {"yes": OFTEN, "no": OFTEN}
_STOPPED = {"yes": USUALLY, "no": RARELY}

MODEL = CaseModel(
    case_type=CaseType.DUPLICATE_ORDER,
    signs=SIGNS,
    causes=(
        Cause(
            name="double_click",
            title="the order was sent twice",
            resolution=Resolution.CANCEL,
            share=0.30,
            shows={
                "lines": {"same": USUALLY},
                "gap": {"minutes": USUALLY, "hours": RARELY},
                "message": {SILENT: OFTEN, "by_mistake": OFTEN},
                "address": _HERE,
                "habit": _RARELY,
                "status": _PLACED,
                "held": _EITHER,
            },
        ),
        Cause(
            name="tried_again",
            title="the customer thought the first order had failed",
            resolution=Resolution.CANCEL,
            share=0.16,
            shows={
                "lines": _SAME,
                "gap": {"minutes": OFTEN, "hours": OFTEN, "days": RARELY},
                "message": {"by_mistake": OFTEN, SILENT: OFTEN},
                "address": _HERE,
                "habit": _RARELY,
                "status": _PLACED,
                "held": _EITHER,
            },
        ),
        Cause(
            name="gift",
            title="the second one is a gift",
            resolution=Resolution.RELEASE,
            share=0.18,
            shows={
                "lines": {"same": USUALLY, "quantities_differ": SOMETIMES, "different": SOMETIMES},
                "gap": {"minutes": OFTEN, "hours": OFTEN, "days": SOMETIMES},
                "message": {"meant": USUALLY, SILENT: OFTEN},
                "address": {"other": USUALLY, "same": SOMETIMES},
                "habit": _RARELY,
                "status": _PLACED,
                "held": _STOPPED,
            },
        ),
        Cause(
            name="buys_again",
            title="the customer buys this again and again",
            resolution=Resolution.RELEASE,
            share=0.15,
            shows={
                "lines": {"same": USUALLY, "quantities_differ": SOMETIMES, "different": RARELY},
                "gap": {"days": USUALLY, "hours": SOMETIMES},
                "message": {SILENT: USUALLY, "meant": SOMETIMES},
                "address": _HERE,
                "habit": {"regularly": USUALLY, "rarely": SOMETIMES},
                "status": _PLACED,
                "held": _STOPPED,
            },
        ),
        Cause(
            name="changed_mind",
            title="the second order may be meant in place of the first",
            resolution=Resolution.ASK_CUSTOMER,
            share=0.12,
            shows={
                "lines": {"quantities_differ": USUALLY, "different": SOMETIMES, "same": RARELY},
                "gap": {"minutes": OFTEN, "hours": OFTEN, "days": SOMETIMES},
                "message": {SILENT: USUALLY, "by_mistake": SOMETIMES},
                "address": _HERE,
                "habit": _RARELY,
                "status": _PLACED,
                "held": _EITHER,
            },
        ),
        Cause(
            name="too_late",
            title="it was a mistake, and the parcel has left",
            resolution=Resolution.ASK_CUSTOMER,
            share=0.09,
            shows={
                "lines": _SAME,
                "gap": {"minutes": OFTEN, "hours": OFTEN, "days": SOMETIMES},
                "message": {"by_mistake": USUALLY, SILENT: SOMETIMES},
                "address": _HERE,
                "habit": _RARELY,
                "status": {"shipped": USUALLY},
                "held": {"no": USUALLY},
            },
        ),
    ),
    offers=(Resolution.CANCEL, Resolution.RELEASE, Resolution.ASK_CUSTOMER),
)
