"""Delivered, not received: the carrier says one thing and the customer another."""

from __future__ import annotations

from types import MappingProxyType

from engine.desks.orders.playbook.looking import graded
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
from engine.desks.orders.sources import CARRIER, CUSTOMER, CUSTOMER_FILE
from engine.desks.orders.words import CaseType, Resolution


def _parcel(view: View) -> str:
    """The parcel that was delivered last."""
    delivered = [
        one for one in view.entities("parcel") if view.text(one, "state", CARRIER) == "DELIVERED"
    ]
    return delivered[-1] if delivered else "parcel"


def _scan(view: View) -> Seen:
    parcel = _parcel(view)
    if view.value(parcel, "is_in_another_city", CARRIER) is True:
        return Seen(value="wrong_city", fact=f"{parcel}.is_in_another_city@{CARRIER}")
    for entity, attribute in ((parcel, "handed_over"), (CARRIER, "carrier_says")):
        found = view.fact(entity, attribute, CARRIER)
        if found is not None and found.value in ("safe_place", "neighbour", "signature"):
            return Seen(value=str(found.value), fact=found.id)
    return Seen(value="plain", fact=f"{parcel}.state@{CARRIER}")


def _message(view: View) -> Seen:
    parcel = _parcel(view)
    sayings = (
        (parcel, "is_received", True, "found_it"),
        (CUSTOMER, "is_received", True, "found_it"),
        (CUSTOMER, "is_with_neighbour", False, "neighbour_has_none"),
        (parcel, "is_received", False, "nothing_arrived"),
        (CUSTOMER, "is_received", False, "nothing_arrived"),
    )
    for entity, attribute, value, name in sayings:
        found = view.fact(entity, attribute, CUSTOMER)
        if found is not None and found.value is value:
            return Seen(value=name, fact=found.id)
    return Seen(value=SILENT, fact=f"text.customer_message@{CUSTOMER}")


SIGNS = (
    Sign(
        name="scan",
        values={
            "safe_place": "The carrier left it in a safe place.",
            "neighbour": "The carrier gave it to a neighbour.",
            "signature": "The carrier has a signature.",
            "wrong_city": "The carrier delivered it in another city.",
            "plain": "The carrier says delivered, and not how.",
        },
        look=_scan,
    ),
    Sign(
        name="message",
        values={
            "nothing_arrived": "The customer says that nothing arrived.",
            "neighbour_has_none": "The customer says that no neighbour has it.",
            "found_it": "The customer has found it.",
            SILENT: "The customer says nothing of where it is.",
        },
        look=_message,
    ),
    Sign(
        name="claims",
        values={
            "none": "The customer never had a parcel replaced or refunded.",
            "one": "The customer had one order replaced or refunded before.",
            "several": "The customer had several orders replaced or refunded before.",
        },
        look=graded("customer", "claims", CUSTOMER_FILE, ((0, "none"), (1, "one")), "several"),
    ),
)

_MISSES_IT = {"nothing_arrived": USUALLY, "neighbour_has_none": RARELY, SILENT: RARELY}
_HONEST = {"none": USUALLY, "one": SOMETIMES, "several": RARELY}
_IS_GONE = MappingProxyType(
    {
        Resolution.REFUND: Cost(minor=400, share=0.12),
        Resolution.ASK_CUSTOMER: Cost(minor=1_200, share=0.15),
    }
)
"""Where the parcel is gone, money in its place costs the margin, and who is asked to go and look
once more often does not come back."""

MODEL = CaseModel(
    case_type=CaseType.DELIVERED_NOT_RECEIVED,
    signs=SIGNS,
    causes=(
        Cause(
            name="stolen",
            title="it was taken from where it was left",
            resolution=Resolution.RESHIP,
            share=0.33,
            shows={
                "scan": {"safe_place": USUALLY, "plain": SOMETIMES, "neighbour": RARELY},
                "message": _MISSES_IT,
                "claims": _HONEST,
            },
            harm=_IS_GONE,
        ),
        Cause(
            name="misrouted",
            title="it was delivered in the wrong place",
            resolution=Resolution.RESHIP,
            share=0.14,
            shows={
                "scan": {"wrong_city": USUALLY, "plain": SOMETIMES},
                "message": _MISSES_IT,
                "claims": _HONEST,
            },
            harm=_IS_GONE,
        ),
        Cause(
            name="lost_at_neighbour",
            title="the neighbour does not have it",
            resolution=Resolution.RESHIP,
            share=0.12,
            shows={
                "scan": {"neighbour": USUALLY, "plain": RARELY},
                "message": {"neighbour_has_none": USUALLY, "nothing_arrived": SOMETIMES},
                "claims": _HONEST,
            },
            harm=_IS_GONE,
        ),
        Cause(
            name="with_neighbour",
            title="it lies with a neighbour",
            resolution=Resolution.ASK_CUSTOMER,
            share=0.15,
            shows={
                "scan": {"neighbour": USUALLY, "plain": RARELY},
                "message": {"nothing_arrived": USUALLY, SILENT: SOMETIMES, "found_it": RARELY},
                "claims": _HONEST,
            },
        ),
        Cause(
            name="turned_up",
            title="it has turned up",
            resolution=Resolution.ASK_CUSTOMER,
            share=0.12,
            shows={
                "scan": {"safe_place": OFTEN, "neighbour": OFTEN, "plain": SOMETIMES},
                "message": {"found_it": USUALLY, SILENT: RARELY},
                "claims": _HONEST,
            },
        ),
        Cause(
            name="false_claim",
            title="the claim may not be true",
            resolution=Resolution.ASK_CUSTOMER,
            share=0.14,
            shows={
                "scan": {"signature": USUALLY, "safe_place": RARELY, "plain": RARELY},
                "message": _MISSES_IT,
                "claims": {"several": USUALLY, "one": SOMETIMES, "none": RARELY},
            },
        ),
    ),
    offers=(Resolution.RESHIP, Resolution.REFUND, Resolution.ASK_CUSTOMER),
)
