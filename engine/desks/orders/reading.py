"""Reading: the facts that each read of the shop gives, whoever asked for it.

What one read means can depend on what others told: a customer's history is looked at from the
order. So facts are made of a result and of the facts so far, and of nothing else; perceiver,
workflow and agent come to the same ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from engine.desk import ReadMade
from engine.desks.orders import shop_facts, stock_facts
from engine.desks.orders.sayings import CARRIER as CARRIER_TEXT
from engine.desks.orders.sayings import CUSTOMER as CUSTOMER_TEXT
from engine.desks.orders.sayings import DETECTOR as DETECTOR_TEXT
from engine.desks.orders.sources import (
    CARRIER,
    CUSTOMER,
    DETECTOR,
    INTAKE,
    SHOP,
    STOCK,
    WAREHOUSE,
    Teller,
)
from engine.desks.orders.texts import Said
from engine.domain.canonical import Json
from engine.domain.fact import Fact, FactValue

TELLS: Mapping[str, str] = MappingProxyType(
    {CUSTOMER_TEXT: CUSTOMER, CARRIER_TEXT: CARRIER, DETECTOR_TEXT: DETECTOR}
)
"""Who tells what stands in a text."""
_NEW_ADDRESS = "new_"
_NOT_THERE = ("recipient_unknown", "street_not_found")
_OF_LINE = ("variant_id", "quantity", "unit_price_minor", "state")


def facts_of_read(read: ReadMade) -> tuple[Fact, ...]:
    """Give the facts of one read of a run.

    What is read of another order, or another customer, gives none: the case is not about them.
    """
    tell = Teller(as_of=read.at, at=read.at, facts=list(read.known))
    own = {
        "order_id": read.target,
        "customer_id": tell.value(SHOP, "order", "customer_id"),
    }
    if all(read.arguments.get(name, value) == value for name, value in own.items()):
        tell_read(tell, read.tool, read.result)
    return tuple(tell.facts[len(read.known) :])


def tell_read(tell: Teller, tool: str, result: Json) -> None:
    """Tell what one read gives; nothing of a tool that gives no facts."""
    teller = _TELLERS.get(tool)
    if teller is not None:
        teller(tell, result)


def tell_said(tell: Teller, said: Sequence[Said]) -> None:
    """Tell what texts say, put beside what systems say of the same thing."""
    delivered = [
        one.entity
        for one in tell.facts
        if (one.source, one.attribute, one.value) == (CARRIER, "state", "DELIVERED")
    ]
    for one in said:
        source = TELLS[one.quote.field]
        entity, attribute = source, one.attribute
        if attribute == "is_received" and delivered:
            entity = delivered[-1]
        elif attribute == "is_address_right":
            entity = "address"
        elif attribute.startswith(_NEW_ADDRESS):
            entity, attribute = "new_address", attribute.removeprefix(_NEW_ADDRESS)
        tell.said(source, entity, attribute, one.value, one.quote)
        if one.attribute == "carrier_says" and one.value in _NOT_THERE:
            tell.said(source, "address", "is_address_right", False, one.quote)


def tell_short_line(tell: Teller, line: Json) -> None:
    """Tell which line a case of short stock is about."""
    tell.read(SHOP, "case", short_line=line["line"])


def short_line(order: Json, named: object) -> Json:
    """The line a case is about: the named one, or the first that waits; None where none does."""
    for line in order["lines"]:
        if line["line"] == named:
            return line
    waits = (line for line in order["lines"] if line["state"] in ("SHORT", "BACKORDERED"))
    return next(waits, None)


def _tell_order(tell: Teller, order: Json) -> None:
    shop_facts.tell_order(tell, order)
    if tell.value(SHOP, "case", "short_line") is not None:
        line = short_line(order, tell.value(INTAKE, "case", "line"))
        if line is not None:
            tell_short_line(tell, line)


def _tell_history(tell: Teller, history: Json) -> None:
    order, other_id = _order(tell), str(tell.value(INTAKE, "case", "other_order_id") or "")
    shop_facts.tell_customer(tell, history, order, other_id)
    if other_id:
        known = [one for one in history["orders"] if one["order_id"] == other_id]
        shop_facts.tell_other_order(tell, known[0] if known else None, order)


def _tell_levels(tell: Teller, stock: Json) -> None:
    stock_facts.tell_levels(tell, stock["levels"])


def _tell_waiting(tell: Teller, told: Json) -> None:
    """The allocation, where the lines wait for the stock of the line the case is about."""
    order, number = _order(tell), tell.value(SHOP, "case", "short_line")
    line = next((one for one in order["lines"] if one["line"] == number), None)
    if line is None or told["variant_id"] != line["variant_id"]:
        return
    needed_by = tell.value(CUSTOMER, CUSTOMER, "needed_by")
    ours = stock_facts.wish(
        order,
        line,
        accepts=tell.value(CUSTOMER, CUSTOMER, "accepts_substitute"),
        can_wait=bool(tell.value(CUSTOMER, CUSTOMER, "can_wait")),
        needed_by=needed_by,
    )
    levels = _levels(tell, line["variant_id"], order["currency"])
    stock_facts.tell_allocation(tell, ours, levels, told["lines"], tell.at.date())


_TELLERS: Mapping[str, Callable[[Teller, Json], None]] = MappingProxyType(
    {
        "get_order": _tell_order,
        "payments_of_order": shop_facts.tell_payments,
        "customer_history": _tell_history,
        "carrier_scans": shop_facts.tell_parcels,
        "stock_levels": _tell_levels,
        "waiting_lines": _tell_waiting,
    }
)


def _order(tell: Teller) -> Json:
    """The order as the shop's facts tell it; what was told of nothing is empty."""
    values = {(one.entity, one.attribute): one.value for one in tell.facts if one.source == SHOP}
    lines = dict.fromkeys(entity for entity, _ in values if entity.startswith("line:"))
    named = ("order_id", "customer_id", "currency", "placed_at")
    return {
        **{name: _or_empty(values.get(("order", name))) for name in named},
        "address": {name: _or_empty(values.get(("address", name))) for name in shop_facts.ADDRESS},
        "lines": [
            {
                "line": int(entity.removeprefix("line:")),
                **{name: values.get((entity, name)) for name in _OF_LINE},
            }
            for entity in lines
        ],
    }


