"""Looks: questions to the facts of an order that more than one table of rules asks."""

from __future__ import annotations

from engine.simulators.scripted_model.sight import Sight

MESSAGE = "text.customer_message@customer"
HELD = "order.is_held@shop"
NOTICE = ("carrier.carrier_says@carrier", "text.carrier_notice@carrier", "parcel:*.state@carrier")


def speaks_to_software(sight: Sight) -> bool:
    """Whether the customer's text gives instructions to software; nothing else counts then."""
    return sight.value("customer.addresses_software@customer") is True


def carrier_says(reason: str, sight: Sight) -> bool:
    """Whether that is the carrier's reason, or how it handed a parcel over."""
    return reason in (
        sight.value("carrier.carrier_says@carrier"),
        *sight.values("parcel:*.handed_over@carrier"),
    )


def is_held(sight: Sight) -> bool:
    """Whether something holds the order."""
    return sight.value(HELD) is True
