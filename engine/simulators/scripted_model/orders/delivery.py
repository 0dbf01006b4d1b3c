"""Delivery: where a parcel is that counts as delivered."""

from __future__ import annotations

from engine.simulators.scripted_model.leaning import ASK, Rule
from engine.simulators.scripted_model.orders.looks import MESSAGE, NOTICE, carrier_says
from engine.simulators.scripted_model.sight import Sight


def _is_found(sight: Sight) -> bool:
    return True in sight.values("*.is_received@customer")


def _misses(sight: Sight) -> bool:
    return False in sight.values("*.is_received@customer")


_CLAIMS = "customer.claims@customer_file"
_HANDED = ("parcel:*.handed_over@carrier", *NOTICE)
_MISSED = ("*.is_received@customer", MESSAGE)

DELIVERED_NOT_RECEIVED = (
    Rule(
        when=_is_found,
        cause="turned_up",
        does=ASK,
        sure=0.85,
        because="The customer has found it; nothing is sent or paid before that is cleared up.",
        cites=("*.is_received@customer", MESSAGE),
        rival="with_neighbour",
    ),
    Rule(
        when=lambda see: see.number(_CLAIMS) >= 2 or carrier_says("signature", see),
        cause="false_claim",
        does=ASK,
        sure=0.68,
        because="There is a signature or a history of claims, so nobody can tell who is right.",
        cites=(_CLAIMS, *_HANDED),
        against=_MISSED,
        rival="stolen",
    ),
    Rule(
        when=lambda see: True in see.values("parcel:*.is_in_another_city@carrier"),
        cause="misrouted",
        does="reship",
        sure=0.85,
        because="The carrier delivered it in another city.",
        cites=("parcel:*.is_in_another_city@carrier", "parcel:*.place@carrier"),
        against=(_CLAIMS,),
        rival="stolen",
    ),
    Rule(
        when=lambda see: see.value("customer.is_with_neighbour@customer") is False,
        cause="lost_at_neighbour",
        does="reship",
        sure=0.75,
        because="The customer has asked, and no neighbour has it.",
        cites=("customer.is_with_neighbour@customer", *_HANDED),
        against=(_CLAIMS,),
        rival="with_neighbour",
    ),
    Rule(
        when=lambda see: carrier_says("neighbour", see),
        cause="with_neighbour",
        does=ASK,
        sure=0.72,
        because="The carrier gave it to a neighbour, and nobody has asked there yet.",
        cites=_HANDED,
        against=_MISSED,
        rival="lost_at_neighbour",
    ),
    Rule(
        when=lambda see: carrier_says("safe_place", see) and _misses(see),
        cause="stolen",
        does="reship",
        sure=0.78,
        because="It was left outside, and the customer does not have it.",
        cites=(*_HANDED, *_MISSED),
        against=(_CLAIMS,),
        rival="turned_up",
    ),
    Rule(
        when=lambda see: _misses(see) and see.number(_CLAIMS) == 0,
        cause="stolen",
        does="reship",
        sure=0.6,
        because="The customer misses it and never claimed before.",
        cites=(*_MISSED, _CLAIMS),
        against=("parcel:*.state@carrier",),
        rival="misrouted",
    ),
)
