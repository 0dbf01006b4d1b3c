"""Reasoners side by side on the read side: one story with all that can become of a run."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine.domain.canonical import canonical_text
from engine.domain.case import Origin
from engine.domain.failure import FailureCode
from engine.domain.run import RunKind
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import (
    Answered,
    ModelFailed,
    ToolFailed,
    ToolReturned,
    WriteAnswered,
    move_to_json,
    observation_to_json,
)
from engine.domain.verdict import VerdictKind
from engine.service.comparison_rows import ComparisonRow, Counted, KindFigures, Made, Models
from engine.store.read_comparison_steps import FAILED, Walked
from engine.testing.world import START, World
from tests.contract.comparison_world import (
    APPROVED,
    REFUSED,
    compared,
    compared_world,
    let_run_alone,
    make_simulated,
    start_scripted,
)
from tests.scenario.stub.running import ask

PLAYBOOK, WORKFLOW, AGENT = RunKind.PLAYBOOK, RunKind.WORKFLOW, RunKind.AGENT


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[World]:
    made = compared_world(tmp_path, database_url)
    yield made
    made.close()


def kn(one: Counted) -> tuple[int, int]:
    return one.k, one.n


def kinds(row: ComparisonRow) -> dict[RunKind, int]:
    return {one.kind: one.runs for one in row.comparison.kinds}


def figures_of_the_agent(agent: KindFigures) -> None:
    quality, effort, control = agent.quality, agent.effort, agent.control
    assert (agent.repeats, agent.shadows, agent.superseded, agent.models) == (2, 0, 1, ("m",))
    assert (kn(quality.completed), kn(quality.correct), kn(quality.right)) == (
        (3, 4),
        (1, 4),
        (1, 3),
    )
    # Question, read, write and end; of the one that was refused there is a question and its end.
    assert (effort.steps.median, agent.moves, agent.chosen_by_model) == (4, 14, 9)
    assert (effort.longest_correct and effort.longest_correct.source_id) == APPROVED
    assert (effort.cost.n, effort.cost.median, effort.tokens.most) == (3, 328, 120)
    (fault,) = agent.faults
    assert (fault.fault, fault.handled) == (RunFault.MODEL_REFUSED, (("workflow", 1),))
    assert fault.newest.source_id == REFUSED
    assert [(one.by, one.answers) for one in control.reviews] == [
        ("ben", (("OVERRIDE", 1), ("REJECT", 1))),
        ("ann", (("APPROVE", 1),)),
    ]
    assert (control.verdicts, control.ran_alone) == (((VerdictKind.ESCALATE, 4),), 0)
    assert kn(control.verified) == (1, 1)  # what a person put in its place is not the run's own
    assert [(one.tool, one.is_write, one.calls, one.not_narrowed) for one in agent.tools] == [
        ("get_ticket", False, 4, 4),
        ("assign_owner", True, 4, 0),
    ]
    memory = agent.memory
    assert (memory.runs, memory.window.most, memory.kept, memory.dropped) == (4, 100, 8, 0)


def figures_of_the_workflow(workflow: KindFigures) -> None:
    """Two in shadow, one behind the agent that failed, and one in hindsight."""
    assert (workflow.runs, workflow.shadows, workflow.takeovers) == (4, 3, 1)
    assert (kn(workflow.quality.completed), kn(workflow.quality.hindsight)) == ((3, 4), (0, 1))
    assert (kn(workflow.quality.correct), kn(workflow.quality.right)) == ((1, 3), (1, 2))
    assert (workflow.any_step.runs, workflow.any_step.went_on) == (4, 3)
    assert (workflow.third_step.runs, workflow.third_step.went_on) == (1, 0)
    (fault,) = workflow.faults
    assert fault.handled == (("stub", 1),)
    (reads, writes) = workflow.tools
    # The one that is not there was refused: it is no read, and four times policy's no.
    assert (reads.calls, reads.failed, reads.runs, writes.calls) == (4, 0, 4, 3)
    assert dict(workflow.control.verdicts)[VerdictKind.DENY] == 4


def test_story_of_runs_adds_up(world: World) -> None:
    row = compared(world)
    assert (row.runs, row.left_out, row.comparison.cases) == (13, 0, 5)
    assert kinds(row) == {PLAYBOOK: 2, WORKFLOW: 4, AGENT: 5}
    assert (row.which.origin, row.which.models) == (Origin.REAL, Models.REAL)
    named = {by.partition("/")[0]: runs for by, runs in row.versions}
    assert named == {"agent@m": 7, "playbook@1": 2, "workflow@m": 4}
    by_kind = row.comparison.by_kind
    figures_of_the_agent(by_kind[AGENT])
    figures_of_the_workflow(by_kind[WORKFLOW])
    assert (kn(by_kind[PLAYBOOK].quality.right), by_kind[PLAYBOOK].effort.cost.n) == ((1, 2), 0)
    pairs = {(one.first, one.second): one for one in row.comparison.pairs}
    assert kn(pairs[PLAYBOOK, AGENT].same) == (2, 2)
    alone = pairs[WORKFLOW, AGENT]
    assert (kn(alone.same), alone.first_alone, alone.second_alone) == ((0, 2), 1, 1)
    assert row.comparison.differing == 2
    assert len(row.replies) == 8
    (offer,) = row.offers
    assert (offer.reads, offer.writes) == (("get_ticket",), ("assign_owner", "grant_credit"))
    slices_leave_out_what_they_say(world)
    calls_without_a_person_are_told_apart(world)
    scripted_runs_stand_apart(world)
    simulated_cases_stand_apart(world)


def slices_leave_out_what_they_say(world: World) -> None:
    assert kinds(compared(world, made=Made.LIVE)) == {WORKFLOW: 1, AGENT: 5}
    assert kinds(compared(world, made=Made.SHADOW)) == {PLAYBOOK: 2, WORKFLOW: 3, AGENT: 2}
    assert kinds(compared(world, kinds=frozenset({AGENT}))) == {AGENT: 5}
    day_later = START + timedelta(days=1)
    assert kinds(compared(world, since=day_later)) == {WORKFLOW: 1}
    assert compared(world, until=day_later).runs == 12
    assert compared(world, desk="stub", case_type="ticket").runs == 13
    for nobody in ({"desk": "or\x00ders"}, {"case_type": "other"}, {"models": Models.SCRIPTED}):
        assert AGENT not in kinds(compared(world, **nobody))


def calls_without_a_person_are_told_apart(world: World) -> None:
    """The record's truth holds, whatever an auditor says afterwards."""
    let_run_alone(world, APPROVED)
    agent = compared(world).comparison.by_kind[AGENT]
    assert (agent.control.ran_alone, agent.control.audited) == (1, 1)
    assert kn(agent.quality.right) == (1, 3)


