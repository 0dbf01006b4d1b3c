"""Moves: what a write may change, and the money and pieces it has to move. Pure.

They follow from what was asked, from how the order stood, and from the changes of lines that the
answer tells of. Whatever else an answer admits to is wrong, even where it is true.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from engine.desks.orders.order_view import Things, line_id
from engine.desks.orders.shop.words import (
    PROVIDER,
    REFUNDING,
    SHOP,
    line_place,
    shipment_place,
    warehouse_place,
)
from engine.domain.canonical import Json
from engine.domain.difference import Difference, Shown
from engine.domain.money import Money

Moved: TypeAlias = Counter[tuple[str, str, str]]
"""How much of what (a currency, a variant) went from where to where."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """One call that was made, with all that is known of it."""

    arguments: Mapping[str, Any]
    before: Json
    """State of the target before it."""
    answer: Json
    """What it says of itself: the `result` of the answer."""
    told: Difference
    now: Things
    contents: Sequence[Json]
    """What lies in the parcel that it names; of other calls nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Moves:
    """What one write may change, all in all."""

    things: Callable[[Made], tuple[str, ...]]
    """By name; `<kind>:` stands for all of a kind."""
    money: Callable[[Made], Moved] = lambda made: Counter()
    pieces: Callable[[Made], Moved] = lambda made: Counter()


def beyond(moves: Moves, made: Made) -> Iterator[str]:
    """In words what an answer tells of that is not what was asked for, or leaves out."""
    if made.told.is_empty:
        yield "the answer tells of no change"
    names = moves.things(made)
    for thing in dict.fromkeys(one.of for one in made.told.fields):
        if thing not in names and f"{thing.partition(':')[0]}:" not in names:
            yield f"the answer tells of a change of {thing.replace(':', ' ')}, nobody asked for it"
    money = Counter[tuple[str, str, str]]()
    for paid in made.told.money:
        money[paid.money.currency, _purse(paid.source), _purse(paid.target)] += paid.money.minor
    yield from _apart(money, moves.money(made), _money)
    pieces = Counter[tuple[str, str, str]]()
    for went in made.told.pieces:
        pieces[went.variant_id, went.source, went.target] += went.quantity
    yield from _apart(pieces, moves.pieces(made), _pieces)


def _apart(told: Moved, wanted: Moved, words: Callable[[int, str], str]) -> Iterator[str]:
    for (of, source, target), number in (told - wanted).items():
        yield f"{words(number, of)} moved from {source} to {target}, nobody asked for it"
    for (of, source, target), number in (wanted - told).items():
        yield f"{words(number, of)} should have moved from {source} to {target}"


def _money(minor: int, currency: str) -> str:
    return str(Money(minor=minor, currency=currency))


def _pieces(number: int, variant_id: str) -> str:
    return f"{number} {'piece' if number == 1 else 'pieces'} of {variant_id}"


def _purse(account: str) -> str:
    """Whether the provider had the money still or the shop already, the world decides."""
    return SHOP if account == PROVIDER else account


def _refunded(made: Made) -> Moved:
    call = made.arguments
    return Counter({(call["currency"], SHOP, REFUNDING): call["amount_minor"]})


def _called_back(made: Made) -> Moved:
    refund = made.before
    return Counter({(refund["currency"], REFUNDING, SHOP): refund["amount_minor"]})


def _of_lines(made: Made) -> Moved:
    """What was set aside for a line goes back, and what is set aside now was taken."""
    moved = Counter[tuple[str, str, str]]()
    changed = [one for one in made.told.fields if one.of.startswith("line:")]
    for thing in dict.fromkeys(one.of for one in changed):
        changes = [one for one in changed if one.of == thing]
        after = {**made.now.get(thing, {}), **{one.field: one.after for one in changes}}
        before = {**after, **{one.field: one.before for one in changes}}
        if not {one.field for one in changes} & {"state", "variant_id", "warehouse_id"}:
            continue
        place = line_place(thing.removeprefix("line:"))
        for line, is_freed in ((before, True), (after, False)):
            if line.get("state") == "RESERVED":
                ends = (place, warehouse_place(str(line.get("warehouse_id"))))
                source, target = ends if is_freed else ends[::-1]
                moved[str(line.get("variant_id")), source, target] += _count(line.get("quantity"))
    return moved


def _into_parcel(made: Made) -> Moved:
    source = warehouse_place(made.arguments["warehouse_id"])
    target = shipment_place(made.answer["shipment_id"])
    moved = Counter[tuple[str, str, str]]()
    for one in made.contents:
        moved[one["variant_id"], source, target] += one["quantity"]
    return moved


def _out_of_parcel(made: Made) -> Moved:
    """Pieces that were sent once more go back to free stock, those of the first parcel do not."""
    source, is_again = (
        shipment_place(made.arguments["shipment_id"]),
        made.before["kind"] == "RESHIP",
    )
    free = warehouse_place(made.before["warehouse_id"])
    moved = Counter[tuple[str, str, str]]()
    for one in made.contents:
        target = free if is_again else line_place(one["line_id"])
        moved[one["variant_id"], source, target] += one["quantity"]
    return moved


def _count(shown: Shown) -> int:
    return shown if isinstance(shown, int) else 0


def _line(made: Made) -> tuple[str, ...]:
    return (f"line:{line_id(made.arguments['order_id'], made.arguments['line'])}",)


ADDRESS = Moves(things=lambda made: ("order", "address", "shipment:"))
LINE = Moves(things=_line, pieces=_of_lines)
ORDER = Moves(things=lambda made: ("order", "line:", "payment:"), pieces=_of_lines)
REFUND = Moves(
    things=lambda made: (
        f"refund:{made.answer['refund_id']}",
        f"payment:{made.arguments['payment_id']}",
    ),
    money=_refunded,
)
CALL_BACK = Moves(
    things=lambda made: (
        f"refund:{made.arguments['refund_id']}",
        f"payment:{made.before['payment_id']}",
    ),
    money=_called_back,
)
PARCEL = Moves(things=lambda made: (f"shipment:{made.answer['shipment_id']}",), pieces=_into_parcel)
UNPACK = Moves(
    things=lambda made: (f"shipment:{made.arguments['shipment_id']}", "line:"),
    pieces=_out_of_parcel,
)
HOLD = Moves(things=lambda made: (f"hold:{made.answer['hold_id']}",))
MESSAGE = Moves(things=lambda made: (f"message:{made.answer['message_id']}",))
