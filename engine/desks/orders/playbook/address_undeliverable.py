"""Address undeliverable: the carrier could not hand a parcel over."""

from __future__ import annotations

from types import MappingProxyType

from engine.desks.orders.playbook.looking import first_said, told, yes_or_no
from engine.desks.orders.playbook.model import (
    OFTEN,
    RARELY,
    SILENT,
    SOMETIMES,
    USUALLY,
    CaseModel,
    Cause,
    Cost,
    Sign,
)
from engine.desks.orders.sources import CARRIER, CUSTOMER, CUSTOMER_FILE, SHOP
from engine.desks.orders.words import CaseType, Resolution

_message = first_said(
    "new_address", CUSTOMER, ("street", None, "gives_address"), silent="no_address"
)
_right = first_said("address", CUSTOMER, ("is_address_right", True, "says_right"))

SIGNS = (
    Sign(
        name="notice",
        values={
            "recipient_unknown": "The carrier found nobody of that name.",
            "street_not_found": "The carrier did not find the street or the number.",
            "refused": "The recipient refused the parcel.",
            "access_blocked": "The carrier could not get to the door.",
            SILENT: "The carrier gives no reason.",
        },
        look=told(
            "carrier",
            "carrier_says",
            CARRIER,
            "recipient_unknown",
            "street_not_found",
            "refused",
            "access_blocked",
        ),
    ),
    Sign(
        name="message",
        values={
            "gives_address": "The customer gives another address.",
            "says_right": "The customer says that the address is right.",
            SILENT: "The customer says nothing of the address.",
        },
        look=lambda view: (
            found if (found := _message(view)).value == "gives_address" else _right(view)
        ),
    ),
    Sign(
        name="history",
        values={
            "other": "The customer used another address before.",
            "same": "The customer used the same address before.",
            "none": "The customer never ordered before.",
            SILENT: "Nothing is known of earlier addresses.",
        },
        look=told("customer", "address_history", CUSTOMER_FILE, "other", "same", "none"),
    ),
    Sign(
        name="form",
        values={
            "complete": "The street has a house number.",
            "number_missing": "The street has no house number.",
        },
        look=yes_or_no("address", "has_house_number", SHOP, "complete", "number_missing"),
    ),
)

_SPEAKS_OF_IT = {"gives_address": USUALLY, SILENT: SOMETIMES}
_SAYS_NOTHING = {SILENT: USUALLY, "says_right": SOMETIMES}
_KNOWN_HERE = {"same": OFTEN, "none": OFTEN, "other": RARELY}
_COMPLETE = {"complete": USUALLY}
_PARCEL_COMES_BACK = MappingProxyType({Resolution.RESHIP: Cost(minor=900, share=0.05)})
"""A parcel that could not be handed over is not lost: sending another one costs the way."""

MODEL = CaseModel(
    case_type=CaseType.ADDRESS_UNDELIVERABLE,
    signs=SIGNS,
    causes=(
        Cause(
            name="moved",
            title="the customer has moved",
            resolution=Resolution.CORRECT_ADDRESS,
            share=0.25,
            shows={
                "notice": {"recipient_unknown": USUALLY, SILENT: SOMETIMES},
                "message": _SPEAKS_OF_IT,
                "history": {"same": OFTEN, "none": SOMETIMES, "other": SOMETIMES},
                "form": _COMPLETE,
            },
            harm=_PARCEL_COMES_BACK,
        ),
        Cause(
            name="incomplete",
            title="the address is incomplete, and the whole one is known",
            resolution=Resolution.CORRECT_ADDRESS,
            share=0.20,
            shows={
                "notice": {
                    "street_not_found": USUALLY,
                    "recipient_unknown": RARELY,
                    SILENT: RARELY,
                },
                "message": {"gives_address": OFTEN, SILENT: OFTEN, "says_right": RARELY},
                "history": {"other": USUALLY, "none": RARELY, "same": RARELY},
                "form": {"number_missing": USUALLY, "complete": RARELY},
            },
            harm=_PARCEL_COMES_BACK,
        ),
        Cause(
            name="incomplete_unknown",
            title="the address is incomplete, and only the customer knows the rest",
            resolution=Resolution.ASK_CUSTOMER,
            share=0.12,
            shows={
                "notice": {
                    "street_not_found": USUALLY,
                    "recipient_unknown": RARELY,
                    SILENT: RARELY,
                },
                "message": {SILENT: USUALLY, "says_right": RARELY},
                "history": {"none": USUALLY, "same": SOMETIMES},
                "form": {"number_missing": USUALLY, "complete": RARELY},
            },
            harm=_PARCEL_COMES_BACK,
        ),
        Cause(
            name="carrier_at_fault",
            title="the carrier did not look properly",
            resolution=Resolution.RESHIP,
            share=0.18,
            shows={
                "notice": {
                    "street_not_found": OFTEN,
                    "recipient_unknown": SOMETIMES,
                    SILENT: SOMETIMES,
                    "access_blocked": SOMETIMES,
                },
                "message": {"says_right": USUALLY, SILENT: SOMETIMES},
                "history": {"same": USUALLY, "none": SOMETIMES},
                "form": _COMPLETE,
            },
        ),
        Cause(
            name="no_access",
            title="nobody could get to the door",
            resolution=Resolution.ASK_CUSTOMER,
            share=0.14,
            shows={
                "notice": {"access_blocked": USUALLY, SILENT: SOMETIMES},
                "message": _SAYS_NOTHING,
                "history": _KNOWN_HERE,
                "form": _COMPLETE,
            },
            harm=_PARCEL_COMES_BACK,
        ),
        Cause(
            name="refused",
            title="the customer does not want it any more",
            resolution=Resolution.REFUND,
            share=0.11,
            shows={
                "notice": {"refused": USUALLY, SILENT: RARELY},
                "message": _SAYS_NOTHING,
                "history": _KNOWN_HERE,
                "form": _COMPLETE,
            },
            harm=_PARCEL_COMES_BACK,
        ),
    ),
    offers=(
        Resolution.CORRECT_ADDRESS,
        Resolution.ASK_CUSTOMER,
        Resolution.RESHIP,
        Resolution.REFUND,
    ),
)
