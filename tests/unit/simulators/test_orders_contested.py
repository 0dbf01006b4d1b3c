"""Contested goods: never more given out than is there, and what that saves, held to the README."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

import engine.desks.orders as desk
from engine.desks.orders.intake import OrderIntake
from engine.desks.orders.perceive import perceive
from engine.desks.orders.reasoner import PlaybookReasoner
from engine.domain.case import Case, Signal
from engine.domain.fact import FactSet, fact_set
from engine.domain.recommendation import Draft
from engine.errors import InvalidRequest
from engine.simulators.orders.contest_report import (
    allocated,
    begin,
    compare_contests,
    contests_of,
)
from engine.simulators.orders.contested import Contest, Fate, realised_minor
from engine.simulators.orders.driver import ShopInProcess
from engine.simulators.orders.events import IntakeRow
from engine.simulators.orders.seeds import DEVELOPMENT_SEEDS, HELD_OUT_SEEDS
from engine.simulators.orders.trial import ShopReads, case_of
from tests.unit.desks.shop_world import SetClock, ShopWorld, open_world
from tests.unit.simulators.playing import AFTER, START

EACH = 6
"""Contests of each held-out seed."""
SEED = DEVELOPMENT_SEEDS[0]
README = Path(desk.__file__).parent / "README.md"
"""Whose table is held to the run."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[ShopWorld]:
    world = open_world(f"sqlite:///{tmp_path}/shop.db")
    world.clock = SetClock(START + timedelta(days=1))
    yield world
    assert world.books()["is_balanced"]
    world.database.close()


def begun(shop: ShopWorld, number: int, seed: int = SEED) -> Contest:
    contest = contests_of(seed, START, number)[-1]
    begin(ShopInProcess(shop=shop.shop), contest)
    return contest


def raised(row: IntakeRow, **changes: str) -> tuple[Signal, Case]:
    signal = OrderIntake().read({**row.columns(), **changes}).signal
    return signal, case_of(signal)


def looked_at(shop: ShopWorld, row: IntakeRow) -> tuple[Case, FactSet]:
    signal, case = raised(row)
    facts = perceive(signal, ShopReads(shop=shop.shop), row.opened_at)
    return case, fact_set(case.id, 1, tuple(facts))


def draft_of(shop: ShopWorld, row: IntakeRow) -> Draft:
    found = PlaybookReasoner().recommend(*looked_at(shop, row), None)
    assert found
    return found


def free(shop: ShopWorld, contest: Contest) -> Counter[tuple[str, str]]:
    told = shop.read("stock_levels", variant_id=contest.fates[0].variant_id, with_substitutes=True)[
        "levels"
    ]
    return Counter({(one["variant_id"], one["warehouse_id"]): one["by_shop"] for one in told})


def wanted(shop: ShopWorld, drafts: Mapping[str, Draft]) -> Counter[tuple[str, str]]:
    """Pieces that recommendations would take, by variant and warehouse."""
    found: Counter[tuple[str, str]] = Counter()
    for draft in drafts.values():
        for one in draft.proposals:
            if one.tool == "substitute_variant":
                order = shop.read("get_order", order_id=one.arguments["order_id"])
                place = (str(one.arguments["variant_id"]), str(one.arguments["warehouse_id"]))
                found[place] += order["lines"][0]["quantity"]
    return found


# --- given out ---------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(1, 9))
def test_pieces_are_never_recommended_twice(shop: ShopWorld, number: int) -> None:
    contest, dice = begun(shop, number), Random(number)
    rows = dice.sample(contest.rows, len(contest.rows))
    assert wanted(shop, {row.id: draft_of(shop, row) for row in rows})
    while rows:
        drafts = {row.id: draft_of(shop, row) for row in rows}
        assert wanted(shop, drafts) <= free(shop, contest)
        for one in drafts[rows.pop().id].proposals:
            shop.do(one.tool, **one.arguments)
    assert min(free(shop, contest).values()) >= 0


def test_every_line_sees_the_same_allocation(shop: ShopWorld) -> None:
    contest = begun(shop, 2)
    saved = set()
    for row in contest.rows:
        _, facts = looked_at(shop, row)
        told = {one.attribute: one for one in facts.facts if one.source == "allocation"}
        saved.add(told["allocation_saves_minor"].value)
        words = str(told["allocation"].value)
        assert f"Lines that wait: {len(contest.rows)}." in words
        assert "EUR less than first come, first served" in words
    assert saved == {allocated(contest, ShopReads(shop=shop.shop)).saved_minor}


