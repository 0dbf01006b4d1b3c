"""Runs that cannot go on as they would: models away, budgets, pauses, new content, bugs."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from engine.domain.case import Attention, Signal
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.fact import Fact
from engine.domain.ids import RunId
from engine.domain.model_call import ModelRequest
from engine.domain.run import RunKind, RunStatus, RunStep
from engine.domain.run_calls import ModelBudgets
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import Finish, Move, WriteAnswered
from engine.errors import ModelCancelled, ModelRefused, ModelUnavailable
from engine.ports import ReadTool
from engine.reason.brief import Brief
from engine.service.failure_rows import FailureFilter
from engine.service.requests import PauseScope
from engine.testing.run_scripts import FunctionModel
from engine.testing.stub_desk import DESK, ticket_rows
from engine.testing.world import World
from tests.scenario.stub.running import (
    A,
    agent,
    answers,
    ask,
    book,
    journals,
    kinds,
    reasoners,
    submitted,
    with_reasoners,
    workflow,
)

Cancelled = Callable[[], bool]


def calls_of(world: World, run_id: RunId) -> list[tuple[str, int]]:
    return [(c.status.value, c.cost_micro_usd) for c in world.parts.store.runs.calls(run_id)]


def away(request: ModelRequest, cancelled: Cancelled) -> str:
    raise ModelUnavailable("no answer", retry_after_s=30.0)


# --- models that do not answer -----------------------------------------------------------------


def test_busy_model_is_asked_again_when_it_said(stub_world: World) -> None:
    tries = iter([True, False])

    def answer(request: ModelRequest, cancelled: Cancelled) -> str:
        if next(tries):
            raise ModelUnavailable("busy", status=529, retry_after_s=30.0)
        return "well"

    world = submitted(with_reasoners(stub_world, reasoners(FunctionModel(function=answer))))
    assert world.case(A).status is CaseStatus.REASONING
    world.clock.move(seconds=29)
    world.work()
    assert world.case(A).status is CaseStatus.REASONING
    world.clock.move(seconds=1)
    world.work()
    (journal,) = journals(world)
    assert journal.run.status is RunStatus.SUSPENDED
    assert calls_of(world, journal.run.id) == [("FAILED", 0), ("ANSWERED", 328)]


def test_model_away_hands_over_to_the_playbook(stub_world: World) -> None:
    world = submitted(with_reasoners(stub_world, reasoners(FunctionModel(function=away))))
    for _ in range(6):
        world.clock.move(minutes=3)
        world.work()
    case, (journal,) = world.case(A), journals(world)
    assert (journal.run.status, journal.run.fault) == ("FAILED", RunFault.MODEL_AWAY)
    # Nobody knows whether the calls were billed: they count with the most they can cost.
    assert calls_of(world, journal.run.id) == [("FAILED", 750)] * 5
    assert journal.run.cost_micro_usd == 5 * 750
    made = world.parts.store.reader.recommendation(case)
    assert made is not None
    assert (made.draft.reasoner, case.status) == ("stub", CaseStatus.PENDING)
    assert made.draft.tried == ("the agent was tried and did not serve: no answer (5 tries)",)
    found = world.engine.queries.failures(FailureFilter())
    assert [(row.code, row.steps, row.stood) for row in found] == [("MODEL_UNAVAILABLE", 1, 0)]


def test_refused_question_is_not_repeated(stub_world: World) -> None:
    def refuse(request: ModelRequest, cancelled: Cancelled) -> str:
        raise ModelRefused("the key is wrong", status=401)

    world = submitted(with_reasoners(stub_world, reasoners(FunctionModel(function=refuse))))
    (journal,) = journals(world)
    assert (journal.run.fault, journal.run.cost_micro_usd) == (RunFault.MODEL_REFUSED, 0)
    assert world.case(A).proposal == "Assign to north"


def test_agent_falls_back_to_the_workflow(stub_world: World) -> None:
    def lost(brief: Brief, steps: Sequence[RunStep]) -> Move:
        raise ZeroDivisionError

    made = reasoners(FunctionModel(), agent=lost, workflow=workflow)
    world = submitted(with_reasoners(stub_world, made))
    first, second = journals(world)
    assert (first.run.fault, first.run.status) == (RunFault.CODE_FAILED, RunStatus.FAILED)
    assert (second.run.kind, second.run.fallback_of) == (RunKind.WORKFLOW, first.run.id)
    assert (second.run.status, kinds(second)) == ("ENDED", ["asked", "recommend"])
    case = world.case(A)
    made_of = world.parts.store.reader.recommendation(case)
    assert made_of is not None
    assert (case.status, case.proposal, case.run_id) == ("PENDING", "Assign to south", None)
    assert made_of.draft.tried == (
        "the agent was tried and did not serve: an error in the program: ZeroDivisionError",
    )


def test_whole_chain_ends_with_a_person(stub_world: World) -> None:
    made = reasoners(FunctionModel(function=_refused), workflow=workflow)
    world = submitted(with_reasoners(stub_world, made), owner="none")
    case = world.case(A)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.NO_RECOMMENDATION)
    assert case.attention_note == (
        "the agent was tried and did not serve: too long; "
        "the workflow was tried and did not serve: too long; the stub reasoner has no answer"
    )


def _refused(request: ModelRequest, cancelled: Cancelled) -> str:
    raise ModelRefused("too long")


# --- budgets -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "budgets",
    [ModelBudgets(run=749), ModelBudgets(desk_day=749), ModelBudgets(day=749)],
    ids=["run", "desk", "day"],
)
def test_spent_budget_hands_over_and_asks_nothing(stub_world: World, budgets: ModelBudgets) -> None:
    model = FunctionModel()
    world = submitted(with_reasoners(stub_world, reasoners(model, budgets=budgets)))
    (journal,) = journals(world)
    assert (journal.run.fault, model.asked) == (RunFault.MONEY_SPENT, [])
    assert world.case(A).proposal == "Assign to north"


def test_day_budget_is_shared_by_runs_and_kept_exact(stub_world: World) -> None:
    model = FunctionModel()
    submitted(
        with_reasoners(stub_world, reasoners(model, budgets=ModelBudgets(desk_day=328 + 749))), 2
    )
    world = stub_world
    faults = [journals(world, name)[0].run.fault for name in (A, "T000001")]
    assert sorted(map(str, faults)) == ["MONEY_SPENT", "None"]
    world.clock.move(days=1)
    world.submit(ticket_rows(1, opened_at=world.clock.now(), prefix="N"))
    world.work()
    assert journals(world, "N000000")[0].run.status is RunStatus.SUSPENDED


# --- brakes and what comes in meanwhile --------------------------------------------------------


def pause(world: World, scope: str) -> None:
    world.execute(PauseScope(scope=scope, reason="stop"), world.person("ann"))


@pytest.mark.parametrize("scope", ["all", "desk:stub", "cell:stub/ticket/assign_owner"])
def test_pause_cancels_a_question_in_flight(stub_world: World, scope: str) -> None:
    def answer(request: ModelRequest, cancelled: Cancelled) -> str:
        assert not cancelled()
        pause(stub_world, scope)
        assert cancelled()
        raise ModelCancelled

    made = reasoners(FunctionModel(function=answer), workflow=workflow)
    world = submitted(with_reasoners(stub_world, made))
    case, (journal,) = world.case(A), journals(world)
    assert (journal.run.fault, kinds(journal)) == (RunFault.PAUSED, ["give_up"])
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.PAUSED)
    assert case.proposal == "Assign to north"
    assert calls_of(world, journal.run.id) == [("FAILED", 750)]


def test_new_content_supersedes_a_run_in_flight(stub_world: World) -> None:
    contents = iter(["changed", "same"])

    def answer(request: ModelRequest, cancelled: Cancelled) -> str:
        if next(contents) == "changed":
            stub_world.submit(
                ticket_rows(1, opened_at=stub_world.clock.now(), owner="south", text="anew")
            )
            assert cancelled()
        return "well"

    world = submitted(with_reasoners(stub_world, reasoners(FunctionModel(function=answer))))
    world.clock.move(seconds=2)
    world.work()
    old, new = journals(world)
    assert (old.run.status, old.steps) == (RunStatus.SUPERSEDED, ())
    assert (new.run.status, world.case(A).run_id) == (RunStatus.SUSPENDED, new.run.id)
    assert calls_of(world, old.run.id) == [("ANSWERED", 328)]


def test_new_content_supersedes_a_run_that_waits(stub_world: World) -> None:
    world = submitted(with_reasoners(stub_world, reasoners(FunctionModel())))
    world.submit(ticket_rows(1, opened_at=world.clock.now(), owner="south", text="anew"))
    world.work()
    assert [one.run.status.value for one in journals(world)] == ["SUPERSEDED", "SUSPENDED"]


def test_case_resolved_elsewhere_ends_its_run(stub_world: World) -> None:
    world = submitted(with_reasoners(stub_world, reasoners(FunctionModel())))
    world.submit(ticket_rows(1, opened_at=world.clock.now(), truth="south"))
    world.clock.move(seconds=1)
    world.work()
    assert world.case(A).status is CaseStatus.WITHDRAWN
    assert journals(world)[0].run.status is RunStatus.SUPERSEDED


def test_case_resolved_while_its_run_waits_for_a_model(stub_world: World) -> None:
    world = submitted(with_reasoners(stub_world, reasoners(FunctionModel(function=away))))
    assert world.case(A).status is CaseStatus.REASONING
    world.submit(ticket_rows(1, opened_at=world.clock.now(), truth="south"))
    world.clock.move(minutes=1)
    world.work()
    assert world.case(A).status is CaseStatus.WITHDRAWN
    assert journals(world)[0].run.status is RunStatus.SUPERSEDED


def test_facts_gone_stale_are_read_again(stub_world: World) -> None:
    seen: list[int] = []

    def perceive(signal: Signal, read: ReadTool, at: object) -> Sequence[Fact]:
        now = stub_world.clock.now()
        seen.append(1)
        owner = Fact(
            entity="ticket",
            attribute="owner",
            value="north",
            source="shop",
            observed_at=now,
            ttl_s=60,
        )
        return [owner, replace(owner, attribute="confidence", value=0.9)]

    def looks(brief: Brief, steps: Sequence[RunStep]) -> Move:
        if not steps:
            return ask()
        assert not any(fact.is_stale(brief.at) for fact in brief.facts)
        return Finish(summary="looked again")

    world = stub_world
    desk = replace(world.desk, perceive=perceive)
    made = reasoners(FunctionModel(), agent=looks)
    world.parts = replace(world.parts, desks={DESK: desk}, reasoners=made)
    submitted(world)
    world.clock.move(minutes=5)
    world.decide(world.case(A), world.person("ann"), DecisionKind.REJECT)
    world.work()
    assert len(seen) == 2
    assert world.case(A).status is CaseStatus.CLOSED_NO_ACTION
    assert world.kinds(world.case(A).id).count("CASE_PERCEIVED") == 2


# --- fallback behind a person's word, and journals of another version ----------------------------


def test_failed_run_behind_a_no_goes_to_a_person(stub_world: World) -> None:
    def breaks(brief: Brief, steps: Sequence[RunStep]) -> Move:
        if steps and isinstance(steps[-1].observation, WriteAnswered):
            raise ZeroDivisionError
        return agent(brief, steps)

    made = reasoners(FunctionModel(), agent=breaks, workflow=workflow)
    world = submitted(with_reasoners(stub_world, made))
    world.decide(world.case(A), world.person("ann"), DecisionKind.REJECT)
    world.work()
    case = world.case(A)
    assert len(journals(world)) == 1
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.NO_RECOMMENDATION)
    assert case.recommendation_id is None


def test_journal_of_another_version_is_not_gone_on_with(stub_world: World) -> None:
    world = submitted(with_reasoners(stub_world, reasoners(FunctionModel())))
    newer = reasoners(FunctionModel())
    key = (DESK, RunKind.AGENT)
    other = replace(newer.procedures[key], version="function-2")  # type: ignore[type-var]
    with_reasoners(world, replace(newer, procedures={key: other}))
    world.decide(world.case(A), world.person("ann"), DecisionKind.APPROVE)
    world.work()
    (journal,) = journals(world)
    assert (journal.run.fault, answers(journal)) == ("CODE_FAILED", [("APPROVED", "ann")])
    assert (world.case(A).status, book(world)) == (CaseStatus.PENDING, [(A, "north")])
