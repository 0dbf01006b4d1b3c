"""Payment: why what was taken is not what the order costs."""

from __future__ import annotations

from engine.simulators.scripted_model.leaning import ASK, Rule
from engine.simulators.scripted_model.orders.looks import HELD, is_held
from engine.simulators.scripted_model.orders.sums import (
    captured_minor,
    excess_minor,
    kept_minor,
    payments,
    total_minor,
)
from engine.simulators.scripted_model.sight import Sight

_SUMS = ("order.total_minor@shop", "payment:*.captured_minor@payments")
_BACK = ("payment:*.refunded_minor@payments", *_SUMS)
_CLAIM = ("customer.claims_double@customer", "detector.detector_says@detector")


def _is_even(sight: Sight) -> bool:
    has_all = captured_minor(sight) > 0 or sight.number("order.authorised_minor@shop") > 0
    return has_all and (excess_minor(sight) == 0 or kept_minor(sight) == captured_minor(sight) == 0)


PAYMENT_MISMATCH = (
    Rule(
        when=lambda see: excess_minor(see) > 0 and captured_minor(see) >= 2 * total_minor(see),
        cause="captured_twice",
        does="refund",
        sure=0.9,
        because="It was captured twice, and what is too much has not gone back.",
        cites=(*_SUMS, "detector.detector_says@detector"),
        against=(HELD,),
        rival="price_changed",
    ),
    Rule(
        when=lambda see: excess_minor(see) > 0,
        cause="price_changed",
        does="refund",
        sure=0.8,
        because="More was captured than the order costs, and it has not gone back.",
        cites=_SUMS,
        against=(HELD,),
        rival="captured_twice",
    ),
    Rule(
        when=lambda see: _is_even(see) and captured_minor(see) > total_minor(see) and is_held(see),
        cause="refunded_before",
        does="release",
        sure=0.82,
        because="What was too much went back already, and the order is still held.",
        cites=(*_BACK, HELD),
        against=_CLAIM,
        rival="late_report",
    ),
    Rule(
        when=lambda see: _is_even(see) and is_held(see),
        cause="late_report",
        does="release",
        sure=0.76,
        because="The sums are right by now, and the order is still held.",
        cites=(*_SUMS, HELD),
        against=_CLAIM,
        rival="card_testing",
    ),
    Rule(
        when=lambda see: excess_minor(see) < 0 and len(tuple(payments(see))) >= 3,
        cause="card_testing",
        does="hold",
        sure=0.62,
        because="There are several payments and together they are too little, as from tried cards.",
        cites=("payment:*.state@payments", *_SUMS),
        rival="paid_too_little",
    ),
    Rule(
        when=lambda see: 0 < captured_minor(see) < total_minor(see),
        cause="paid_too_little",
        does=ASK,
        sure=0.76,
        because="Less was captured than the order costs.",
        cites=_SUMS,
        against=_CLAIM,
        rival="card_testing",
    ),
)
