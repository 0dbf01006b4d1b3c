"""The scorecard, on both databases: exact counts and intervals."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from engine.domain.case import Origin
from engine.domain.decision import DecisionKind
from engine.domain.phase import Phase
from engine.service.requests import UndoEffect
from engine.service.rows import CellScore, RecordRow, ReliabilityRow, Share
from engine.store import tables
from engine.testing.world import World
from tests.contract.read_model_world import (
    CELL,
    labelled,
    queries_of,
    stub_world,
    submit,
    with_history,
)

Maker = Callable[..., World]
CLOSE: Any = pytest.approx


@pytest.fixture
def make(tmp_path: Path, database_url: str) -> Iterator[Maker]:
    made: list[World] = []

    def new(**options: Any) -> World:
        made.append(stub_world(tmp_path, database_url, **options))
        return made[-1]

    yield new
    for world in made:
        world.close()


def score(world: World) -> CellScore:
    (row,) = queries_of(world).scores()
    return row


# --- the scorecard -----------------------------------------------------------------------

NOTHING = Share(k=0, n=0, low=0.0, high=1.0)


def test_scorecard_is_empty_without_recommendations(make: Maker) -> None:
    world = make()
    submit(world, owner="none")
    assert queries_of(world).scores() == ()


def test_correctness_and_calibration_are_scored(make: Maker) -> None:
    world = with_history(make(), 32, 8)
    right = Share(k=32, n=40, low=CLOSE(0.6435, abs=5e-5), high=CLOSE(0.9095, abs=5e-5))
    assert score(world) == CellScore(
        cell=CELL,
        origin=Origin.REAL,
        reasoner="stub",
        cases=40,
        pending=0,
        executed_alone=0,
        executed_by_decision=0,
        verified=NOTHING,
        realised_error=NOTHING,
        recommendation_correct=right,
        agreement=NOTHING,
        agreement_ac1=None,
        ece=CLOSE(0.1),
        brier=CLOSE(0.17),
        median_decide_ms=None,
        withdrawn=40,
        undone=0,
        reliability=(
            ReliabilityRow(
                mean_confidence=CLOSE(0.9), observed=0.8, low=right.low, high=right.high, n=40
            ),
        ),
        records=(RecordRow(by="stub@1", labels=40, errors=8, before=0),),
    )


def test_executions_alone_are_judged_by_the_record(make: Maker) -> None:
    world = with_history(make(phase=Phase.BOUNDED))
    for prefix, truth in {"A": "north", "B": "north", "C": "south"}.items():
        submit(world, 1, prefix, truth=truth)
    submit(world, 1, "D")
    before = score(world)
    assert (before.executed_alone, before.realised_error) == (4, NOTHING)
    world.clock.move(minutes=1)
    world.work()
    after = score(world)
    assert after.realised_error == Share(
        k=1, n=3, low=CLOSE(0.0084, abs=5e-5), high=CLOSE(0.9057, abs=5e-5)
    )
    assert after.verified == Share(k=4, n=4, low=CLOSE(0.3976, abs=5e-5), high=1.0)
    assert (after.executed_by_decision, after.withdrawn, after.pending) == (0, 40, 0)


def answer(world: World, prefix: str, kind: DecisionKind, decide_ms: int, **fields: Any) -> None:
    submit(world, 1, prefix)
    case = world.case(f"{prefix}000000")
    world.decide(case, world.person("anna"), kind, time_to_decide_ms=decide_ms, **fields)


def chosen(world: World, prefix: str) -> tuple[str, str, str] | None:
    """What the card says that a person had done instead, and policy's answer to it."""
    said = world.engine.queries.card(world.case(f"{prefix}000000").id).chosen
    return (said.words, said.person, said.verdict.kind.value) if said else None


def be_of_an_agent(world: World, source_id: str) -> None:
    """Somebody else recommended what was recommended for a case, behind the engine's back."""
    made = tables.recommendations
    changed = update(made).where(made.c.case_id == world.case(source_id).id)
    with world.parts.database.writer.begin() as connection:
        connection.execute(changed.values(reasoner="agent"))


def test_agreement_counts_answers_that_stand(make: Maker) -> None:
    world = make()
    to_south = {"number": "B000000", "owner": "south"}
    answer(world, "A", DecisionKind.APPROVE, 1000)
    answer(world, "B", DecisionKind.OVERRIDE, 10_000, tool="assign_owner", arguments=to_south)
    assert [chosen(world, of) for of in "AB"] == [
        None,
        ("Assign B000000 to south", "anna", "EXECUTE"),
    ]
    answer(world, "C", DecisionKind.REJECT, 3000)
    answer(world, "D", DecisionKind.ESCALATE, 50_000)
    world.clock.move(seconds=9)
    world.work()
    row = score(world)
    assert row.agreement == Share(
        k=1, n=3, low=CLOSE(0.0084, abs=5e-5), high=CLOSE(0.9057, abs=5e-5)
    )
    assert (row.agreement_ac1, row.median_decide_ms) == (CLOSE(1 / 9), 3000)
    assert (row.executed_by_decision, row.executed_alone, row.pending) == (2, 0, 1)
    assert (row.verified.k, row.verified.n, row.recommendation_correct) == (2, 2, NOTHING)
    be_of_an_agent(world, "B000000")
    submit(world, 1, "E")
    agents, stubs = queries_of(world).scores()
    assert (agents.cell, agents.reasoner, stubs.reasoner) == (row.cell, "agent", "stub")
    assert (agents.cases, agents.executed_by_decision, agents.agreement.n) == (1, 1, 1)
    assert (stubs.cases, stubs.executed_by_decision, stubs.agreement.n) == (row.cases, 1, 2)


def test_undone_effects_are_counted_apart(make: Maker) -> None:
    world = make()
    answer(world, "A", DecisionKind.APPROVE, 1000)
    world.clock.move(seconds=9)
    world.work()
    case = world.case("A000000")
    undo = UndoEffect(case_id=case.id, version=case.version, reason="wrong")
    world.execute(undo, world.person("anna"))
    world.work()
    row = score(world)
    assert (row.undone, row.executed_by_decision, row.verified.n, row.pending) == (1, 1, 1, 1)


def test_scorecard_is_kept_until_a_case_moves(make: Maker) -> None:
    world = with_history(make(), 3)
    first = queries_of(world).scores()
    assert queries_of(world).scores()[0] is first[0]
    world.clock.move(minutes=1)
    submit(world, 1, "N")
    assert queries_of(world).scores()[0] == replace(first[0], cases=4, pending=1)
    assert queries_of(world).scores("nowhere") == ()


def test_second_process_sees_the_same_figures(make: Maker) -> None:
    """What is kept in memory is what a fresh reader finds."""
    world = with_history(make(phase=Phase.BOUNDED))
    labelled(world, {"A": "north"})
    world.clock.move(hours=1)
    warm = (queries_of(world).cells(), queries_of(world).scores(), queries_of(world).curve(CELL))
    world._engine = None
    fresh = queries_of(world)
    assert (fresh.cells(), fresh.scores(), fresh.curve(CELL)) == warm
