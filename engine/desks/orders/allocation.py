"""Allocation: scarce stock wanted by several lines, given out at the least expected cost.

The objective is declared here, number by number. What one line costs in a place does not depend on
the others, so the best allocation is an integer programme, solved to the end; the same lines served
in the order they came are the comparison. Of two that cost the same the one is taken that serves
the line that came first. The same lines in the same order get the same answer. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

LONGEST_S = 2.0
"""For one solution; an answer that was cut off says so."""
USUAL_LOSS = 0.15
"""See `Wanted.may_lose`."""
_HALF = 0.5
_PROVEN = 0  # the solver's status of an optimum


@dataclass(frozen=True, kw_only=True, slots=True)
class Lot:
    """Free pieces of one variant in one warehouse."""

    variant_id: str
    warehouse_id: str
    pieces: int
    price_minor: int
    """What a piece sells for today."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A line that waits; it is served whole from one lot, or not at all."""

    order_id: str
    line: int
    variant_id: str
    quantity: int
    unit_price_minor: int
    waits_since: date
    needed_by: date | None = None
    """The customer's own day; None: none is known."""
    accepts_substitute: float = 0.7
    """Probability that the customer keeps another variant."""
    may_lose: float = USUAL_LOSS
    """Probability that the customer leaves over two weeks of waiting."""

    @property
    def amount_minor(self) -> int:
        """What the customer pays for the line."""
        return self.quantity * self.unit_price_minor


@dataclass(frozen=True, kw_only=True, slots=True)
class CostRates:
    """What waiting, losing and exchanging cost: judgement, to be set by whoever owns the goal."""

    margin: float = 0.30
    """Share of the amount that is lost with a sale."""
    goodwill_minor_a_day: int = 25
    """Of every waiting line."""
    waiting_share_a_day: float = 0.002
    """Of the amount, for capital and questions."""
    impatience_days: float = 14.0
    """A line that has waited for so long costs twice as much a day."""
    return_minor: int = 690
    """Handling of a substitute that comes back."""
    lost_after_promise: float = 0.80
    """Probability that a customer leaves whose day cannot be kept."""
    unknown_days: int = 28
    """How long a line waits for which nothing is announced."""


