"""Runs as pages read them, on both databases: the list, one run in full, what can be started."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from engine.domain.actor import DecidedBy
from engine.domain.context import Treatment
from engine.domain.decision import DecisionKind
from engine.domain.ids import RunId
from engine.domain.model_call import ModelIdentity, ModelRequest, TokenUsage
from engine.domain.run import RunKind, RunStatus, RunStep
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import Answered, Asked, Finish, Move, Recall, UseTool
from engine.errors import InvalidRequest, ModelUnavailable, NotFound
from engine.reason.brief import Brief
from engine.service.run_requests import StartRun
from engine.service.run_rows import CostBasis, RunCard, RunFilter
from engine.testing.run_scripts import FunctionModel, FunctionProcedure
from engine.testing.stub_desk import DESK
from engine.testing.world import World
from tests.contract.read_model_world import put, queries_of, stub_world
from tests.scenario.stub.running import (
    A,
    agent,
    ask,
    reasoners,
    submitted,
    with_reasoners,
    workflow,
)

SCRIPTED = ModelIdentity(name="scripted", is_scripted=True)
UNPRICED = ModelIdentity(name="unpriced", is_scripted=False)


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[World]:
    made = stub_world(tmp_path, database_url)
    yield made
    made.close()


def cards(world: World) -> list[RunCard]:
    """The runs of the first ticket, oldest first."""
    queries = queries_of(world)
    rows = queries.runs(RunFilter(case_id=world.case(A).id)).rows
    return [queries.run(row.run_id) for row in reversed(rows)]


def shadow(world: World, kind: RunKind, form: str) -> None:
    """Somebody lets a reasoner look at the first ticket."""
    request = StartRun(case_id=world.case(A).id, kind=kind, client_key=form)
    world.engine.execute(request, world.person("ada"))
    world.work()


def test_run_tells_what_was_asked_decided_and_shown(world: World) -> None:
    submitted(with_reasoners(world, reasoners(FunctionModel())))
    queries, (card,) = queries_of(world), cards(world)
    row, (asked, read, wanted) = card.row, card.steps
    assert (row.source_id, row.desk, row.kind) == (A, DESK, RunKind.AGENT)
    assert (row.status, row.is_shadow, row.decided_by) == ("SUSPENDED", False, DecidedBy.MODEL)
    assert (row.cost.basis, row.cost.micro_usd) == (CostBasis.PRICED, 328)
    assert row.usage == TokenUsage(input=60, output=20, cache_read=40)
    assert row.worked_us == sum(step.duration_us for step in card.steps)
    assert (asked.name, asked.text, asked.stop, asked.cost.micro_usd) == (
        *("judge", "well"),
        *("END", 328),
    )
    assert [(call.attempt, call.status) for call in asked.calls] == [(1, "ANSWERED")]
    (context,) = card.contexts
    assert (context.step, context.window, context.used) == (1, 100, 120)
    assert [block.treatment for block in context.blocks] == [Treatment.KEPT] * 2
    assert queries.block_text(row.run_id, 1, 2) == f"Who owns {A}?"
    for step, place in ((1, 0), (1, 3), (2, 1), (9, 1)):
        with pytest.raises(NotFound):
            queries.block_text(row.run_id, step, place)
    assert (read.name, read.asked, read.has_called, read.scopes) == (
        *("get_ticket", {"number": A}),
        *(True, ()),
    )
    assert read.verdict.endswith("not narrowed")
    assert (wanted.name, wanted.is_open, wanted.is_denied) == ("assign_owner", True, False)
    assert wanted.verdict.startswith("ESCALATE: ")
    assert wanted.grounds
    assert wanted.grounds.rationale == "The model says so."
    assert card.limits
    assert (card.limits.window_soft, card.limits.run) == (24_000, 200_000)

    before = queries.run_version(row.run_id)
    world.decide(world.case(A), world.person("ada"), DecisionKind.APPROVE)
    world.clock.move(seconds=10)
    world.work()
    assert before != queries.run_version(row.run_id)
    (card,) = cards(world)
    assert (card.row.status, card.row.end_note) == ("ENDED", "APPROVED by ada")
    assert (card.steps[2].answered, card.steps[2].answered_by) == (Answered.APPROVED, "ada")
    assert [step.kind for step in card.steps] == ["asked", "use_tool", "ask_write", "finish"]
    assert (card.taken_over_by, card.after, card.before) == ("", None, ())


def test_failed_runs_name_who_took_over(world: World) -> None:
    def lost(brief: Brief, steps: Sequence[RunStep]) -> Move:
        raise ZeroDivisionError

    def silent(request: ModelRequest, cancelled: object) -> str:
        raise ModelUnavailable("no answer", retry_after_s=60.0)

    made = reasoners(FunctionModel(function=silent), agent=lost, workflow=workflow)
    submitted(with_reasoners(world, made))
    first, second = cards(world)
    assert (first.row.fault, first.row.status) == (RunFault.CODE_FAILED, RunStatus.FAILED)
    assert first.taken_over_by == "the workflow"
    assert first.after == second.row
    assert second.before == (first.row,)
    assert (second.row.status, second.steps) == (RunStatus.RUNNING, ())
    assert second.resumes_at == world.clock.now() + timedelta(seconds=60)
    for _ in range(6):
        world.clock.move(minutes=3)
        world.work()
    _, second = cards(world)
    assert (second.row.fault, second.taken_over_by) == (
        *(RunFault.MODEL_AWAY,),
        *("the desk's own reasoner (stub)",),
    )
    (asked, gone) = second.steps
    assert [call.status for call in asked.calls] == ["FAILED"] * 5
    assert (asked.error, asked.text) == ("MODEL_UNAVAILABLE", "no answer (5 tries)")
    assert (asked.usage, asked.cost.micro_usd) == (None, 5 * 750)
    assert (gone.kind, gone.name, gone.decided_by) == ("give_up", "MODEL_AWAY", DecidedBy.CODE)


def test_denied_and_repeated_calls_are_told(world: World) -> None:
    denied = ask(number="T999999")

    def script(brief: Brief, steps: Sequence[RunStep]) -> Move:
        match len(steps):
            case 0 | 1:
                return agent(brief, steps)
            case 2:
                return Recall(step=2, use_id="again")
            case 3:
                return UseTool(tool="no_such_tool", arguments={}, use_id="none")
            case 4:
                return denied
            case _:
                return Finish(summary="a person has to decide")

    submitted(with_reasoners(world, reasoners(FunctionModel(identity=UNPRICED), agent=script)))
    (card,) = cards(world)
    assert [step.kind for step in card.steps] == [
        *("asked", "use_tool", "recall", "use_tool", "ask_write", "finish"),
    ]
    _, read, again, none, wanted, _ = card.steps
    assert again.result == read.result
    assert (again.has_called, none.has_called) == (False, False)
    assert (none.error, none.is_denied) == ("READ_REFUSED", True)
    assert (wanted.is_denied, wanted.answered) == (True, Answered.DENIED)
    assert (card.row.cost.basis, card.row.status) == (CostBasis.NO_PRICE, RunStatus.ENDED)


def test_list_is_filtered_and_read_in_parts(world: World) -> None:
    made = reasoners(FunctionModel(identity=SCRIPTED), workflow=workflow, live=None)
    submitted(with_reasoners(world, made))
    case_id = world.case(A).id
    kinds = (RunKind.PLAYBOOK, RunKind.WORKFLOW, RunKind.AGENT)
    for kind in kinds:
        shadow(world, kind, f"form-{kind}")
        world.clock.move(seconds=1)
    queries = queries_of(world)
    found = queries.runs(RunFilter(case_id=case_id)).rows
    assert [row.kind for row in found] == list(reversed(kinds))
    assert all(row.is_shadow for row in found)
    assert {row.kind: row.cost.basis for row in found} == {
        RunKind.PLAYBOOK: CostBasis.NOTHING_ASKED,
        RunKind.WORKFLOW: CostBasis.SCRIPTED,
        RunKind.AGENT: CostBasis.SCRIPTED,
    }
    assert found[0].end_note == "asks for: Assign to north"
    first = queries.runs(RunFilter(), limit=2)
    assert first.rows == found[:2]
    assert queries.runs(RunFilter(), cursor=first.next_cursor, limit=2).rows == found[2:]
    for which, count in (
        (RunFilter(desk=DESK), 3),
        (RunFilter(desk="other"), 0),
        (RunFilter(kind=RunKind.AGENT), 1),
        (RunFilter(status=RunStatus.FAILED), 0),
        (RunFilter(is_shadow=False), 0),
    ):
        assert len(queries.runs(which).rows) == count
    with pytest.raises(InvalidRequest):
        queries.runs(RunFilter(), cursor="nonsense")
    assert queries.find_run(str(found[0].run_id)) == found[0].run_id
    assert [queries.find_run(text) for text in ("T1", str(UUID(int=7)))] == [None, None]
    with pytest.raises(NotFound):
        queries.run(RunId(UUID(int=7)))


def test_kinds_that_cannot_run_say_why(world: World) -> None:
    made = reasoners(FunctionModel(identity=SCRIPTED), live=None)
    submitted(with_reasoners(world, made))
    case_id = world.case(A).id
    rows = {row.kind: row for row in queries_of(world).run_kinds(case_id)}
    assert [kind for kind, row in rows.items() if row.is_available] == ["playbook", "agent"]
    assert rows[RunKind.WORKFLOW].why_not == "The desk stub has no workflow for ticket."
    assert (rows[RunKind.AGENT].model, rows[RunKind.AGENT].is_scripted) == ("scripted", True)
    for kind, row in rows.items():
        if not row.is_available:
            with pytest.raises(InvalidRequest, match=row.why_not):
                shadow(world, kind, f"form-{kind}")
    blank = put(world, "BLANK")
    told = {row.why_not for row in queries_of(world).run_kinds(blank)}
    assert any(why.endswith("nothing is known of it yet.") for why in told)


def test_other_version_hides_the_limits(world: World) -> None:
    made = reasoners(FunctionModel())
    submitted(with_reasoners(world, made))
    other = FunctionProcedure(function=agent, version="function-2")
    made = replace(made, procedures={(DESK, RunKind.AGENT): other})
    with_reasoners(world, made)._engine = None
    (card,) = cards(world)
    assert card.limits is None
    assert isinstance(world.parts.store.runs.step(card.row.run_id, 1).move, Asked)
