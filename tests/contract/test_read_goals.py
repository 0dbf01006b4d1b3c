"""Measures of the goals, on both databases: what they count, and what they say they do not."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.domain.actor import Role
from engine.domain.case import Origin
from engine.domain.decision import DecisionKind
from engine.domain.policy import PolicyKind
from engine.service.policy_rows import MeasureRow
from engine.service.requests import ProposeVersion, SignVersion
from engine.testing.stub_desk import DESK, ticket_rows
from engine.testing.world import World
from tests.contract.read_model_world import queries_of, stub_world, submit

GOALS = """\
desk: stub
goal: Every ticket has its owner.
measures:
- {kind: correctness, target: 0.9}
- {kind: cost_per_decision, target: 250}
cost_per_hour: 4200
"""
Maker = Callable[..., World]


@pytest.fixture
def make(tmp_path: Path, database_url: str) -> Iterator[Maker]:
    made: list[World] = []

    def new(goals: str = GOALS) -> World:
        made.append(stub_world(tmp_path, database_url))
        put_in_force(made[-1], goals)
        return made[-1]

    yield new
    for world in made:
        world.close()


def put_in_force(world: World, goals: str) -> None:
    kind: Any = PolicyKind.GOALS
    owner, risk = world.person("olga", Role.PRODUCT_OWNER), world.person("rik", Role.RISK_OFFICER)
    world.execute(ProposeVersion(kind=kind, desk=DESK, document=goals, note="n", over=0), owner)
    world.execute(SignVersion(kind=kind, desk=DESK, version=1, over=0), risk)


def measures(world: World) -> tuple[MeasureRow, ...]:
    return queries_of(world).goals(DESK).measures


def test_simulated_decisions_are_said_to_count_nowhere(make: Maker) -> None:
    world = make()
    correct, cost = measures(world)
    assert (correct.value_words, cost.value_words) == (
        "no real label that counts yet",
        "no real decision yet",
    )
    rows = ticket_rows(1, opened_at=world.clock.now())
    world.submit(rows, origin=Origin.SIMULATED)
    world.work()
    world.decide(world.case("T000000"), world.person("ann"), DecisionKind.REJECT)
    (score,) = queries_of(world).scores()
    assert score.agreement.n == 1
    beside = "; the simulated ones of the scorecard count for no measure"
    assert [one.value_words for one in measures(world)] == [
        f"no real label that counts yet{beside}",
        f"no real decision yet{beside}",
    ]


def test_a_few_answers_give_no_cost(make: Maker) -> None:
    world = make()
    submit(world, 1)
    case = world.case("T000000")
    world.decide(case, world.person("ann"), DecisionKind.REJECT, time_to_decide_ms=900)
    cost = measures(world)[1]
    assert (cost.value, cost.is_met) == (None, None)
    assert cost.value_words.startswith("not told: 1 of the 30 answers")


def test_a_cost_can_rest_on_stated_minutes(make: Maker) -> None:
    world = make(GOALS + "minutes_per_decision: 2\n")
    submit(world, 1)
    world.decide(world.case("T000000"), world.person("ann"), DecisionKind.REJECT)
    cost = measures(world)[1]
    assert (cost.value, cost.is_met) == (140.0, True)
    assert "minutes as the goals name them" in cost.value_words
