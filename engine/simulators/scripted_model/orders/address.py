"""Address: why a parcel could not be delivered."""

from __future__ import annotations

from engine.simulators.scripted_model.leaning import ASK, Rule
from engine.simulators.scripted_model.orders.looks import (
    MESSAGE,
    NOTICE,
    carrier_says,
    speaks_to_software,
)
from engine.simulators.scripted_model.sight import Sight


def _is_incomplete(sight: Sight) -> bool:
    return sight.value("address.has_house_number@shop") is False


def _gives_address(sight: Sight) -> bool:
    names = ("street", "postal_code", "city", "country")
    told = all(sight.text(f"new_address.{name}@customer") for name in names)
    return told and not speaks_to_software(sight)


ADDRESS_UNDELIVERABLE = (
    Rule(
        when=lambda see: "DELIVERED" in see.values("parcel:*.state@carrier"),
        cause="carrier_at_fault",
        does="",
        sure=0.8,
        because="The carrier got through after all: the parcel counts as delivered now.",
        cites=("parcel:*.state@carrier",),
        against=("text.carrier_notice@carrier",),
    ),
    Rule(
        when=lambda see: carrier_says("refused", see),
        cause="refused",
        does="refund",
        sure=0.82,
        because="The carrier says that the parcel was refused, so the customer does not want it.",
        cites=NOTICE,
        against=(MESSAGE,),
        rival="no_access",
    ),
    Rule(
        when=_gives_address,
        cause="moved",
        does="correct_address",
        sure=0.86,
        because="The customer gives another address, and it is complete.",
        cites=("new_address.*@customer",),
        against=("customer.address_history@customer_file",),
        rival="incomplete",
    ),
    Rule(
        when=lambda see: see.value("address.is_address_right@customer") is True,
        cause="carrier_at_fault",
        does="reship",
        sure=0.72,
        because="The customer says that the address is right, so the carrier may not have looked.",
        cites=("address.is_address_right@customer", "customer.has_used_address@customer_file"),
        against=("carrier.carrier_says@carrier",),
        rival="incomplete_unknown",
    ),
    Rule(
        when=lambda see: carrier_says("access_blocked", see),
        cause="no_access",
        does=ASK,
        sure=0.78,
        because="Nobody could get to the door; only the customer knows when somebody can.",
        cites=NOTICE,
        rival="carrier_at_fault",
    ),
    Rule(
        when=lambda see: (
            _is_incomplete(see) and bool(see.text("past_address.street@customer_file"))
        ),
        cause="incomplete",
        does="correct_address",
        sure=0.7,
        because="The street has no house number, and the customer's earlier orders had one.",
        cites=("address.has_house_number@shop", "past_address.*@customer_file"),
        against=(MESSAGE,),
        rival="incomplete_unknown",
    ),
    Rule(
        when=_is_incomplete,
        cause="incomplete_unknown",
        does=ASK,
        sure=0.8,
        because="The street has no house number, and nobody but the customer knows the rest.",
        cites=("address.has_house_number@shop", "address.street@shop"),
        rival="incomplete",
    ),
    Rule(
        when=lambda see: carrier_says("recipient_unknown", see),
        cause="moved",
        does=ASK,
        sure=0.55,
        because="Nobody of that name is there any more, and no other address is known.",
        cites=NOTICE,
        against=("customer.has_used_address@customer_file",),
        rival="carrier_at_fault",
    ),
)
