"""Facts of stock: what both feeds count, what may stand in, and what is allocated to the order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from engine.desks.orders.allocation import USUAL_LOSS, Compared, Given, Lot, Wanted, compare
from engine.desks.orders.sources import ALLOCATION, SHOP, STOCK, WAREHOUSE, Teller
from engine.domain.canonical import Json
from engine.domain.fact import FactValue
from engine.domain.money import Money

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
        tell.read_again(WAREHOUSE, entity, free=level["by_warehouse"])


def tell_allocation(
    tell: Teller, ours: Wanted, levels: Sequence[Json], waiting: Sequence[Json], today: date
) -> Compared:
    """What this line gets when all lines that wait for the same stock are served best.

    Every case has to come to the same allocation, or two would get the last piece. So it rests on
    what the shop tells of every line alike; what the customer of this case wrote can only make the
    line leave what it was given.

    Args:
        tell: Takes the facts.
        ours: The line of this case, with what its customer wrote.
        levels: Stock of the whole substitution group.
        waiting: Lines that wait for it, as the shop tells; ours may be among them.
        today: The desk's day.
    """
    found = shared_out(ours, levels, waiting, today)
    given, entity = found.best.of(*_name(ours)), f"line:{ours.line}"
    takes = given is not None and _takes(ours, given)
    gets = given if given is not None and takes and given.warehouse_id else None
    first = found.first_come.of(*_name(ours))
    others = [one for one in waiting if (one["order_id"], one["line"]) != _name(ours)]
    told: dict[str, FactValue] = {
        "allocated_quantity": gets.quantity if gets else 0,
        "allocated_variant": gets.variant_id if gets else None,
        "allocated_from": gets.warehouse_id if gets else None,
        "others_waiting": len(others),
        "first_come_quantity": first.quantity if first else 0,
        "allocation_saves_minor": found.saved_minor,
    }
    if others:
        lines = len(others) + 1
        told["allocation"] = in_words(ours, found, levels, lines=lines, takes=takes)
    tell.read(ALLOCATION, entity, **told)
    _tell_wishes(tell, ours, waiting)
    return found


def _tell_wishes(tell: Teller, ours: Wanted, waiting: Sequence[Json]) -> None:
    """What the customer gave with the order."""
    for one in waiting:
        if (one["order_id"], one["line"]) == _name(ours):
            wishes = {name: one[name] for name in ("needed_by", "takes_substitute")}
            tell.read(SHOP, f"line:{ours.line}", **wishes)


def shared_out(
    ours: Wanted, levels: Sequence[Json], waiting: Sequence[Json], today: date
) -> Compared:
    """Allocate what is free to all who wait for it; the same from whichever line it is asked.

    Held lines get what all others leave, and a line that is not in the shop's queue what those
    leave; what is compared is then the lines that stand behind together.

    Args:
        ours: The line that asks.
        levels: Stock of the whole substitution group, as the shop tells.
        waiting: Lines that wait for it, as the shop tells, oldest order first.
        today: The desk's day.
    """
    lots, restocked = _lots(levels), _restocked(levels)
    told = [(_wanted(one), bool(one["is_held"])) for one in waiting]
    free = [one for one, is_held in told if not is_held]
    held = [one for one, is_held in told if is_held]
    found = compare(free, lots, restocked, today)
    if _name(ours) in {_name(one) for one in free}:
        return found
    lots = _left(lots, found)
    behind = compare(held, lots, restocked, today)
    if _name(ours) in {_name(one) for one in held}:
        return behind
    return compare([ours], _left(lots, behind), restocked, today)


def in_words(
    ours: Wanted, found: Compared, levels: Sequence[Json], *, lines: int, takes: bool
) -> str:
    """The allocation in one sentence for a person, as seen from one line.

    Args:
        ours: The line.
        found: The allocation; the line is in it.
        levels: Stock of the whole substitution group.
        lines: How many wait.
        takes: Whether what the customer wrote lets the line take what it is given.
    """
    there = ", ".join(
        f"{one.pieces} of {one.variant_id} in {one.warehouse_id}"
        for one in _lots(levels)
        if one.pieces
    )
    currency = levels[0]["currency"] if levels else ""
    saved = Money(minor=found.saved_minor, currency=currency)
    return (
        f"Free: {there or 'nothing'}. Lines that wait: {lines}. {_share(ours, found, takes)} "
        f"Expected cost of all: {saved} less than first come, first served."
    )


def _share(ours: Wanted, found: Compared, takes: bool) -> str:
    given, first = (_gets(one.of(*_name(ours))) for one in (found.best, found.first_come))
    if not takes:
        return f"This line would get {given}, which its customer does not want."
    other = f"; first come, first served it would get {first}" if first != given else ""
    return f"This line gets {given}{other}."


def _gets(given: Given | None) -> str:
    if given is None or not given.warehouse_id:
        return "nothing now"
    return f"{given.quantity} of {given.variant_id} from {given.warehouse_id}"


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


def _name(one: Wanted) -> tuple[str, int]:
    return one.order_id, one.line


def _takes(ours: Wanted, given: Given) -> bool:
    """Whether what the customer wrote lets the line take what it is given."""
    return given.variant_id == ours.variant_id or ours.accepts_substitute > 0


def _wanted(one: Json) -> Wanted:
    """A line as every case sees it; one that is promised its own variant takes no other."""
    told = {"": USUAL_ACCEPTANCE, "yes": SURE_ACCEPTANCE, "no": 0.0}
    is_promised = one["state"] == "BACKORDERED"
    return Wanted(
        order_id=one["order_id"],
        line=one["line"],
        variant_id=one["variant_id"],
        quantity=one["quantity"],
        unit_price_minor=one["unit_price_minor"],
        waits_since=datetime.fromisoformat(one["placed_at"]).date(),
        needed_by=date.fromisoformat(one["needed_by"]) if one["needed_by"] else None,
        accepts_substitute=0.0 if is_promised else told[one["takes_substitute"]],
    )


def _left(lots: Sequence[Lot], found: Compared) -> list[Lot]:
    """What the best allocation leaves."""
    return [
        replace(
            lot,
            pieces=lot.pieces
            - sum(
                one.quantity
                for one in found.best.given
                if (one.variant_id, one.warehouse_id) == (lot.variant_id, lot.warehouse_id)
            ),
        )
        for lot in lots
    ]


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
