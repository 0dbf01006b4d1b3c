"""A trial: who reads the shop as anyone may is as good as the ceiling, and no better."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from engine.desks.orders.words import CaseType, Resolution
from engine.domain.canonical import Json
from engine.domain.case import Case, Origin, Signal
from engine.domain.fact import Fact, FactSet
from engine.domain.precedent import FittedPrecedent
from engine.domain.recommendation import Draft
from engine.errors import ToolError
from engine.ports import ReadTool
from engine.simulators.orders.ceiling import Ceiling
from engine.simulators.orders.events import Episode, IntakeRow, Plan
from engine.simulators.orders.report import gap
from engine.simulators.orders.seeds import HELD_OUT_SEEDS
from engine.simulators.orders.trial import ShopReads, answers, judged
from engine.simulators.orders.world import draw_world, make_sample
from tests.unit.desks.shop_world import SetClock, open_world
from tests.unit.simulators.decoding import decoded
from tests.unit.simulators.playing import AFTER, START, played

SEED = HELD_OUT_SEEDS[0]


@dataclass
class Decoder:
    """A perceiver that reads perfectly: one fact a signal."""

    rows: Mapping[str, IntakeRow]

    def __call__(self, signal: Signal, read: ReadTool, at: datetime) -> Sequence[Fact]:
        def named(name: str, **arguments: object) -> Json:
            return read(name, arguments)

        shown = decoded(self.rows[signal.source_id], named)
        return tuple(
            Fact(entity="case", attribute=name, value=value, source="shop", observed_at=at)
            for name, value in shown.items()
        )


@dataclass
class Oracle:
    """Knows the rates of the world, and sees facts alone."""

    ceilings: Mapping[CaseType, Ceiling]
    name: str = "playbook"
    version: str = "oracle"

    def recommend(self, case: Case, facts: FactSet, memory: FittedPrecedent | None) -> Draft | None:
        assert case.origin == Origin.SIMULATED
        shown = {fact.attribute: str(fact.value) for fact in facts.facts}
        best = self.ceilings[CaseType(case.case_type)].best(shown)
        return Draft(
            reasoner=self.name,
            reasoner_version=self.version,
            proposals=(),
            label=best.value,
            summary="",
            rationale="",
            raw_confidence=None,
        )


class Silent(Oracle):
    def recommend(self, case: Case, facts: FactSet, memory: FittedPrecedent | None) -> Draft | None:
        return None


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Plan, ShopReads]]:
    plan = make_sample(SEED, 60, START)
    world, _ = played(plan, f"sqlite:///{tmp_path_factory.mktemp('shop')}/shop.db")
    yield plan, ShopReads(shop=world.shop)
    world.database.close()


def rows_of(episodes: Sequence[Episode]) -> Mapping[str, IntakeRow]:
    return {one.row.id: one.row for one in episodes}


def test_oracle_finds_what_is_best(trial: tuple[Plan, ShopReads]) -> None:
    plan, read = trial
    oracle = Oracle(draw_world(SEED, START).ceilings)
    found = answers(plan.episodes, Decoder(rows_of(plan.episodes)), oracle, read)
    assert found == {one.row.id: one.best for one in plan.episodes}
    assert gap(found, plan.episodes)[-1].share > 0.8


def test_worlds_share_a_shop_and_are_judged(tmp_path: Path) -> None:
    plans = [make_sample(seed, 20, START) for seed in HELD_OUT_SEEDS[:3]]
    world = open_world(f"sqlite:///{tmp_path}/shop.db")
    world.clock = SetClock(AFTER)
    rows = rows_of([one for plan in plans for one in plan.episodes])
    judges = judged(plans, Decoder(rows), Silent({}), world.shop)
    assert judges[-1].cases == 60
    assert judges[-1].right == 0
    assert judges[-1].gap == judges[-1].ceiling > 0.8
    assert world.books()["is_balanced"]
    world.database.close()


def test_silence_is_no_answer(trial: tuple[Plan, ShopReads]) -> None:
    plan, read = trial
    silent = Silent({})
    found = answers(plan.episodes[:6], Decoder(rows_of(plan.episodes)), silent, read)
    assert set(found.values()) == {None}
    assert not set(found.values()) & set(Resolution)


def test_unknown_order_cannot_be_read(trial: tuple[Plan, ShopReads]) -> None:
    with pytest.raises(ToolError, match="no order nowhere"):
        trial[1]("get_order", {"order_id": "nowhere"})
