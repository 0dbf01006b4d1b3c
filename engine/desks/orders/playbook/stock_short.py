"""Stock short: a line of an order cannot be filled as it stands."""

from __future__ import annotations

from datetime import date, timedelta

from engine.desks.orders.playbook.looking import first_said, told
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
from engine.desks.orders.playbook.plans import announced_for
from engine.desks.orders.playbook.view import View
from engine.desks.orders.sources import CUSTOMER, DETECTOR, STOCK, WAREHOUSE
from engine.desks.orders.words import CaseType, Resolution

SOON = timedelta(days=14)
NEAR_PRICE = 1.15
"""A substitute that costs more than this many times what was paid is a dearer one."""


def _line(view: View) -> str:
    return f"line:{view.number('case', 'short_line')}"


def _elsewhere(view: View) -> Seen:
    line = _line(view)
    variant, quantity = view.text(line, "variant_id"), view.number(line, "quantity")
    own = view.text(line, "warehouse_id")
    for warehouse, free in view.free(variant):
        if free >= quantity > 0 and warehouse != own:
            return Seen(value="enough", fact=f"stock:{variant}@{warehouse}.free@{STOCK}")
    return Seen(value="none", fact=f"{line}.variant_id@shop")


def _feeds(view: View) -> Seen:
    variant = view.text(_line(view), "variant_id")
    for entity in view.entities("stock"):
        name = entity.removeprefix("stock:").rpartition("@")[0]
        counted = view.value(entity, "free", WAREHOUSE)
        if name == variant and isinstance(counted, int):
            is_more = counted > view.number(entity, "free", STOCK)
            fact = f"{entity}.free@{WAREHOUSE}"
            return Seen(value="warehouse_more" if is_more else "warehouse_less", fact=fact)
    return Seen(value="agree", fact=f"{_line(view)}.variant_id@shop")


def _substitute(view: View) -> Seen:
    line = _line(view)
    variant, quantity = view.text(line, "variant_id"), view.number(line, "quantity")
    paid = view.number(line, "unit_price_minor")
    prices: list[tuple[int, str]] = []
    for entity in view.entities("stock"):
        name, _, warehouse = entity.removeprefix("stock:").rpartition("@")
        if name != variant and dict(view.free(name)).get(warehouse, 0) >= quantity > 0:
            prices.append((view.number(entity, "price_minor", STOCK), entity))
    if not prices:
        return Seen(value="none", fact=f"{line}.variant_id@shop")
    price, entity = min(prices)
    value = "near" if price <= NEAR_PRICE * paid else "dearer"
    return Seen(value=value, fact=f"{entity}.price_minor@{STOCK}")


def _announced(view: View) -> Seen:
    variant = view.text(_line(view), "variant_id")
    day = announced_for(view, variant)
    entity = next(
        (
            one
            for one in view.entities("stock")
            if day and view.text(one, "announced_for", STOCK) == day
        ),
        f"stock:{variant}",
    )
    if not day:
        return Seen(value="none", fact=f"{entity}.announced_for@{STOCK}")
    is_soon = date.fromisoformat(day) <= view.today + SOON
    return Seen(value="soon" if is_soon else "late", fact=f"{entity}.announced_for@{STOCK}")


SIGNS = (
    Sign(
        name="note",
        values={
            "pick_failed": "The pieces were not where they should lie.",
            "feeds_disagree": "Shop and warehouse count differently.",
            SILENT: "The detector gives no reason.",
        },
        look=told(DETECTOR, "detector_says", DETECTOR, "pick_failed", "feeds_disagree"),
    ),
    Sign(
        name="elsewhere",
        values={
            "enough": "Another warehouse has enough of it.",
            "none": "No other warehouse has enough of it.",
        },
        look=_elsewhere,
    ),
    Sign(
        name="feeds",
        values={
            "agree": "Both stock feeds agree.",
            "warehouse_more": "The warehouse counts more than the shop.",
            "warehouse_less": "The warehouse counts less than the shop.",
        },
        look=_feeds,
    ),
    Sign(
        name="substitute",
        values={
            "near": "Something like it is there at about the same price.",
            "dearer": "What could stand in for it is clearly dearer.",
            "none": "Nothing that could stand in for it is there.",
        },
        look=_substitute,
    ),
    Sign(
        name="announced",
        values={
            "soon": "More is announced for the next two weeks.",
            "late": "More is announced, but not soon.",
            "none": "No more is announced.",
        },
        look=_announced,
    ),
    Sign(
        name="message",
        values={
            "cancel": "The customer asks to cancel.",
            "no_substitutes": "The customer wants no substitute.",
            "can_wait": "The customer can wait.",
            "accepts": "The customer takes a substitute.",
            "needed_by": "The customer needs it by a day.",
            SILENT: "The customer says nothing of what is wanted.",
        },
        look=first_said(
            CUSTOMER,
            CUSTOMER,
            ("wants_cancel", True, "cancel"),
            ("accepts_substitute", False, "no_substitutes"),
            ("can_wait", True, "can_wait"),
            ("accepts_substitute", True, "accepts"),
            ("needed_by", None, "needed_by"),
        ),
    ),
)

