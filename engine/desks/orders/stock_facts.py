"""Facts of stock: what both feeds count, what may stand in, and what is allocated to the order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from engine.desks.orders.allocation import USUAL_LOSS, Compared, Lot, Wanted, compare
from engine.desks.orders.sources import ALLOCATION, STOCK, WAREHOUSE, Teller
from engine.domain.canonical import Json

USUAL_ACCEPTANCE = 0.7
"""Probability that a customer who said nothing keeps a substitute."""
SURE_ACCEPTANCE = 0.95
PATIENT = 0.02
"""Probability that a customer who can wait leaves over two weeks of waiting."""


def tell_levels(tell: Teller, levels: Sequence[Json]) -> None:
    """Free pieces by variant and warehouse; both counts where the feeds disagree."""
    for level in levels:
        entity = f"stock:{level['variant_id']}@{level['warehouse_id']}"
        tell.read(
            STOCK,
            entity,
            free=level["by_shop"],
            price_minor=level["price_minor"],
            title=level["title"],
            announced_quantity=level["announced_quantity"] or None,
            announced_for=level["announced_for"],
        )
        if level["by_warehouse"] != level["by_shop"]:
            tell.read(WAREHOUSE, entity, free=level["by_warehouse"])


def tell_allocation(
    tell: Teller, ours: Wanted, levels: Sequence[Json], waiting: Sequence[Json], today: date
) -> Compared:
    """What this line gets when all lines that wait for the same stock are served best.

    Args:
        tell: Takes the facts.
        ours: The line of this case.
        levels: Stock of the whole substitution group.
        waiting: Lines that wait for it, as the shop tells; ours may be among them.
        today: The desk's day.
    """
    others = [
        _wanted(one)
        for one in waiting
        if (one["order_id"], one["line"]) != (ours.order_id, ours.line) and not one["is_held"]
    ]
    found = compare([ours, *others], _lots(levels), _restocked(levels), today)
    given = found.best.of(ours.order_id, ours.line)
    entity = f"line:{ours.line}"
    if given is not None and given.warehouse_id:
        tell.read(
            ALLOCATION,
            entity,
            allocated_quantity=given.quantity,
            allocated_variant=given.variant_id,
            allocated_from=given.warehouse_id,
        )
    else:
        tell.read(ALLOCATION, entity, allocated_quantity=0)
    first = found.first_come.of(ours.order_id, ours.line)
    tell.read(
        ALLOCATION,
        entity,
        others_waiting=len(others),
        first_come_quantity=first.quantity if first else 0,
        allocation_saves_minor=found.saved_minor,
    )
    return found


def wish(order: Json, line: Json, *, accepts: object, can_wait: bool, needed_by: object) -> Wanted:
    """The line of a case as one that wants stock, with what its customer said."""
    said = {None: USUAL_ACCEPTANCE, True: SURE_ACCEPTANCE, False: 0.0}
    acceptance = said[accepts if isinstance(accepts, bool) else None]
    return Wanted(
        order_id=order["order_id"],
        line=line["line"],
        variant_id=line["variant_id"],
        quantity=line["quantity"],
        unit_price_minor=line["unit_price_minor"],
        waits_since=datetime.fromisoformat(order["placed_at"]).date(),
        needed_by=date.fromisoformat(needed_by) if isinstance(needed_by, str) else None,
        accepts_substitute=acceptance,
        may_lose=PATIENT if can_wait else USUAL_LOSS,
    )


def _wanted(one: Json) -> Wanted:
    return Wanted(
        order_id=one["order_id"],
        line=one["line"],
        variant_id=one["variant_id"],
        quantity=one["quantity"],
        unit_price_minor=one["unit_price_minor"],
        waits_since=datetime.fromisoformat(one["placed_at"]).date(),
    )


def _lots(levels: Sequence[Json]) -> list[Lot]:
    """Pieces both feeds agree on: what only one of them has seen may not be there."""
    return [
        Lot(
            variant_id=one["variant_id"],
            warehouse_id=one["warehouse_id"],
            pieces=min(one["by_shop"], one["by_warehouse"]),
            price_minor=one["price_minor"],
        )
        for one in levels
    ]


def _restocked(levels: Sequence[Json]) -> dict[str, date]:
    """The first announced day of each variant."""
    found: dict[str, date] = {}
    for one in levels:
        if one["announced_for"] and one["announced_quantity"]:
            day = date.fromisoformat(one["announced_for"])
            found[one["variant_id"]] = min(day, found.get(one["variant_id"], day))
    return found
