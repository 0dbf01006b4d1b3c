"""Suspicion: whether an order is fraud."""

from __future__ import annotations

from engine.simulators.scripted_model.leaning import ASK, Rule
from engine.simulators.scripted_model.orders.looks import speaks_to_software
from engine.simulators.scripted_model.sight import Sight

_SCORE = "case.score@intake"
_KNOWN = ("customer.days_known@customer_file", "customer.past_orders@customer_file")
_NEW_DAYS = 30
_HIGH, _LOW = 0.7, 0.4


def _score(sight: Sight) -> float:
    value = sight.value(_SCORE)
    return float(value) if isinstance(value, int | float) else 0.5


def _is_new(sight: Sight) -> bool:
    return sight.number(_KNOWN[0]) <= _NEW_DAYS and sight.number(_KNOWN[1]) == 0


FRAUD_SUSPECTED = (
    Rule(
        when=lambda see: see.value("customer.denies_order@customer") is True,
        cause="account_taken",
        does="hold",
        sure=0.8,
        because="The customer says that somebody else placed the order.",
        cites=("customer.denies_order@customer", _SCORE),
        against=_KNOWN,
        rival="stolen_card",
    ),
    Rule(
        when=lambda see: _score(see) >= _HIGH and _is_new(see),
        cause="stolen_card",
        does="cancel",
        sure=0.8,
        because="The customer is new by days, never ordered before, and the score is high.",
        cites=(_SCORE, *_KNOWN, "customer.presses@customer"),
        against=("customer.explains_order@customer",),
        rival="new_customer",
    ),
    Rule(
        when=lambda see: _score(see) >= _HIGH,
        cause="account_taken",
        does="hold",
        sure=0.66,
        because="A known customer, and a high score: somebody else may use the account.",
        cites=(_SCORE, "customer.has_used_address@customer_file"),
        against=_KNOWN,
        rival="large_order",
    ),
    Rule(
        when=lambda see: (
            see.value("customer.explains_order@customer") is True
            and not speaks_to_software(see)
            and not _is_new(see)
        ),
        cause="gift",
        does="release",
        sure=0.8,
        because="A known customer explains the order, and the score is not high.",
        cites=("customer.explains_order@customer", *_KNOWN),
        against=(_SCORE,),
        rival="large_order",
    ),
    Rule(
        when=lambda see: see.number("customer.refunded_orders@customer_file") >= 2,
        cause="sends_much_back",
        does=ASK,
        sure=0.62,
        because="Several earlier orders went back.",
        cites=("customer.refunded_orders@customer_file", *_KNOWN),
        against=(_SCORE,),
        rival="large_order",
    ),
    Rule(
        when=_is_new,
        cause="new_customer",
        does=ASK,
        sure=0.68,
        because="The customer is new, and the score is not high.",
        cites=(*_KNOWN, _SCORE),
        rival="stolen_card",
    ),
    Rule(
        when=lambda see: _score(see) < _LOW,
        cause="large_order",
        does="release",
        sure=0.74,
        because="The customer is known, and the score is low.",
        cites=(_SCORE, *_KNOWN),
        against=("customer.is_abroad@customer_file",),
        rival="gift",
    ),
)
