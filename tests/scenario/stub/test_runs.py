"""An agent's run on a live desk: each move, and each way in which its write is answered."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from engine.domain.actor import DecidedBy, Role
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind, ReasonCode
from engine.domain.phase import Phase
from engine.domain.recommendation import Proposal
from engine.domain.run import Journal, RunStatus, RunStep
from engine.domain.run_calls import CallStatus
from engine.domain.run_moves import Answered, Asked, AskWrite, Move, WriteAnswered
from engine.domain.transition import RunAnswered
from engine.errors import AlreadyDone, ToolError, ToolOutcomeUnknown
from engine.govern.limits import OnDeadline
from engine.reason.brief import Brief
from engine.service.requests import ProvideFact, SettleRepair
from engine.testing.run_scripts import FunctionModel
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
    sure_agent,
    with_reasoners,
)
from tests.scenario.stub.test_bounded import calibrated
from tests.scenario.stub.test_on_the_loop import LOOP, lapse, told

MADE = ["asked", "use_tool", "ask_write", "finish"]


def suspended(world: World, model: FunctionModel | None = None) -> World:
    """A world in which a run waits for what a person says of its write."""
    submitted(with_reasoners(world, reasoners(model or FunctionModel())))
    assert world.case(A).status is CaseStatus.PENDING
    assert journals(world)[0].run.status is RunStatus.SUSPENDED
    return world


def answered(journal: Journal) -> WriteAnswered:
    seen = journal.steps[2].observation
    assert isinstance(seen, WriteAnswered)
    return seen


def test_run_asks_reads_and_suspends_with_its_write(stub_world: World) -> None:
    world = suspended(stub_world)
    case, (journal,) = world.case(A), journals(world)
    asked, read, wanted = journal.steps
    assert kinds(journal) == MADE[:3]
    assert (journal.run.case_id, case.run_id) == (case.id, journal.run.id)
    assert case.attention is Attention.OUTSIDE_ENVELOPE
    assert case.proposal == "Assign to north"
    assert isinstance(asked.move, Asked)
    assert sum(entry.tokens for entry in asked.move.context) == 100
    digests = [entry.text_digest for entry in asked.move.context]
    texts = world.parts.store.runs.texts(digests)
    assert [texts[digest] for digest in digests] == ["You judge tickets.", f"Who owns {A}?"]
    assert read.verdict.startswith("read permit")
    assert wanted.verdict.startswith("ESCALATE: ")
    assert wanted.observation is None


def test_answered_call_costs_what_it_used(stub_world: World) -> None:
    world = suspended(stub_world)
    (journal,) = journals(world)
    (call,) = world.parts.store.runs.calls(journal.run.id)
    # 60 fresh, 40 cached, 20 said: 120 + 8 + 200 micro-dollars; reserved 100 written, 50 said.
    assert (call.status, call.cost_micro_usd, call.reserved_micro_usd) == ("ANSWERED", 328, 750)
    assert (journal.run.cost_micro_usd, journal.run.usage.total) == (328, 120)
    assert journal.steps[0].cost_micro_usd == 328


def test_steps_stand_in_the_trace_of_the_case(stub_world: World) -> None:
    world = suspended(stub_world)
    case = world.case(A)
    assert world.kinds(case.id) == [
        "CASE_RECEIVED",
        "CASE_PERCEIVED",
        "RUN_BEGUN",
        "CASE_REASONED",
        "VERDICT_GIVEN",
        "RUN_SUSPENDED",
    ]
    spans = world.engine.queries.spans(case.id)
    told = [(span.name, span.decided_by) for span in spans if span.stage == "reason"]
    assert sorted(told) == [  # the clock stands still: only how long a step took tells them apart
        ("ask the model: judge", DecidedBy.MODEL),
        ("get_ticket", DecidedBy.MODEL),
        ("look at target", DecidedBy.CODE),
    ]
    assert world.engine.verify_ledger().is_intact


def test_approved_write_runs_and_the_run_goes_on(stub_world: World) -> None:
    world = suspended(stub_world)
    world.decide(world.case(A), world.person("ann"), DecisionKind.APPROVE)
    world.work()
    case, (journal,) = world.case(A), journals(world)
    assert (case.status, case.run_id) == (CaseStatus.DONE, None)
    assert kinds(journal) == MADE
    assert answers(journal) == [("APPROVED", "ann")]
    assert (journal.run.status, journal.run.end_note) == ("ENDED", "APPROVED by ann")
    assert book(world) == [(A, "north")]


def test_override_is_told_with_what_ran(stub_world: World) -> None:
    world = suspended(stub_world)
    arguments = {"number": A, "owner": "south"}
    world.decide(
        world.case(A),
        world.person("ann"),
        DecisionKind.OVERRIDE,
        tool="assign_owner",
        arguments=arguments,
    )
    world.work()
    (journal,) = journals(world)
    assert world.case(A).status is CaseStatus.DONE
    assert answers(journal) == [("OVERRIDDEN", "ann")]
    assert answered(journal).result["arguments"] == arguments
    assert book(world) == [(A, "south")]


def test_rejection_reads_as_a_no_and_closes(stub_world: World) -> None:
    world = suspended(stub_world)
    world.decide(
        world.case(A),
        world.person("ann"),
        DecisionKind.REJECT,
        reason_code=ReasonCode.DUPLICATE,
        note="twice",
    )
    world.work()
    (journal,) = journals(world)
    assert world.case(A).status is CaseStatus.CLOSED_NO_ACTION
    assert answers(journal) == [("REJECTED", "ann")]
    assert answered(journal).why == "duplicate: twice"
    assert book(world) == []


def test_given_fact_goes_to_the_run(stub_world: World) -> None:
    world = suspended(stub_world)
    ann = world.person("ann")
    world.decide(world.case(A), ann, DecisionKind.ASK, question="who owned it before?")
    case = world.case(A)
    world.execute(
        ProvideFact(case_id=case.id, version=case.version, attribute="owner_before", value="south"),
        ann,
    )
    world.work()
    (journal,) = journals(world)
    assert kinds(journal) == [*MADE[:3], "ask_write"]
    assert answers(journal) == [("FACT_GIVEN", "ann")]
    assert (world.case(A).status, world.case(A).proposal) == (CaseStatus.PENDING, "Assign to south")


def test_unanswered_question_is_no_rejection(stub_world: World) -> None:
    world = suspended(stub_world)
    world.decide(world.case(A), world.person("ann"), DecisionKind.ASK, question="who?")
    world.clock.move(days=1, seconds=1)
    world.work()
    case, (journal,) = world.case(A), journals(world)
    assert answers(journal) == [("TIMED_OUT", "deadline")]
    assert (journal.run.status, journal.run.fault) == ("FAILED", "NO_PROGRESS")
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.NO_RECOMMENDATION)


def test_closing_deadline_tells_the_run(make_stub_world: Callable[..., World]) -> None:
    world = suspended(make_stub_world(review_minutes=60, on_deadline=OnDeadline.CLOSE))
    world.clock.move(minutes=61)
    world.work()
    assert answers(journals(world)[0]) == [("TIMED_OUT", "deadline")]
    assert world.case(A).status is CaseStatus.PENDING


def test_deadline_that_escalates_leaves_it_waiting(make_stub_world: Callable[..., World]) -> None:
    world = suspended(make_stub_world(review_minutes=60))
    world.clock.move(minutes=61)
    world.work()
    assert world.case(A).role == Role.SENIOR_OPERATOR
    assert journals(world)[0].run.status is RunStatus.SUSPENDED


def test_denied_write_is_answered_at_once(stub_world: World) -> None:
    def breaks_the_contract(brief: Brief, steps: Sequence[RunStep]) -> Move:
        move = agent(brief, steps)
        if not isinstance(move, AskWrite):
            return move
        proposal = Proposal(tool="assign_owner", arguments={"number": A, "owner": 7})
        return replace(move, draft=replace(move.draft, proposals=(proposal,)))

    made = reasoners(FunctionModel(), agent=breaks_the_contract)
    world = submitted(with_reasoners(stub_world, made))
    (journal,) = journals(world)
    assert answers(journal) == [("DENIED", "envelope")]
    assert (journal.run.status, journal.run.fault) == ("FAILED", "NO_PROGRESS")
    assert world.case(A).proposal == "Assign to north"  # the playbook's
    assert "VERDICT_GIVEN" in world.kinds(world.case(A).id)


def test_write_inside_the_envelope_runs_alone(make_stub_world: Callable[..., World]) -> None:
    world = calibrated(make_stub_world(phase=Phase.BOUNDED))
    submitted(with_reasoners(world, reasoners(FunctionModel(), agent=sure_agent)))
    (journal,) = journals(world)
    assert answers(journal) == [("EXECUTED", "envelope")]
    assert world.case(A).status is CaseStatus.DONE
    assert book(world) == [(A, "north")]


def test_lapsed_window_tells_the_run(make_stub_world: Callable[..., World]) -> None:
    world = calibrated(make_stub_world(take_back_s=8.0, **LOOP))
    told(with_reasoners(world, reasoners(FunctionModel(), agent=sure_agent)))
    assert journals(world)[0].run.status is RunStatus.SUSPENDED
    lapse(world)
    (journal,) = journals(world)
    assert answers(journal) == [("EXECUTED", "envelope")]
    assert answered(journal).why == "nobody objected in time"
    assert (world.case(A).status, book(world)) == (CaseStatus.DONE, [(A, "north")])


def test_repair_that_stands_tells_the_run(make_stub_world: Callable[..., World]) -> None:
    def lose(key: str) -> None:
        raise ToolOutcomeUnknown("no answer")

    world = suspended(make_stub_world(before_call=lose))
    ann = world.person("ann")
    world.decide(world.case(A), ann, DecisionKind.APPROVE)
    for _ in range(6):
        world.work()
        world.clock.move(minutes=5)
    case = world.case(A)
    assert case.status is CaseStatus.NEEDS_REPAIR
    world.execute(
        SettleRepair(case_id=case.id, version=case.version, is_done=True, note="saw it"), ann
    )
    world.work()
    (journal,) = journals(world)
    assert answers(journal) == [("APPROVED", "ann")]
    assert answered(journal).why == "looked, and it stands: saw it"
    assert world.case(A).status is CaseStatus.DONE


def test_confidence_of_others_vouches_for_no_agent(make_stub_world: Callable[..., World]) -> None:
    world = calibrated(make_stub_world(phase=Phase.BOUNDED))
    submitted(with_reasoners(world, reasoners(FunctionModel())))
    case = world.case(A)
    assert case.status is CaseStatus.PENDING
    assert case.attention_note.startswith("confidence_uncalibrated")


def test_failed_effect_is_told_to_the_run(make_stub_world: Callable[..., World]) -> None:
    def refuse(key: str) -> None:
        raise ToolError("closed for today")

    world = suspended(make_stub_world(before_call=refuse))
    world.decide(world.case(A), world.person("ann"), DecisionKind.APPROVE)
    world.work()
    case, (journal,) = world.case(A), journals(world)
    assert answers(journal) == [("FAILED", "engine")]
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.NO_RECOMMENDATION)
    assert "did not serve: it was FAILED" in case.attention_note


def test_nothing_runs_alone_behind_a_no(make_stub_world: Callable[..., World]) -> None:
    def asks_again(brief: Brief, steps: Sequence[RunStep]) -> Move:
        if steps and isinstance(steps[-1].observation, WriteAnswered):
            return ask("south", reasoner="stub")
        move = agent(brief, steps)
        low = ask("north", confidence=0.1, reasoner="stub")
        return low if isinstance(move, AskWrite) else move

    world = calibrated(make_stub_world(phase=Phase.BOUNDED))
    made = reasoners(FunctionModel(), agent=asks_again)
    submitted(with_reasoners(world, made))
    world.decide(world.case(A), world.person("ann"), DecisionKind.REJECT)
    world.work()
    case = world.case(A)
    assert (case.status, case.proposal) == (CaseStatus.PENDING, "Assign to south")
    assert "rejected what this run asked for" in case.attention_note
    assert book(world) == []


def test_answer_is_taken_once(stub_world: World) -> None:
    world = suspended(stub_world)
    world.decide(world.case(A), world.person("ann"), DecisionKind.REJECT)
    world.work()
    (journal,) = journals(world)
    late = RunAnswered(
        run_id=journal.run.id,
        step=3,
        answer=WriteAnswered(answered=Answered.APPROVED, by="bob", why="late"),
        at=world.clock.now(),
    )
    with pytest.raises(AlreadyDone), world.parts.store.begin() as unit:
        unit.runs.answer(late)
    assert answers(journals(world)[0]) == [("REJECTED", "ann")]


def test_calls_are_counted_by_status(stub_world: World) -> None:
    world = suspended(stub_world)
    calls = world.parts.store.runs.calls(journals(world)[0].run.id)
    assert [(call.status, call.step, call.attempt) for call in calls] == [
        (CallStatus.ANSWERED, 1, 1)
    ]