RATES = CostRates()


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """What one line gets; no warehouse: nothing, it waits."""

    order_id: str
    line: int
    variant_id: str
    warehouse_id: str
    quantity: int
    expected_cost_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Allocation:
    """One way to give out what is there."""

    given: tuple[Given, ...]  # in the order of the lines
    expected_cost_minor: int
    is_exact: bool = True
    """Whether nothing cheaper exists."""

    def of(self, order_id: str, line: int) -> Given | None:
        """What one line gets; None where it was not among those that want something."""
        found = (one for one in self.given if (one.order_id, one.line) == (order_id, line))
        return next(found, None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """The least expected cost, beside first come, first served on the same lines."""

    best: Allocation
    first_come: Allocation

    @property
    def saved_minor(self) -> int:
        """What the best allocation is expected to save; never below 0."""
        return self.first_come.expected_cost_minor - self.best.expected_cost_minor


def compare(
    wanted: Sequence[Wanted],
    lots: Sequence[Lot],
    restocked: Mapping[str, date],
    today: date,
    rates: CostRates = RATES,
) -> Compared:
    """Allocate at the least expected cost, and in the order they came.

    Args:
        wanted: Lines without stock, the oldest first; each (order, line) once.
        lots: Free pieces; each (variant, warehouse) once.
        restocked: When more of a variant is announced, by variant.
        today: The desk's day.
        rates: What things cost.
    """
    costs = [_costs(one, lots, restocked, today, rates) for one in wanted]
    first = _first_come(wanted, lots, costs)
    best, is_exact = _least(wanted, lots, costs, first)
    return Compared(
        best=_allocation(wanted, lots, costs, best, is_exact),
        first_come=_allocation(wanted, lots, costs, first, True),
    )


def cost_of_waiting(
    one: Wanted, restocked: Mapping[str, date], today: date, rates: CostRates = RATES
) -> int:
    """What it is expected to cost, in minor units, that a line gets nothing now."""
    day = restocked.get(one.variant_id)
    days = rates.unknown_days if day is None else max((day - today).days, 1)
    waited = max((today - one.waits_since).days, 0)
    a_day = rates.goodwill_minor_a_day + rates.waiting_share_a_day * one.amount_minor
    waiting = days * a_day * (1 + waited / rates.impatience_days)
    is_late = one.needed_by is not None and (one.needed_by - today).days < days
    lost = rates.lost_after_promise if is_late else 1 - (1 - one.may_lose) ** (days / 14)
    return round(waiting + lost * rates.margin * one.amount_minor)


def cost_of_substitute(one: Wanted, lot: Lot, rates: CostRates = RATES) -> int:
    """What it is expected to cost, in minor units, that a line gets another variant."""
    dearer = max(lot.price_minor - one.unit_price_minor, 0) * one.quantity
    comes_back = rates.return_minor + rates.margin * one.amount_minor
    kept = one.accepts_substitute
    return round(kept * dearer + (1 - kept) * comes_back)


# --- one line ----------------------------------------------------------------------------

_Costs = Mapping[int | None, int]
"""Of one line: by lot (None: it waits), in minor units; a lot it cannot use is missing."""
_Choice = tuple[int | None, ...]


def _costs(
    one: Wanted,
    lots: Sequence[Lot],
    restocked: Mapping[str, date],
    today: date,
    rates: CostRates,
) -> _Costs:
    costs: dict[int | None, int] = {None: cost_of_waiting(one, restocked, today, rates)}
    for place, lot in enumerate(lots):
        if lot.pieces < one.quantity:
            continue
        if lot.variant_id == one.variant_id:
            costs[place] = 0
        elif one.accepts_substitute > 0:
            costs[place] = cost_of_substitute(one, lot, rates)
    return costs


def _first_come(wanted: Sequence[Wanted], lots: Sequence[Lot], costs: Sequence[_Costs]) -> _Choice:
    """Each in turn, the longest waiting first, takes what costs least of what is left."""
    left = [lot.pieces for lot in lots]
    chosen: dict[int, int | None] = {}
    for number in sorted(range(len(wanted)), key=lambda at: (wanted[at].waits_since, at)):
        quantity = wanted[number].quantity
        place = min(
            (one for one in costs[number] if one is None or left[one] >= quantity),
            key=lambda one: (costs[number][one], one is None, one or 0),
        )
        chosen[number] = place
        if place is not None:
            left[place] -= quantity
    return tuple(chosen[number] for number in range(len(wanted)))


# --- all lines ---------------------------------------------------------------------------


def _least(
    wanted: Sequence[Wanted], lots: Sequence[Lot], costs: Sequence[_Costs], first: _Choice
) -> tuple[_Choice, bool]:
    """The cheapest choice of all, and whether that is certain."""
    if _sum(costs, first) == sum(min(of.values()) for of in costs):
        return first, True  # nobody stands in anybody's way
    found, is_exact = _solved(wanted, lots, costs)
    if found is None or _sum(costs, found) > _sum(costs, first):
        return first, False
    return found, is_exact


def _solved(
    wanted: Sequence[Wanted], lots: Sequence[Lot], costs: Sequence[_Costs]
) -> tuple[_Choice | None, bool]:
    """Solve the integer programme: one place a line, no lot given out beyond its pieces."""
    # scipy comes with scikit-learn, which is declared and cannot be installed without it. Its
    # solver needs 0.04 s for 100 lines and six lots; a programme written out here took a minute.
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    choices = [(number, place) for number, of in enumerate(costs) for place in of]
    entries = [(number, at, 1) for at, (number, _) in enumerate(choices)]
    entries += [
        (len(wanted) + place, at, wanted[number].quantity)
        for at, (number, place) in enumerate(choices)
        if place is not None
    ]
    rows, columns, values = zip(*entries, strict=True)
    shape = (len(wanted) + len(lots), len(choices))
    matrix = coo_array((values, (rows, columns)), shape=shape).tocsr()
    lower = [1] * len(wanted) + [0] * len(lots)
    upper = [1] * len(wanted) + [lot.pieces for lot in lots]
    answer = milp(
        np.array([costs[number][place] for number, place in choices], dtype=float)
        + np.array([_later(number, place, len(wanted)) for number, place in choices]),
        constraints=LinearConstraint(matrix, lower, upper),
        integrality=np.ones(len(choices)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0, "time_limit": LONGEST_S},
    )
    if answer.x is None:
        return None, False
    chosen = dict(one for one, taken in zip(choices, answer.x, strict=True) if taken > _HALF)
    found = tuple(chosen.get(number) for number in range(len(wanted)))
    return (found if _can_be(wanted, lots, costs, found) else None), answer.status == _PROVEN


def _later(number: int, place: int | None, lines: int) -> float:
    """A part of a minor unit for a line that waits, more for an older one; below 1 in sum."""
    return 0.0 if place is not None else (lines - number) / (lines * (lines + 1))


def _can_be(
    wanted: Sequence[Wanted], lots: Sequence[Lot], costs: Sequence[_Costs], chosen: _Choice
) -> bool:
    """Whether no lot gives more than it has, in whole pieces: the solver counts in fractions."""
    left = [lot.pieces for lot in lots]
    for one, of, place in zip(wanted, costs, chosen, strict=True):
        if place not in of:
            return False
        if place is not None:
            left[place] -= one.quantity
    return min(left, default=0) >= 0


def _sum(costs: Sequence[_Costs], chosen: _Choice) -> int:
    return sum(of[place] for of, place in zip(costs, chosen, strict=True))


def _allocation(
    wanted: Sequence[Wanted],
    lots: Sequence[Lot],
    costs: Sequence[_Costs],
    chosen: _Choice,
    is_exact: bool,
) -> Allocation:
    given = tuple(
        Given(
            order_id=one.order_id,
            line=one.line,
            variant_id=one.variant_id if place is None else lots[place].variant_id,
            warehouse_id="" if place is None else lots[place].warehouse_id,
            quantity=0 if place is None else one.quantity,
            expected_cost_minor=costs[number][place],
        )
        for number, (one, place) in enumerate(zip(wanted, chosen, strict=True))
    )
    return Allocation(given=given, expected_cost_minor=_sum(costs, chosen), is_exact=is_exact)
