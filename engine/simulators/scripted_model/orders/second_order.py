"""Second order: whether an order was meant that is much like another one."""

from __future__ import annotations

from engine.simulators.scripted_model.leaning import ASK, Rule
from engine.simulators.scripted_model.orders.looks import MESSAGE
from engine.simulators.scripted_model.sight import Sight

_ALIKE = ("other_order.lines@customer_file", "other_order.minutes_apart@customer_file")
_SECOND = "customer.is_second_meant@customer"
_HOUR_MIN = 60
_DAY_MIN = 24 * 60


def _apart(sight: Sight) -> int:
    return sight.number("other_order.minutes_apart@customer_file")


def _lines(sight: Sight) -> str:
    return sight.text("other_order.lines@customer_file")


def _has_left(sight: Sight) -> bool:
    return sight.text("order.status@shop") not in ("", "PLACED")


def _is_in_two_minds(sight: Sight) -> bool:
    text = sight.text(MESSAGE).casefold()
    return "gift" in text and "mistake" in text


DUPLICATE_ORDER = (
    Rule(
        when=_has_left,
        cause="too_late",
        does=ASK,
        sure=0.78,
        because="A part of the order has left and cannot be stopped; the customer has to be asked.",
        cites=("order.status@shop", *_ALIKE),
        against=(_SECOND,),
        rival="gift",
    ),
    Rule(
        when=_is_in_two_minds,
        cause="changed_mind",
        does=ASK,
        sure=0.6,
        because="The customer calls the second order both meant and a mistake.",
        cites=(MESSAGE, *_ALIKE),
        rival="gift",
    ),
    Rule(
        when=lambda see: see.value(_SECOND) is True,
        cause="gift",
        does="release",
        sure=0.86,
        because="The customer says that the second order is meant.",
        cites=(_SECOND, "other_order.has_same_address@customer_file"),
        against=_ALIKE,
        rival="buys_again",
    ),
    Rule(
        when=lambda see: see.value(_SECOND) is False,
        cause="double_click",
        does="cancel",
        sure=0.86,
        because="The customer says that the second order was a mistake, and it has not left.",
        cites=(_SECOND, *_ALIKE),
        against=("other_order.has_same_address@customer_file",),
        rival="tried_again",
    ),
    Rule(
        when=lambda see: see.value("other_order.has_same_address@customer_file") is False,
        cause="gift",
        does="release",
        sure=0.68,
        because="The two orders go to different addresses, as gifts do.",
        cites=("other_order.has_same_address@customer_file", *_ALIKE),
        rival="changed_mind",
    ),
    Rule(
        when=lambda see: (
            _apart(see) > _DAY_MIN or see.number("customer.same_ordered_before@customer_file") >= 2
        ),
        cause="buys_again",
        does="release",
        sure=0.7,
        because="The orders lie far apart, or the customer buys this again and again.",
        cites=(*_ALIKE, "customer.same_ordered_before@customer_file"),
        rival="tried_again",
    ),
    Rule(
        when=lambda see: _lines(see) in ("quantities_differ", "different"),
        cause="changed_mind",
        does=ASK,
        sure=0.68,
        because="The orders are not the same, so the second may be meant in place of the first.",
        cites=_ALIKE,
        rival="gift",
    ),
    Rule(
        when=lambda see: _lines(see) == "same" and _apart(see) <= _HOUR_MIN,
        cause="double_click",
        does="cancel",
        sure=0.76,
        because="The same articles in the same quantities, minutes apart, to the same address.",
        cites=(*_ALIKE, "other_order.has_same_address@customer_file"),
        against=("customer.same_ordered_before@customer_file",),
        rival="tried_again",
    ),
    Rule(
        when=lambda see: _lines(see) == "same",
        cause="tried_again",
        does="cancel",
        sure=0.58,
        because="The same articles in the same quantities, within a day.",
        cites=_ALIKE,
        against=("customer.same_ordered_before@customer_file",),
        rival="buys_again",
    ),
)
