"""Runs beside a case's way: any kind for any case, and the case is not touched."""

from collections.abc import Callable

import pytest

from engine.domain.actor import Role
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.model_call import ModelRequest
from engine.domain.run import RunKind, RunStatus
from engine.errors import AlreadyDone, InvalidRequest, NotAllowed
from engine.service.engine import Done
from engine.service.requests import StartRun
from engine.testing.run_scripts import FunctionModel
from engine.testing.world import World
from tests.scenario.stub.running import (
    A,
    book,
    journals,
    kinds,
    reasoners,
    submitted,
    with_reasoners,
    workflow,
)

B = "T000001"


@pytest.fixture
def world(stub_world: World) -> World:
    """Two cases that the playbook has recommended something for."""
    made = reasoners(FunctionModel(), workflow=workflow, live=None)
    return submitted(with_reasoners(stub_world, made), 2)


def start(
    world: World, kind: RunKind, source_id: str = A, key: str = "form", who: str = "ann"
) -> Done:
    case = world.case(source_id)
    return world.execute(StartRun(case_id=case.id, kind=kind, client_key=key), world.person(who))


@pytest.mark.parametrize(
    ("kind", "steps", "note", "calls"),
    [
        (RunKind.PLAYBOOK, ["recommend"], "recommends: Assign to north", 0),
        (RunKind.WORKFLOW, ["asked", "recommend"], "recommends: Assign to south", 1),
        (RunKind.AGENT, ["asked", "use_tool", "ask_write"], "asks for: Assign to north", 1),
    ],
)
def test_shadow_run_ends_with_what_it_wants(
    world: World, kind: RunKind, steps: list[str], note: str, calls: int
) -> None:
    before, entries = world.case(A), world.kinds(world.case(A).id)
    start(world, kind)
    world.work()
    (journal,) = journals(world)
    assert (journal.run.status, journal.run.is_shadow) == (RunStatus.ENDED, True)
    assert (kinds(journal), journal.run.end_note) == (steps, note)
    assert journal.steps[-1].verdict.startswith("ESCALATE: phase_is_copilot")
    assert len(world.parts.store.runs.calls(journal.run.id)) == calls
    assert (world.case(A), book(world)) == (before, [])
    assert world.kinds(before.id) == [*entries, "RUN_BEGUN"]


def test_shadow_runs_on_a_settled_case_change_nothing(world: World) -> None:
    world.decide(world.case(A), world.person("ann"), DecisionKind.APPROVE)
    world.work()
    done = world.case(A)
    assert done.status is CaseStatus.DONE
    start(world, RunKind.AGENT)
    world.work()
    assert world.case(A) == done
    assert book(world) == [(A, "north")]


def test_same_form_begins_one_run(world: World) -> None:
    start(world, RunKind.AGENT)
    assert start(world, RunKind.AGENT).message == "Already begun, once."
    with pytest.raises(AlreadyDone):
        start(world, RunKind.AGENT, source_id=B)
    assert len(journals(world)) == 1
    assert journals(world, B) == []


def test_viewer_begins_no_run(world: World) -> None:
    world.person("vic", Role.VIEWER)
    with pytest.raises(NotAllowed):
        start(world, RunKind.AGENT, who="vic")
    assert journals(world) == []


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (RunKind.PRECEDENT, "reasons by playbook, not precedent"),
        (RunKind.AGENT, "no language model here"),
    ],
)
def test_reasoner_that_is_not_there_is_refused(
    stub_world: World, kind: RunKind, words: str
) -> None:
    submitted(stub_world)
    with pytest.raises(InvalidRequest, match=words):
        start(stub_world, kind)


def test_shadow_run_fails_by_itself(world: World) -> None:
    def breaks(request: ModelRequest, cancelled: Callable[[], bool]) -> str:
        raise ZeroDivisionError

    made = reasoners(FunctionModel(function=breaks), live=None)
    with_reasoners(world, made)
    start(world, RunKind.AGENT)
    world.work()
    (journal,) = journals(world)
    assert (journal.run.status, journal.run.fault) == (RunStatus.FAILED, "CODE_FAILED")
    assert world.case(A).status is CaseStatus.PENDING
