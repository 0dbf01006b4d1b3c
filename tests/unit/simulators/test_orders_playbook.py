"""The desk's real perceiver and playbook on held-out worlds: near the ceiling, never above it."""

from collections.abc import Iterator

import pytest

from engine.desks.orders.perceive import perceive
from engine.desks.orders.reasoner import PlaybookReasoner
from engine.desks.orders.words import CaseType
from engine.simulators.orders.report import Gap
from engine.simulators.orders.seeds import HELD_OUT_SEEDS
from engine.simulators.orders.trial import judged
from engine.simulators.orders.world import make_plan
from tests.unit.desks.shop_world import SetClock, open_world
from tests.unit.simulators.playing import AFTER, START

CASES = 30
"""Of each held-out world."""
WIDEST_GAP = 0.12
"""Over all case types; a playbook that falls further behind has a defect, or the perceiver has."""


@pytest.fixture(scope="module")
def gaps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Gap, ...]]:
    world = open_world(f"sqlite:///{tmp_path_factory.mktemp('shop')}/shop.db")
    world.clock = SetClock(AFTER)
    plans = [make_plan(seed, START, cases=CASES, days=10) for seed in HELD_OUT_SEEDS]
    yield judged(plans, perceive, PlaybookReasoner(), world.shop)
    world.database.close()


def test_playbook_is_not_above_the_ceiling(gaps: tuple[Gap, ...]) -> None:
    assert [row.name for row in gaps] == [*(one.value for one in CaseType), "all"]
    assert gaps[-1].cases == CASES * len(HELD_OUT_SEEDS)
    assert all(row.p_above > 0.001 for row in gaps)  # else `judged` has raised already


def test_playbook_is_near_the_ceiling(gaps: tuple[Gap, ...]) -> None:
    told = "\n".join(row.line() for row in gaps)
    assert gaps[-1].gap < WIDEST_GAP, told
    assert all(row.accuracy.upper > row.ceiling - 2 * WIDEST_GAP for row in gaps), told