_NOTE = {SILENT: OFTEN, "pick_failed": OFTEN, "feeds_disagree": RARELY}
_AGREE = {"agree": USUALLY, "warehouse_more": RARELY, "warehouse_less": RARELY}
_NOWHERE = {"none": USUALLY, "enough": RARELY}
_ANY_SUBSTITUTE = {"none": OFTEN, "near": SOMETIMES, "dearer": SOMETIMES}

MODEL = CaseModel(
    case_type=CaseType.STOCK_SHORT,
    signs=SIGNS,
    causes=(
        Cause(
            name="elsewhere",
            title="it lies in another warehouse",
            resolution=Resolution.SUBSTITUTE,
            share=0.20,
            shows={
                "note": {"pick_failed": USUALLY, SILENT: SOMETIMES},
                "elsewhere": {"enough": USUALLY},
                "feeds": _AGREE,
                "substitute": _ANY_SUBSTITUTE,
                "announced": {"none": OFTEN, "soon": SOMETIMES, "late": SOMETIMES},
                "message": {SILENT: OFTEN, "needed_by": SOMETIMES, "accepts": RARELY},
            },
        ),
        Cause(
            name="something_like_it",
            title="something like it will do",
            resolution=Resolution.SUBSTITUTE,
            share=0.18,
            shows={
                "note": _NOTE,
                "elsewhere": {"none": USUALLY},
                "feeds": _AGREE,
                "substitute": {"near": USUALLY, "dearer": RARELY},
                "announced": {"none": USUALLY, "late": SOMETIMES},
                "message": {SILENT: OFTEN, "needed_by": OFTEN, "accepts": SOMETIMES},
            },
        ),
        Cause(
            name="soon_back",
            title="it is back soon",
            resolution=Resolution.BACKORDER,
            share=0.20,
            shows={
                "note": _NOTE,
                "elsewhere": _NOWHERE,
                "feeds": _AGREE,
                "substitute": _ANY_SUBSTITUTE,
                "announced": {"soon": USUALLY, "late": RARELY},
                "message": {"can_wait": OFTEN, SILENT: OFTEN, "no_substitutes": RARELY},
            },
        ),
        Cause(
            name="only_this",
            title="the customer wants just this one",
            resolution=Resolution.BACKORDER,
            share=0.11,
            shows={
                "note": _NOTE,
                "elsewhere": _NOWHERE,
                "feeds": _AGREE,
                "substitute": {"near": OFTEN, "dearer": SOMETIMES, "none": SOMETIMES},
                "announced": {"soon": OFTEN, "late": OFTEN, "none": RARELY},
                "message": {"no_substitutes": USUALLY, "can_wait": SOMETIMES},
            },
        ),
        Cause(
            name="miscounted",
            title="it is there, and one of the two counts is wrong",
            resolution=Resolution.BACKORDER,
            share=0.09,
            shows={
                "note": {"feeds_disagree": USUALLY, SILENT: SOMETIMES},
                "elsewhere": {"none": USUALLY},
                "feeds": {"warehouse_more": USUALLY, "warehouse_less": RARELY, "agree": RARELY},
                "substitute": _ANY_SUBSTITUTE,
                "announced": {"none": OFTEN, "soon": SOMETIMES, "late": SOMETIMES},
                "message": {SILENT: USUALLY, "can_wait": SOMETIMES, "needed_by": RARELY},
            },
        ),
        Cause(
            name="given_up",
            title="the customer no longer wants it",
            resolution=Resolution.CANCEL,
            share=0.09,
            shows={
                "note": _NOTE,
                "elsewhere": _NOWHERE,
                "feeds": _AGREE,
                "substitute": _ANY_SUBSTITUTE,
                "announced": {"late": OFTEN, "none": OFTEN, "soon": SOMETIMES},
                "message": {"cancel": USUALLY, "needed_by": RARELY},
            },
        ),
        Cause(
            name="out_of_range",
            title="it does not come back",
            resolution=Resolution.CANCEL,
            share=0.08,
            shows={
                "note": _NOTE,
                "elsewhere": {"none": USUALLY},
                "feeds": _AGREE,
                "substitute": {"none": USUALLY, "dearer": RARELY},
                "announced": {"none": USUALLY, "late": RARELY},
                "message": {SILENT: OFTEN, "needed_by": OFTEN, "no_substitutes": SOMETIMES},
            },
        ),
        Cause(
            name="open_question",
            title="only the customer can say what will do",
            resolution=Resolution.ASK_CUSTOMER,
            share=0.05,
            shows={
                "note": _NOTE,
                "elsewhere": {"none": USUALLY},
                "feeds": _AGREE,
                "substitute": {"dearer": USUALLY, "near": RARELY},
                "announced": {"late": USUALLY, "none": SOMETIMES},
                "message": {SILENT: USUALLY, "needed_by": SOMETIMES},
            },
        ),
    ),
    offers=(
        Resolution.SUBSTITUTE,
        Resolution.BACKORDER,
        Resolution.CANCEL,
        Resolution.ASK_CUSTOMER,
    ),
)
