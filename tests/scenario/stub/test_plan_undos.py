"""Undoing a plan: in reverse, as a whole, above an amount by two people."""

from collections.abc import Callable

import pytest

from engine.domain.actor import Role
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.grant import GrantBasis
from engine.domain.outcome import OutcomeKind
from engine.domain.plan import StepStatus
from engine.errors import Conflict, InvalidRequest, NotAllowed, ToolError
from engine.service.requests import ChangePerson, TakeBackDecision
from engine.testing.stub_desk import ticket_rows
from tests.scenario.stub.planned import DONE, NOTHING, A, Planned, refusal

_V, _U = StepStatus.VERIFIED, StepStatus.UNDONE


@pytest.fixture
def two(make_plan_world: Callable[..., Planned]) -> Planned:
    """Credits above 10.00 take two people, to give and to take back."""
    plans = make_plan_world(second_person_above=1_000)
    plans.submit()
    plans.decide("ann")
    plans.world.clock.move(minutes=6)  # the claim of the first one ends
    plans.decide("ben")
    plans.world.work()
    assert plans.case.status is CaseStatus.DONE
    return plans


def outcomes(plans: Planned) -> list[OutcomeKind]:
    return [one.kind for one in plans.world.parts.store.reader.outcomes(plans.case.id)]


def test_an_undo_takes_the_whole_plan_back(plans: Planned) -> None:
    plans.approved()
    assert plans.undo().message == (
        "Undoing: Add a note: nothing; then pay a credit: nothing; then assign T000000 to nobody."
    )
    plans.world.work()
    case = plans.case
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.UNDONE)
    assert (plans.outside, plans.statuses) == (NOTHING, [_U, _U, _U])
    assert [tool for tool, back in plans.calls if back] == [
        "add_note",
        "pay_credit",
        "assign_owner",
    ]
    assert [(one.basis, one.actor) for one in plans.grants][3:] == [(GrantBasis.UNDO, "ann")] * 3
    assert outcomes(plans) == [OutcomeKind.REVERTED]


def test_what_nothing_takes_back_is_said_and_left(plans: Planned) -> None:
    plans.approved("assign message")
    said = plans.undo().message
    assert said.startswith("Undoing: Assign T000000 to nobody. It cannot be taken back: Send a")
    plans.world.work()
    assert plans.case.attention is Attention.UNDONE
    assert plans.statuses == [_U, _V]
    assert plans.outside == {**NOTHING, "message": "it is done"}
    assert "Still done: step 2" in plans.case.attention_note


def test_a_lone_message_cannot_be_undone(plans: Planned) -> None:
    plans.approved("message")
    with pytest.raises(InvalidRequest, match="no declared way back"):
        plans.undo()
    assert plans.case.status is CaseStatus.DONE


def test_an_undo_that_stops_halfway_needs_repair(plans: Planned) -> None:
    plans.approved()
    plans.fail("pay_credit", refusal("paid out"), back=True)
    plans.undo()
    plans.world.work()
    case = plans.case
    assert (case.status, case.attention) == (CaseStatus.NEEDS_REPAIR, Attention.UNDO_FAILED)
    assert plans.statuses == [_V, _V, _U]
    assert plans.outside == {**DONE, "note": ""}
    assert outcomes(plans) == []


def test_rights_lost_halfway_stop_the_undo(plans: Planned) -> None:
    plans.approved()

    def lose(tool: str, arguments: object, act: Callable[[], None]) -> None:
        act()
        adam = plans.world.person("adam", Role.ADMINISTRATOR)
        request = ChangePerson(name="ann", roles=frozenset({Role.VIEWER}))
        plans.world.execute(request, adam)

    plans.faults[("add_note", True)] = lose
    plans.undo()
    plans.world.work()
    assert plans.case.status is CaseStatus.NEEDS_REPAIR
    assert plans.case.attention_note.startswith("ann may no longer decide")
    assert plans.outside == {**DONE, "note": ""}


def test_a_label_is_of_the_first_action(plans: Planned) -> None:
    plans.approved()
    rows = ticket_rows(1, opened_at=plans.world.clock.now(), plan="3", truth="north")
    plans.world.submit(rows)
    plans.world.clock.move(minutes=1)
    plans.world.work()
    assert outcomes(plans) == [OutcomeKind.CORRECT]


def test_a_label_of_an_undone_plan_says_so(plans: Planned) -> None:
    plans.approved()
    plans.undo()
    plans.world.work()
    rows = ticket_rows(1, opened_at=plans.world.clock.now(), plan="3", truth="north")
    plans.world.submit(rows)
    plans.world.clock.move(minutes=1)
    plans.world.work()
    assert outcomes(plans)[-1] is OutcomeKind.REVERTED