def given_another(shop: ShopWorld) -> IntakeRow:
    """A case whose line is given another variant than it wants."""
    for number in range(1, 9):
        contest = begun(shop, number)
        found = allocated(contest, ShopReads(shop=shop.shop)).best
        for row, fate in zip(contest.rows, contest.fates, strict=True):
            given = found.of(fate.order_id, 1)
            if given and given.warehouse_id and given.variant_id != fate.variant_id:
                return row
    raise AssertionError("nobody is given a substitute")


def test_customer_who_refuses_substitutes_gets_none(shop: ShopWorld) -> None:
    row = given_another(shop)
    signal, case = raised(row, customer_message="No substitutes, please.")
    facts = perceive(signal, ShopReads(shop=shop.shop), row.opened_at)
    told = {one.attribute: one.value for one in facts if one.source == "allocation"}
    assert told["allocated_quantity"] == 0
    assert "which its customer does not want" in str(told["allocation"])
    draft = PlaybookReasoner().recommend(case, fact_set(case.id, 1, tuple(facts)), None)
    assert draft
    assert "substitute_variant" not in [one.tool for one in draft.proposals]


# --- drawn -------------------------------------------------------------------------------


def test_contest_follows_from_seed_and_number() -> None:
    once, again = (contests_of(SEED, START, 3) for _ in range(2))
    assert once == again
    assert once[0].rows != once[1].rows
    assert contests_of(SEED + 1, START, 1)[0].fates != once[0].fates


def test_contest_shows_no_cause() -> None:
    for contest in contests_of(SEED, START, 10):
        assert all(before.at <= after.at for before, after in pairwise(contest.prologue))
        assert all(event.at <= contest.opened_at for event in contest.prologue)
        shown = repr(contest.prologue) + repr(contest.rows)
        assert all(name not in shown for name in ("has_a_day", "only_this", "anything_will_do"))


def test_goods_are_scarcer_than_wishes(shop: ShopWorld) -> None:
    scarce = 0
    for contest in contests_of(SEED, START, 6):
        begin(ShopInProcess(shop=shop.shop), contest)
        asked = sum(one.quantity for one in contest.fates)
        scarce += asked > sum(free(shop, contest).values())
    assert scarce >= 5


def test_realised_cost_follows_the_fates(shop: ShopWorld) -> None:
    contest = begun(shop, 1)
    found = allocated(contest, ShopReads(shop=shop.shop)).best
    served = next(
        fate
        for fate in contest.fates
        if (given := found.of(fate.order_id, 1))
        and given.warehouse_id
        and given.variant_id == fate.variant_id
    )
    stays, gone = (changed(contest, served, leaves) for leaves in (100.0, 0.0))
    returned = round(690 + 0.30 * served.amount_minor)
    assert realised_minor(gone, found) - realised_minor(stays, found) == returned


def changed(contest: Contest, fate: Fate, leaves: float) -> Contest:
    other = replace(fate, leaves_after_days=leaves)
    fates = tuple(other if one == fate else one for one in contest.fates)
    return replace(contest, fates=fates)


# --- compared ----------------------------------------------------------------------------


def test_readme_shows_the_run(shop: ShopWorld) -> None:
    shop.clock = SetClock(AFTER)
    report = compare_contests(HELD_OUT_SEEDS, shop.shop, START, contests=EACH)
    told = "\n".join(f"{one.name} {one.realised.row('realised', EACH)}" for one in report.seeds)
    for one in (*report.seeds, report.whole):
        assert one.expected.best <= one.expected.first_come, told
        assert one.realised.saved.lower <= one.realised.saved.value <= one.realised.saved.upper
    assert report.whole.contests == EACH * len(HELD_OUT_SEEDS)
    assert report.table() in README.read_text("utf-8"), f"{report.table()}\n\n{told}"


def test_too_few_seeds_give_no_interval(shop: ShopWorld) -> None:
    with pytest.raises(InvalidRequest, match="two seeds"):
        compare_contests([SEED], shop.shop, START, contests=2)
