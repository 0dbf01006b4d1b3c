"""Stock: what helps a line that has none."""

from __future__ import annotations

from datetime import date, timedelta

from engine.simulators.scripted_model.leaning import ASK, Rule
from engine.simulators.scripted_model.orders.sums import announced_for, is_dearer, short_line
from engine.simulators.scripted_model.sight import Sight


def _line(sight: Sight, attribute: str, source: str = "shop") -> str:
    return sight.text(f"{short_line(sight)}.{attribute}@{source}")


def _own_is_elsewhere(sight: Sight) -> bool:
    own, place = _line(sight, "variant_id"), _line(sight, "allocated_from", "allocation")
    is_own = _line(sight, "allocated_variant", "allocation") == own
    return bool(place) and is_own and place != _line(sight, "warehouse_id")


def _other_is_there(sight: Sight) -> bool:
    variant = _line(sight, "allocated_variant", "allocation")
    wants = sight.value("customer.accepts_substitute@customer")
    is_other = variant not in ("", _line(sight, "variant_id"))
    return is_other and wants is not False and (wants is True or not is_dearer(sight))


def _is_announced(sight: Sight) -> bool:
    return bool(announced_for(sight, _line(sight, "variant_id")))


def _is_soon(sight: Sight) -> bool:
    day = announced_for(sight, _line(sight, "variant_id"))
    return bool(day) and date.fromisoformat(day) - date.fromisoformat(sight.today) <= _SOON


_LINE = ("line:*.state@shop", "line:*.variant_id@shop", "case.short_line@shop")
_ANNOUNCED = ("stock:*.announced_for@stock", "stock:*.announced_quantity@stock")
_SOON = timedelta(days=14)
_ALLOCATED = ("line:*.allocated_variant@allocation", "line:*.allocated_from@allocation")

STOCK_SHORT = (
    Rule(
        when=lambda see: _line(see, "state") not in ("", "SHORT", "BACKORDERED"),
        cause="elsewhere",
        does="",
        sure=0.75,
        because="The line has its pieces by now.",
        cites=_LINE,
    ),
    Rule(
        when=lambda see: see.value("customer.can_wait@customer") is True and _is_announced(see),
        cause="soon_back",
        does="backorder",
        sure=0.84,
        because="More is announced, and the customer can wait for it.",
        cites=("customer.can_wait@customer", *_ANNOUNCED),
        against=("customer.wants_cancel@customer",),
        rival="only_this",
    ),
    Rule(
        when=lambda see: see.value("customer.wants_cancel@customer") is True,
        cause="given_up",
        does="cancel",
        sure=0.85,
        because="The customer asks to cancel.",
        cites=("customer.wants_cancel@customer", *_LINE),
        against=("customer.can_wait@customer", *_ALLOCATED),
        rival="out_of_range",
    ),
    Rule(
        when=lambda see: bool(see.named("stock:*.free@warehouse")),
        cause="miscounted",
        does="backorder",
        sure=0.6,
        because="Shop and warehouse count differently, so no piece can be promised for now.",
        cites=("stock:*.free@warehouse", "stock:*.free@stock"),
        against=_ALLOCATED,
        rival="elsewhere",
    ),
    Rule(
        when=_own_is_elsewhere,
        cause="elsewhere",
        does="substitute",
        sure=0.88,
        because="Another warehouse has it, and the allocation gives it to this line.",
        cites=(*_ALLOCATED, *_LINE),
        against=("customer.wants_cancel@customer",),
        rival="something_like_it",
    ),
    Rule(
        when=_other_is_there,
        cause="something_like_it",
        does="substitute",
        sure=0.74,
        because="Something like it is there at about the same price, and is given to this line.",
        cites=(*_ALLOCATED, "customer.accepts_substitute@customer"),
        against=_ANNOUNCED,
        rival="open_question",
    ),
    Rule(
        when=_is_soon,
        cause="soon_back",
        does="backorder",
        sure=0.74,
        because="More is announced for the next two weeks, and nothing else is given to this line.",
        cites=(*_ANNOUNCED, *_LINE),
        against=("customer.needed_by@customer",),
        rival="only_this",
    ),
    Rule(
        when=_is_announced,
        cause="open_question",
        does=ASK,
        sure=0.6,
        because="More is announced, but not soon; only the customer can say whether to wait.",
        cites=(*_ANNOUNCED, *_LINE),
        against=("customer.accepts_substitute@customer",),
        rival="soon_back",
    ),
    Rule(
        when=lambda see: see.value("customer.accepts_substitute@customer") is False,
        cause="only_this",
        does="backorder",
        sure=0.6,
        because="The customer wants just this article.",
        cites=("customer.accepts_substitute@customer", *_LINE),
        rival="out_of_range",
    ),
    Rule(
        when=lambda see: not see.named("stock:*.price_minor@stock") or not is_dearer(see),
        cause="out_of_range",
        does="cancel",
        sure=0.55,
        because="None is there, none is announced, and nothing like it is given to this line.",
        cites=(*_LINE, "stock:*.free@stock"),
        against=("customer.needed_by@customer",),
        rival="open_question",
    ),
)
