"""Allocation of scarce stock: never dearer than first come, and as cheap as any there is."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.desks.orders.allocation import (
    RATES,
    Allocation,
    Lot,
    Wanted,
    compare,
    cost_of_substitute,
    cost_of_waiting,
)

TODAY = date(2026, 3, 2)
BACK = {"tea": TODAY + timedelta(days=10)}
VARIANTS = ("tea", "tea-2")


def line(number: int, **changes: object) -> Wanted:
    given: dict[str, object] = {
        "order_id": f"A{number}",
        "line": 1,
        "variant_id": "tea",
        "quantity": 1,
        "unit_price_minor": 1_000,
        "waits_since": TODAY - timedelta(days=30 - number),
        **changes,
    }
    return Wanted(**given)  # type: ignore[arg-type]  # fields by name


def lot(pieces: int, variant_id: str = "tea", **changes: object) -> Lot:
    given: dict[str, object] = {
        "variant_id": variant_id,
        "warehouse_id": "east",
        "pieces": pieces,
        "price_minor": 1_000,
        **changes,
    }
    return Lot(**given)  # type: ignore[arg-type]  # fields by name


def served(allocation: Allocation) -> list[str]:
    return [one.order_id for one in allocation.given if one.warehouse_id]


def test_stock_for_all_goes_to_all() -> None:
    found = compare([line(1), line(2)], [lot(2)], BACK, TODAY)
    assert found.best == found.first_come
    assert (served(found.best), found.saved_minor) == (["A1", "A2"], 0)
    assert found.best.expected_cost_minor == 0


def test_last_piece_goes_where_waiting_costs_most() -> None:
    patient = line(1, may_lose=0.02, waits_since=TODAY - timedelta(days=2))
    pressed = line(
        2,
        unit_price_minor=9_000,
        needed_by=TODAY + timedelta(days=2),
        waits_since=TODAY - timedelta(days=1),
    )
    found = compare([patient, pressed], [lot(1)], BACK, TODAY)
    assert served(found.first_come) == ["A1"]
    assert served(found.best) == ["A2"]
    assert found.saved_minor > 0


def test_substitute_goes_to_who_accepts_it() -> None:
    strict = line(1, accepts_substitute=0.0)
    easy = line(2, accepts_substitute=0.95)
    found = compare([easy, strict], [lot(1), lot(1, "tea-2")], BACK, TODAY)
    assert {one.order_id: one.variant_id for one in found.best.given} == {
        "A1": "tea",
        "A2": "tea-2",
    }


def test_line_is_served_whole_or_waits() -> None:
    found = compare([line(1, quantity=3)], [lot(2), lot(2, warehouse_id="west")], BACK, TODAY)
    assert served(found.best) == []
    assert found.best.of("A1", 1)
    assert found.best.of("A9", 1) is None


COSTS = {
    "later stock": (line(1), {"tea": TODAY + timedelta(days=20)}),
    "no stock in sight": (line(1), {}),
    "dearer goods": (line(1, unit_price_minor=5_000), BACK),
    "longer wait so far": (line(1, waits_since=TODAY - timedelta(days=90)), BACK),
    "a day that passes": (line(1, needed_by=TODAY + timedelta(days=1)), BACK),
    "less patience": (line(1, may_lose=0.5), BACK),
}


@pytest.mark.parametrize("case", COSTS)
def test_waiting_costs_more_with(case: str) -> None:
    one, back = COSTS[case]
    assert cost_of_waiting(one, back, TODAY) > cost_of_waiting(line(1), BACK, TODAY)


def test_substitute_costs_what_it_is_dearer() -> None:
    sure = line(1, accepts_substitute=1.0)
    assert cost_of_substitute(sure, lot(1, "tea-2", price_minor=1_250)) == 250
    assert cost_of_substitute(sure, lot(1, "tea-2", price_minor=800)) == 0
    never = line(1, accepts_substitute=0.0)
    wanted = round(RATES.return_minor + RATES.margin * 1_000)
    assert cost_of_substitute(never, lot(1, "tea-2")) == wanted


lines = st.lists(
    st.builds(
        Wanted,
        order_id=st.just("A"),
        line=st.just(1),
        variant_id=st.sampled_from(VARIANTS),
        quantity=st.integers(1, 3),
        unit_price_minor=st.integers(100, 5_000),
        waits_since=st.integers(0, 40).map(lambda days: TODAY - timedelta(days=days)),
        needed_by=st.none() | st.integers(0, 40).map(lambda days: TODAY + timedelta(days=days)),
        accepts_substitute=st.sampled_from([0.0, 0.5, 0.95]),
        may_lose=st.sampled_from([0.02, 0.15]),
    ),
    min_size=1,
    max_size=5,
)
stocks = st.lists(
    st.builds(
        Lot,
        variant_id=st.sampled_from(VARIANTS),
        warehouse_id=st.sampled_from(["east", "west"]),
        pieces=st.integers(0, 5),
        price_minor=st.integers(100, 5_000),
    ),
    max_size=3,
    unique_by=lambda one: (one.variant_id, one.warehouse_id),
)


def cheapest(wanted: list[Wanted], lots: list[Lot]) -> int:
    """By trying everything."""
    best = None
    for places in product([None, *range(len(lots))], repeat=len(wanted)):
        left = [one.pieces for one in lots]
        cost = 0
        for one, place in zip(wanted, places, strict=True):
            if place is None:
                cost += cost_of_waiting(one, BACK, TODAY)
                continue
            left[place] -= one.quantity
            if lots[place].variant_id != one.variant_id:
                if one.accepts_substitute == 0:
                    left[place] = -1
                cost += cost_of_substitute(one, lots[place])
        if min(left, default=0) >= 0 and (best is None or cost < best):
            best = cost
    assert best is not None  # all may wait
    return best


@settings(max_examples=60, deadline=None)
@given(lines, stocks)
def test_nothing_cheaper_exists(wanted: list[Wanted], lots: list[Lot]) -> None:
    found = compare(wanted, lots, BACK, TODAY)
    assert found.best.is_exact
    assert found.best.expected_cost_minor == cheapest(wanted, lots)


@settings(max_examples=60, deadline=None)
@given(lines, stocks)
def test_never_dearer_than_first_come(wanted: list[Wanted], lots: list[Lot]) -> None:
    found = compare(wanted, lots, BACK, TODAY)
    assert found.saved_minor >= 0
    for allocation in (found.best, found.first_come):
        for one in lots:
            gone = sum(
                given.quantity
                for given in allocation.given
                if (given.variant_id, given.warehouse_id) == (one.variant_id, one.warehouse_id)
            )
            assert gone <= one.pieces
        total = sum(given.expected_cost_minor for given in allocation.given)
        assert total == allocation.expected_cost_minor
