"""No limit of an amount is kept by cutting it into asks: policy sees what the case has done."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from engine.domain.case import Case
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.phase import Phase
from engine.domain.recommendation import Proposal
from engine.domain.run import RunStep
from engine.domain.run_moves import Answered, AskWrite, Finish, Move, WriteAnswered
from engine.domain.verdict import VerdictKind
from engine.reason.brief import Brief
from engine.runtime.done_before import MOST_ALONE, done_before
from engine.service.requests import UndoEffect
from engine.testing.run_scripts import FunctionModel
from engine.testing.world import World
from tests.contract.test_read_history import history_of
from tests.contract.test_read_history import replayed as replayed_under_active
from tests.scenario.stub.running import (
    A,
    answers,
    ask,
    book,
    draft,
    journals,
    reasoners,
    submitted,
    with_reasoners,
)
from tests.scenario.stub.test_bounded import calibrated
from tests.scenario.stub.test_money import LIMITS, RULES

EXECUTE, _, ESCALATE, DENY = VerdictKind
CAP = "amount_cap: 1000\n  second_person_above: 1500"


def credit(amount: int, brief: Brief) -> AskWrite:
    """Ask for a credit with the calibrated confidence of the desk's own reasoner."""
    said = {"number": brief.target, "amount": amount, "currency": "EUR"}
    wanted = draft("north", reasoner="stub", number=brief.target)
    proposal = Proposal(tool="grant_credit", arguments=said)
    return AskWrite(draft=replace(wanted, proposals=(proposal,)), use_id="use-1")


def slices(world: World, *amounts: int) -> World:
    """A ticket whose agent asks for one credit after the other, whatever it is told."""

    def agent(brief: Brief, steps: Sequence[RunStep]) -> Move:
        done = sum(isinstance(step.observation, WriteAnswered) for step in steps)
        return credit(amounts[done], brief) if done < len(amounts) else Finish(summary="done")

    return submitted(with_reasoners(world, reasoners(FunctionModel(), agent=agent)))


def limited(world: World, limits: str) -> World:
    calibrated(world).set_envelope(LIMITS.format(limits=limits))
    return world


def went_on(world: World) -> Case:
    """The case after everything that is due was done."""
    for _ in range(3):
        world.clock.move(minutes=1)
        world.work()
    return world.case(A)


def approved(world: World, *people: str) -> Case:
    for name in people:
        world.decide(world.case(A), world.person(name), DecisionKind.APPROVE)
    return went_on(world)


def alone(world: World) -> list[str]:
    return [how for how, by in answers(journals(world)[0]) if by == "envelope"]


def replayed(world: World) -> list[VerdictKind]:
    """What the limits in force say of all asks, as history knows them."""
    history = history_of(world)
    kinds = zip(history.texts, replayed_under_active(world, history).kind.tolist(), strict=True)
    return [tuple(VerdictKind)[level] for text, level in kinds if text.startswith(f"{A}:")]


def test_slices_wait_once_their_sum_is_over(make_stub_world: Callable[..., World]) -> None:
    world = slices(limited(make_stub_world(), CAP), 400, 500, 200, 450)
    case = went_on(world)
    assert case.status is CaseStatus.PENDING
    assert case.attention_note == "amount_over_cap: 11.00 EUR against at most 10.00 EUR"
    assert len(alone(world)) == 2  # what keeps the cap in sum runs without a person

    case = approved(world, "ann")  # a cap binds software alone
    assert case.status is CaseStatus.PENDING
    assert case.attention_note.startswith("second_person_missing: 15.50 EUR")
    world.decide(case, world.person("ann"), DecisionKind.APPROVE)
    assert world.case(A).status is CaseStatus.SECOND_PENDING
    assert approved(world, "ben").status is CaseStatus.DONE
    assert len(answers(journals(world)[0])) == 4
    assert replayed(world) == [EXECUTE, EXECUTE, ESCALATE, ESCALATE]


def test_the_sum_is_proved_again_before_calling(make_stub_world: Callable[..., World]) -> None:
    """What was judged before another call ran is proved again before its own call leaves."""
    world = slices(limited(make_stub_world(), CAP), 800, 300)
    case = went_on(world)
    assert case.attention_note.startswith("amount_over_cap: 11.00 EUR")
    world.decide(case, world.person("ann"), DecisionKind.APPROVE)
    world.set_envelope(LIMITS.format(limits="second_person_above: 1000"))
    case = went_on(world)  # 3.00 alone would need nobody else
    assert case.status is CaseStatus.PENDING
    assert case.attention_note.startswith("second_person_missing: 11.00 EUR")
    assert len(alone(world)) == 1


def test_what_was_undone_frees_the_sum(make_stub_world: Callable[..., World]) -> None:
    world = limited(make_stub_world(), "amount_cap: 10000")
    world.set_guardrails(RULES)
    case = went_on(slices(world, 9_000, 1_001))
    (journal,) = journals(world)
    assert [how for how, _ in answers(journal)] == [Answered.EXECUTED, Answered.DENIED]
    assert "guardrail:no_big_credit" in journal.steps[1].verdict
    reader = world.parts.store.reader
    ((_, moved),) = done_before(reader, case, world.desk).moved
    assert str(moved) == "90.00 EUR"

    ann = world.person("ann")
    world.execute(UndoEffect(case_id=case.id, version=case.version, reason="not due"), ann)
    case = went_on(world)
    assert done_before(reader, case, world.desk).moved == ()
    instead = {"number": A, "amount": 9_000, "currency": "EUR"}
    world.decide(case, ann, DecisionKind.OVERRIDE, tool="grant_credit", arguments=instead)
    assert went_on(world).status is CaseStatus.DONE
    assert [owner for _, owner in book(world)] == ["", "9000 EUR", "9000 EUR"]
    assert replayed(world) == [EXECUTE, DENY]


def test_software_acts_alone_so_often(make_stub_world: Callable[..., World]) -> None:
    """An agent that asks for ever: beyond a bound each of its writes waits for a person."""

    def agent(brief: Brief, steps: Sequence[RunStep]) -> Move:
        owner = ("north", "south")[len(steps) % 2]
        return ask(owner, reasoner="stub", number=brief.target)

    world = calibrated(make_stub_world(phase=Phase.BOUNDED))
    case = went_on(submitted(with_reasoners(world, reasoners(FunctionModel(), agent=agent))))
    assert (case.status, len(alone(world))) == (CaseStatus.PENDING, MOST_ALONE)
    assert case.attention_note.startswith("case_in_hand: software acted alone 10 times")
    assert approved(world, "ann").status is CaseStatus.PENDING
    assert len(answers(journals(world)[0])) == MOST_ALONE + 1
    assert replayed(world) == [*[EXECUTE] * MOST_ALONE, ESCALATE, ESCALATE]
