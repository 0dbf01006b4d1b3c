"""Settling a repair: what a person found is written to the calls, and the case follows them."""

from collections.abc import Callable
from typing import Any

import pytest

from engine.domain.actor import Role
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.effect import EffectStatus
from engine.domain.outcome import OutcomeKind
from engine.domain.plan import StepStatus
from engine.domain.transition import Transition
from engine.errors import Conflict, InvalidRequest, NotAllowed, ToolOutcomeUnknown
from engine.service.requests import SettleRepair
from tests.scenario.stub.planned import DONE, NOTHING, Planned, refusal

_V, _U, _F, _LEFT = StepStatus.VERIFIED, StepStatus.UNDONE, StepStatus.FAILED, StepStatus.LEFT
_UNKNOWN = StepStatus.UNKNOWN
REPAIR, PENDING = CaseStatus.NEEDS_REPAIR, CaseStatus.PENDING


def settle(plans: Planned, *, is_done: bool, by: str = "ann", note: str = "I looked") -> str:
    case = plans.case
    request = SettleRepair(case_id=case.id, version=case.version, is_done=is_done, note=note)
    return plans.world.execute(request, plans.world.person(by)).message


def unanswered(plans: Planned, tool: str, *, acts: bool, back: bool = False) -> None:
    """Let the answers of such calls be lost."""
    plans.fail(tool, ToolOutcomeUnknown("cut"), back=back, acts=acts)


def run(plans: Planned, plan: str, *, undo: bool = False) -> None:
    plans.approved(plan)
    if undo:
        plans.undo()
        plans.world.work()
    for _ in range(8):
        plans.resume()
    assert plans.case.status is REPAIR


def outcomes(plans: Planned) -> list[OutcomeKind]:
    return [one.kind for one in plans.world.parts.store.reader.outcomes(plans.case.id)]


# --- one call ----------------------------------------------------------------------------


def test_a_call_found_done_can_be_undone(plans: Planned) -> None:
    unanswered(plans, "pay_credit", acts=True)
    run(plans, "credit")
    assert settle(plans, is_done=True, note="paid at noon") == "Recorded; it stands."
    (effect,) = plans.effects
    assert (effect.status, effect.is_correct) == (EffectStatus.SUCCEEDED, True)
    assert effect.note == "ann looked: paid at noon"
    assert (plans.case.status, plans.statuses) == (CaseStatus.DONE, [_V])
    plans.faults.clear()
    plans.undo()
    plans.world.work()
    assert (plans.case.attention, plans.outside) == (Attention.UNDONE, NOTHING)


def test_a_call_found_missing_is_not_done(plans: Planned) -> None:
    unanswered(plans, "pay_credit", acts=False)
    run(plans, "credit")
    assert settle(plans, is_done=False) == "Recorded; the case is back in the queue."
    (effect,) = plans.effects
    assert (effect.status, effect.note) == (EffectStatus.FAILED, "ann looked: I looked")
    assert (plans.case.status, plans.case.attention) == (PENDING, Attention.TOOL_FAILED)
    plans.faults.clear()
    plans.world.clock.move(minutes=6)
    plans.decide("ben")
    plans.world.work()
    assert (plans.case.status, plans.written) == (CaseStatus.DONE, 1)


def test_what_read_back_wrong_follows_a_person(plans: Planned) -> None:
    plans.ignore("send_message")
    run(plans, "message")
    assert plans.statuses == [StepStatus.DONE]
    settle(plans, is_done=True)
    assert (plans.case.status, plans.statuses) == (CaseStatus.DONE, [_V])


# --- a plan ------------------------------------------------------------------------------


@pytest.mark.parametrize(("stands", "found"), [(True, _V), (False, _F)])
def test_a_plan_half_run_is_never_done(plans: Planned, stands: bool, found: StepStatus) -> None:
    unanswered(plans, "pay_credit", acts=stands)
    run(plans, "3")
    assert plans.statuses == [_V, _UNKNOWN, _LEFT]
    assert "back in the queue" in settle(plans, is_done=stands)
    assert (plans.case.status, plans.statuses) == (PENDING, [_V, found, _LEFT])
    assert "Not begun: step 3" in plans.case.attention_note