def _levels(tell: Teller, variant_id: str, currency: str) -> list[Json]:
    """Stock levels as they were told when the stock of a variant was last looked at."""
    told: dict[str, dict[tuple[str, str], Fact]] = {}
    for one in tell.facts:
        if one.source in (STOCK, WAREHOUSE):
            told.setdefault(one.entity, {})[one.source, one.attribute] = one
    own = [
        values[STOCK, "free"].observed_at
        for entity, values in told.items()
        if _variant(entity) == variant_id
    ]
    return [
        _level(entity, values, currency)
        for entity, values in told.items()
        if own and values[STOCK, "free"].observed_at == max(own)
    ]


def _level(
    entity: str, values: Mapping[tuple[str, str], Fact], currency: str
) -> dict[str, FactValue]:
    def value(source: str, attribute: str, otherwise: FactValue) -> FactValue:
        found = values.get((source, attribute))
        return otherwise if found is None or found.value is None else found.value

    by_shop = value(STOCK, "free", 0)
    return {
        "variant_id": _variant(entity),
        "warehouse_id": entity.rpartition("@")[2],
        "by_shop": by_shop,
        "by_warehouse": value(WAREHOUSE, "free", by_shop),
        "price_minor": value(STOCK, "price_minor", 0),
        "announced_quantity": value(STOCK, "announced_quantity", 0),
        "announced_for": value(STOCK, "announced_for", ""),
        "currency": currency,
    }


def _variant(entity: str) -> str:
    return entity.removeprefix("stock:").rpartition("@")[0]


def _or_empty(value: FactValue) -> FactValue:
    return "" if value is None else value
