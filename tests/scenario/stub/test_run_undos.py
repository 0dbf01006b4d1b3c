"""Undo of a case on which a run made several writes: all of them, newest first, or said why not."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind, ReasonCode
from engine.domain.effect import EffectStatus
from engine.domain.grant import GrantBasis
from engine.domain.plan import StepStatus
from engine.domain.recommendation import Proposal
from engine.domain.run import RunStep
from engine.domain.run_moves import Answered, AskWrite, Finish, Move, WriteAnswered
from engine.reason.brief import Brief
from engine.service.requests import SettleRepair
from engine.testing.run_scripts import FunctionModel
from tests.scenario.stub.planned import NOTHING, A, Planned, refusal
from tests.scenario.stub.running import answers, draft, journals, reasoners, with_reasoners

_V, _U, _F = StepStatus.VERIFIED, StepStatus.UNDONE, StepStatus.FAILED
_SAID: dict[str, tuple[str, dict[str, object]]] = {
    "assign": ("assign_owner", {"owner": "north"}),
    "south": ("assign_owner", {"owner": "south"}),
    "credit": ("pay_credit", {"amount": 4_000, "currency": "EUR"}),
    "note": ("add_note", {"text": "looked at"}),
    "message": ("send_message", {"text": "it is done"}),
}


def asking_for(*writes: str) -> Callable[[Brief, Sequence[RunStep]], Move]:
    """An agent that asks for one write after the other, whatever came of the one before."""

    def script(brief: Brief, steps: Sequence[RunStep]) -> Move:
        if len(steps) == len(writes):
            return Finish(summary="that is all")
        plan = tuple(
            Proposal(tool=tool, arguments={"number": brief.target, **arguments})
            for tool, arguments in map(_SAID.__getitem__, writes[len(steps)].split())
        )
        wanted = replace(draft("north"), proposals=plan, summary=writes[len(steps)])
        return AskWrite(draft=wanted, use_id=f"use-{len(steps)}")

    return script


def worked(plans: Planned, *writes: str) -> Planned:
    """A case whose run asked for so much, and had all of it approved."""
    made = reasoners(FunctionModel(), agent=asking_for(*writes))
    with_reasoners(plans.world, made)
    plans.submit(plan="")
    for _ in writes:
        plans.decide("ann")
        plans.world.work()
        if plans.case.status is CaseStatus.SECOND_PENDING:  # so much together with the one before
            plans.decide("ben")
            plans.world.work()
    assert plans.case.status is CaseStatus.DONE
    return plans


def test_undo_puts_back_all_a_run_wrote(make_plan_world: Callable[..., Planned]) -> None:
    plans = make_plan_world(second_person_above=5_000)
    worked(plans, "assign credit", "south", "credit note")
    words = (
        "Add a note: nothing; then pay a credit: 4000 EUR; then assign T000000 to north; "
        "then pay a credit: nothing; then assign T000000 to nobody"
    )
    card = plans.world.engine.queries.card(plans.case.id)
    assert (card.words.undo, card.can_undo) == (f"An undo would: {words}.", True)
    assert [(row.ordinal, row.tool, row.status) for row in card.steps] == [
        (1, "assign_owner", _V),
        (2, "pay_credit", _V),
        (3, "assign_owner", _V),
        (4, "pay_credit", _V),
        (5, "add_note", _V),
    ]
    # 40.00 each: neither is above 50.00, what is put back together is.
    seen = plans.world.engine.preview_undo(plans.case.id, plans.world.person("ann"))
    assert [(row.tool, row.takes_two) for row in seen] == [
        ("add_note", True),
        ("pay_credit", True),
        ("assign_owner", True),
        ("pay_credit", True),
        ("assign_owner", True),
    ]
    assert "takes a second person" in plans.undo("ann").message
    assert plans.undo("ben").message == f"Undoing: {words}."
    plans.world.work()
    case = plans.case
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.UNDONE)
    assert (plans.outside, plans.statuses) == (NOTHING, [_U] * 5)
    assert [one.basis for one in plans.grants][-5:] == [GrantBasis.UNDO] * 5
    assert plans.written == 10
    assert plans.world.engine.verify_ledger().is_intact


def test_what_of_a_run_stays_is_said_before(plans: Planned) -> None:
    worked(plans, "assign", "message", "note")
    card = plans.world.engine.queries.card(plans.case.id)
    assert card.words.undo.endswith("to nobody. It cannot take back: send a message: it is done.")
    plans.undo()
    plans.world.work()
    assert (plans.case.attention, plans.statuses) == (Attention.UNDONE, [_U, _V, _U])
    assert plans.outside == {**NOTHING, "message": "it is done"}


def test_undo_of_a_run_that_stops_is_settled(plans: Planned) -> None:
    worked(plans, "assign", "credit", "note")
    plans.fail("pay_credit", refusal("paid out"), back=True)
    plans.undo()
    plans.world.work()
    case = plans.case
    assert (case.status, plans.statuses) == (CaseStatus.NEEDS_REPAIR, [_V, _V, _U])
    assert "Still done: step 1 (Assign T000000 to north); step 2 (Pay a credit: 4000 EUR)." in (
        case.attention_note
    )
    plans.faults.clear()
    ann = plans.world.person("ann")
    request = SettleRepair(case_id=case.id, version=case.version, is_done=True, note="it stands")
    plans.world.execute(request, ann)
    assert plans.case.status is CaseStatus.DONE
    plans.undo()
    plans.world.work()
    assert (plans.outside, plans.statuses) == (NOTHING, [_U, _U, _U])


def test_plan_put_back_is_told_to_its_run(plans: Planned) -> None:
    made = reasoners(FunctionModel(), agent=asking_for("assign", "credit note", "message"))
    with_reasoners(plans.world, made)
    plans.submit(plan="")
    plans.decide("ann")
    plans.world.work()
    plans.fail("add_note", refusal("the book is shut"))
    plans.decide("ann")
    plans.world.work()
    (journal,) = journals(plans.world)
    assert answers(journal) == [("APPROVED", "ann"), ("FAILED", "engine")]
    told = journal.steps[1].observation
    assert isinstance(told, WriteAnswered)
    assert (told.answered, told.why) == (Answered.FAILED, "the book is shut")
    # What the run had done before stays: only the failed plan was put back.
    assert plans.outside == {**NOTHING, "owner": "north"}
    assert [one.status for one in plans.effects] == [
        EffectStatus.SUCCEEDED,
        EffectStatus.SUCCEEDED,
        EffectStatus.FAILED,
        EffectStatus.SUCCEEDED,
    ]
    assert [one.basis for one in plans.grants][-1] is GrantBasis.COMPENSATION
    assert (plans.case.status, plans.case.proposal) == (CaseStatus.PENDING, "message")
    plans.world.decide(
        plans.case, plans.world.person("ann"), DecisionKind.REJECT, reason_code=ReasonCode.OTHER
    )
    plans.world.work()
    assert (plans.case.status, plans.case.run_id) == (CaseStatus.DONE, None)
    assert plans.undo().message == f"Undoing: Assign {A} to nobody."
    plans.world.work()
    assert plans.outside == NOTHING


def test_persons_own_choice_is_undone_with_the_run(plans: Planned) -> None:
    """The run's write stands, and a person chose another one: one undo takes both back."""
    made = reasoners(FunctionModel(), agent=asking_for("assign", "note"))
    with_reasoners(plans.world, made)
    plans.submit(plan="")
    plans.decide("ann")
    plans.world.work()
    arguments = {"number": A, "amount": 1_000, "currency": "EUR"}
    plans.world.decide(
        plans.case,
        plans.world.person("ann"),
        DecisionKind.OVERRIDE,
        tool="pay_credit",
        arguments=arguments,
    )
    plans.world.work()
    assert plans.case.status is CaseStatus.DONE
    assert plans.outside == {**NOTHING, "owner": "north", "credit": "1000 EUR"}
    plans.undo()
    plans.world.work()
    assert plans.outside == NOTHING