def test_a_plan_whose_last_step_stands_is_done(plans: Planned) -> None:
    unanswered(plans, "add_note", acts=True)
    run(plans, "3")
    settle(plans, is_done=True)
    assert (plans.case.status, plans.statuses) == (CaseStatus.DONE, [_V, _V, _V])
    plans.faults.clear()
    plans.undo()
    plans.world.work()
    assert plans.outside == NOTHING


# --- an undo -----------------------------------------------------------------------------


def test_an_undo_found_to_have_worked_counts(plans: Planned) -> None:
    unanswered(plans, "pay_credit", acts=True, back=True)
    run(plans, "credit", undo=True)
    settle(plans, is_done=False)
    assert (plans.case.status, plans.case.attention) == (PENDING, Attention.UNDONE)
    assert (plans.statuses, outcomes(plans)) == ([_U], [OutcomeKind.REVERTED])


def test_an_undo_that_did_nothing_is_repeated(plans: Planned) -> None:
    unanswered(plans, "pay_credit", acts=False, back=True)
    run(plans, "credit", undo=True)
    assert plans.statuses == [_UNKNOWN]
    settle(plans, is_done=True)
    assert (plans.case.status, plans.statuses, outcomes(plans)) == (CaseStatus.DONE, [_V], [])
    plans.faults.clear()
    plans.undo()
    plans.world.work()
    assert (plans.case.attention, plans.outside) == (Attention.UNDONE, NOTHING)
    assert plans.written == 2


def test_an_undo_stopped_halfway_goes_on(plans: Planned) -> None:
    plans.fail("pay_credit", refusal("paid out"), back=True)
    plans.approved()
    plans.undo()
    plans.world.work()
    assert (plans.case.status, plans.statuses) == (REPAIR, [_V, _V, _U])
    settle(plans, is_done=True)
    assert plans.case.status is CaseStatus.DONE
    plans.faults.clear()
    plans.undo()
    plans.world.work()
    assert (plans.outside, plans.statuses) == (NOTHING, [_U, _U, _U])


def test_a_plans_own_undo_makes_nothing_done(plans: Planned) -> None:
    plans.fail("add_note", refusal())
    unanswered(plans, "pay_credit", acts=False, back=True)
    run(plans, "3")
    settle(plans, is_done=True)
    assert (plans.case.status, plans.statuses) == (PENDING, [_V, _V, _F])
    assert plans.outside == {**DONE, "note": ""}


def test_what_a_plan_put_back_is_not_done(plans: Planned) -> None:
    plans.ignore("add_note")
    unanswered(plans, "pay_credit", acts=False, back=True)
    run(plans, "credit note")
    settle(plans, is_done=True)
    assert (plans.case.status, plans.statuses) == (PENDING, [_V, _U])


def test_what_may_be_undone_is_not_undone_twice(plans: Planned) -> None:
    """A case that was called done before findings were written: nobody knows of its undo."""
    unanswered(plans, "pay_credit", acts=True, back=True)
    run(plans, "credit", undo=True)
    case = plans.case
    after = case.moved(CaseStatus.DONE, attention=None, attention_note="")
    with plans.world.parts.store.begin() as unit:
        assert not unit.apply([Transition(before=case, after=after, entries=())])
        unit.commit()
    with pytest.raises(Conflict, match="it is put back already"):
        plans.undo()
    assert plans.case.status is CaseStatus.DONE


# --- who may -----------------------------------------------------------------------------


def test_only_who_decides_says_what_was_found(make_plan_world: Callable[..., Any]) -> None:
    plans = make_plan_world(roles=(Role.SENIOR_OPERATOR,))
    unanswered(plans, "pay_credit", acts=True)
    plans.world.person("sam", Role.SENIOR_OPERATOR)
    plans.approved("credit", by="sam")
    for _ in range(8):
        plans.resume()
    with pytest.raises(NotAllowed, match="decided by senior operator"):
        settle(plans, is_done=True, by="olga")
    assert plans.case.status is REPAIR
    settle(plans, is_done=True, by="sam")
    assert plans.case.status is CaseStatus.DONE


def test_a_finding_says_what_was_found(plans: Planned) -> None:
    unanswered(plans, "pay_credit", acts=True)
    run(plans, "credit")
    with pytest.raises(InvalidRequest, match="Say what you found"):
        settle(plans, is_done=True, note=" ")