def scripted_runs_stand_apart(world: World) -> None:
    start_scripted(world)
    assert compared(world).runs == 13
    scripted = compared(world, models=Models.SCRIPTED)
    assert kinds(scripted) == {PLAYBOOK: 2, AGENT: 1}
    assert scripted.comparison.by_kind[AGENT].effort.cost.n == 0
    assert [(one.models, one.runs) for one in world.engine.queries.runs_made()] == [
        (None, 2),
        (Models.REAL, 11),
        (Models.SCRIPTED, 1),
    ]


def simulated_cases_stand_apart(world: World) -> None:
    make_simulated(world, APPROVED)
    assert compared(world).comparison.cases == 4
    assert compared(world, origin=Origin.SIMULATED).comparison.cases == 1


def test_empty_database_compares_nothing(tmp_path: Path, database_url: str) -> None:
    from tests.contract.read_model_world import stub_world

    world = stub_world(tmp_path, database_url)
    row = compared(world)
    assert (row.runs, row.comparison.kinds, row.replies) == (0, (), ())
    assert world.engine.queries.runs_made() == ()
    world.close()


@pytest.mark.parametrize(
    ("first", "answered", "judged", "told"),
    [
        ("south", Answered.REJECTED, "south", "north"),
        ("south", Answered.OVERRIDDEN, "south", "north"),
        ("south", Answered.FACT_GIVEN, "south", "north"),
        ("south", Answered.APPROVED, "south", "north"),
        ("south", Answered.FAILED, "south", "north"),
        ("south", Answered.DENIED, "north", None),
        ("south", Answered.EXECUTED, "north", None),
        ("south", Answered.TIMED_OUT, "north", None),
        ("", Answered.APPROVED, "north", None),
        ("", Answered.REJECTED, "", "north"),
    ],
)
def test_people_end_what_is_judged(
    first: str, answered: Answered, judged: str, told: str | None
) -> None:
    did = Walked()
    for number, (label, answer) in enumerate([(first, answered), ("north", Answered.APPROVED)]):
        seen = observation_to_json(WriteAnswered(answered=answer, by="ann", why="so"))
        row = SimpleNamespace(
            kind="ask_write",
            number=number,
            move=canonical_text(move_to_json(ask(label))),
            head="",
            duration_us=1,
            verdict=f"{VerdictKind.ESCALATE}: so",
            observation=canonical_text(seen),
        )
        did.take(row)
    assert (did.wanted and did.wanted.label) == judged
    assert (did.told and did.told.label) == told


def test_failed_observations_are_told_by_their_beginning() -> None:
    refused = ToolFailed(code=FailureCode.READ_REFUSED, why="no")
    away = ModelFailed(fault=RunFault.MODEL_AWAY, why="no")
    good = ToolReturned(result={"code": "x", "fault": "y"})
    write = WriteAnswered(answered=Answered.DENIED, by="policy", why="no")
    found = [
        canonical_text(observation_to_json(one)).startswith(FAILED)
        for one in (refused, away, good, write)
    ]
    assert found == [True, True, False, False]