# --- two people --------------------------------------------------------------------------


def test_much_money_is_put_back_by_two(two: Planned) -> None:
    assert "second person" in two.undo("ann").message
    case = two.case
    assert (case.status, case.attention) == (
        CaseStatus.SECOND_PENDING,
        Attention.UNDO_SECOND_PERSON,
    )
    assert case.attention_note == "ann: wrong"
    two.world.work()
    assert two.outside == DONE
    with pytest.raises(NotAllowed, match="asked for this undo already"):
        two.undo("ann")
    two.undo("ben")
    two.world.work()
    assert (two.case.attention, two.outside) == (Attention.UNDONE, NOTHING)
    decisions = two.world.parts.store.reader.decisions(case.id)
    assert [(one.kind, one.person, one.first_by) for one in decisions][2:] == [
        (DecisionKind.UNDO, "ann", ""),
        (DecisionKind.UNDO, "ben", "ann"),
    ]


@pytest.mark.parametrize(
    "kind", [DecisionKind.APPROVE, DecisionKind.ESCALATE, DecisionKind.OVERRIDE, DecisionKind.ASK]
)
def test_an_undo_is_never_decided_as_advice(two: Planned, kind: DecisionKind) -> None:
    two.undo("ann")
    with pytest.raises(Conflict, match="an undo waits for a second person"):
        two.decide("ben", kind)
    assert two.case.status is CaseStatus.SECOND_PENDING


def test_an_answer_is_never_an_undo(two: Planned) -> None:
    two.undo("ann")
    with pytest.raises(InvalidRequest, match="not as an answer"):
        two.decide("ben", DecisionKind.UNDO)


def test_anybody_who_decides_may_reject_it(two: Planned) -> None:
    two.undo("ann")
    two.decide("cleo", DecisionKind.REJECT)
    two.world.work()
    assert (two.case.status, two.case.attention) == (CaseStatus.DONE, None)
    assert (two.outside, two.statuses) == (DONE, [_V, _V, _V])
    assert two.undo("ben").message.startswith("Asked for")


def test_who_asked_may_take_it_back(two: Planned) -> None:
    two.undo("ann")
    case = two.case
    with pytest.raises(NotAllowed, match="Only ann"):
        two.world.execute(
            TakeBackDecision(case_id=case.id, version=case.version), two.world.person("ben")
        )
    two.world.execute(
        TakeBackDecision(case_id=case.id, version=case.version), two.world.person("ann")
    )
    assert two.case.status is CaseStatus.DONE
    assert two.outside == DONE


def test_a_request_ends_with_its_authors_rights(two: Planned) -> None:
    two.undo("ann")
    request = ChangePerson(name="ann", roles=frozenset({Role.VIEWER}))
    two.world.execute(request, two.world.person("adam", Role.ADMINISTRATOR))
    assert "second person" in two.undo("ben").message
    assert two.case.attention_note == "ben: wrong"
    two.undo("cleo")
    two.world.work()
    assert two.outside == NOTHING


def test_new_content_and_truth_leave_the_request(two: Planned) -> None:
    two.undo("ann")
    rows = ticket_rows(1, opened_at=two.world.clock.now(), plan="3", truth="north", text="more")
    two.world.submit(rows)
    two.world.clock.move(minutes=1)
    two.world.work()
    assert two.case.attention is Attention.UNDO_SECOND_PERSON
    two.undo("ben")
    two.world.work()
    assert two.outside == NOTHING


def test_one_of_two_at_the_same_moment_wins(two: Planned) -> None:
    two.undo("ann")
    stale = two.case
    two.undo("ben")
    case = two.case
    assert case.version > stale.version
    with pytest.raises(Conflict):
        two.world.execute(
            TakeBackDecision(case_id=stale.id, version=stale.version), two.world.person("ann")
        )
    two.world.work()
    assert two.written == 6


def test_a_refused_undo_of_two_needs_repair(two: Planned) -> None:
    two.undo("ann")
    two.fail("add_note", ToolError("locked"), back=True)
    two.undo("ben")
    two.world.work()
    assert (two.case.status, two.case.attention) == (
        CaseStatus.NEEDS_REPAIR,
        Attention.UNDO_FAILED,
    )
    assert (two.outside, two.statuses) == (DONE, [_V, _V, _V])
    assert A in two.rows[0].note
