"""Runs beside a case's way: any kind for any case, and the case is not touched."""

from collections.abc import Callable

import pytest

from engine.domain.actor import Role
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.model_call import ModelRequest
from engine.domain.run import RunKind, RunStatus
from engine.domain.run_calls import ModelBudgets
from engine.errors import AlreadyDone, Conflict, InvalidRequest, NotAllowed
from engine.service.engine import Done
from engine.service.requests import StartRun
from engine.testing.run_scripts import FunctionModel
from engine.testing.stub_desk import ticket_rows
from engine.testing.world import World
from tests.contract.read_model_world import queries_of
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


def test_one_of_a_kind_goes_on_at_a_time(world: World) -> None:
    start(world, RunKind.AGENT)
    with pytest.raises(Conflict, match="agent looks at this case already; wait until"):
        start(world, RunKind.AGENT, key="second", who="ben")
    waits = {one.kind: one.why_not for one in queries_of(world).run_kinds(world.case(A).id)}
    assert waits[RunKind.AGENT] == "The agent looks at this case already; wait until it is done."
    assert (waits[RunKind.WORKFLOW], waits[RunKind.PLAYBOOK]) == ("", "")
    start(world, RunKind.WORKFLOW, key="other kind")
    start(world, RunKind.AGENT, source_id=B, key="other case")
    world.work()
    start(world, RunKind.AGENT, key="second")
    assert [one.run.kind for one in journals(world)] == ["agent", "workflow", "agent"]


@pytest.mark.parametrize(
    "budgets", [ModelBudgets(day=2_000), ModelBudgets(desk_day=2_000)], ids=["day", "desk"]
)
def test_half_of_a_day_stays_for_live_runs(stub_world: World, budgets: ModelBudgets) -> None:
    """Each question may cost 750, and costs 328."""
    model = FunctionModel()
    made = reasoners(model, budgets=budgets, live=None)
    world = submitted(with_reasoners(stub_world, made))
    for number in range(4):
        start(world, RunKind.AGENT, key=f"form {number}")
        world.work()
    faults = [one.run.fault for one in journals(world)]
    assert (faults, len(model.asked)) == ([None, "MONEY_SPENT", "MONEY_SPENT", "MONEY_SPENT"], 1)
    assert "beside" in journals(world)[1].run.end_note
    with_reasoners(world, reasoners(model, budgets=budgets))
    world.submit(ticket_rows(3, opened_at=world.clock.now(), prefix="L"))
    world.work()
    live = [journals(world, f"L00000{number}")[0].run for number in range(3)]
    assert [one.fault for one in live] == [None] * 3


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
