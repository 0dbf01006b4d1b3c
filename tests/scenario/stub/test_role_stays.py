"""A case that waits for senior operators waits for them however it comes back."""

from collections.abc import Callable

import pytest

from engine.domain.actor import Person, Role
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.errors import NotAllowed
from engine.govern.limits import OnDeadline
from engine.service.requests import SettleRepair, TakeBackDecision, UndoEffect
from tests.scenario.stub.planned import A, Planned, refusal

SENIOR = "senior_operator"
S = CaseStatus


def sam(plans: Planned) -> Person:
    return plans.world.person("sam", Role.OPERATOR, Role.SENIOR_OPERATOR)


def passed_on(plans: Planned, plan: str = "3") -> Planned:
    """A case that was passed on to senior operators."""
    plans.submit(plan)
    ann = plans.world.person("ann")
    plans.world.decide(plans.case, ann, DecisionKind.ESCALATE, role=Role.SENIOR_OPERATOR)
    plans.world.clock.move(minutes=6)  # ann's claim ends
    assert plans.case.role == SENIOR
    return plans


def approved(plans: Planned, plan: str = "3") -> None:
    passed_on(plans, plan)
    plans.world.decide(plans.case, sam(plans), DecisionKind.APPROVE)
    plans.world.work()


def undo(plans: Planned) -> None:
    case = plans.case
    request = UndoEffect(case_id=case.id, version=case.version, reason="wrong")
    plans.world.execute(request, sam(plans))
    plans.world.work()


def settle(plans: Planned, *, is_done: bool) -> None:
    case = plans.case
    assert (case.status, case.role) == (S.NEEDS_REPAIR, SENIOR)
    found = SettleRepair(case_id=case.id, version=case.version, is_done=is_done, note="looked")
    plans.world.execute(found, sam(plans))


def target_changed(plans: Planned) -> None:
    passed_on(plans)
    plans.world.decide(plans.case, sam(plans), DecisionKind.APPROVE)
    plans.tickets.write(A, "owner", "elsewhere", "somebody")
    plans.world.work()


def tool_refused(plans: Planned) -> None:
    plans.fail("pay_credit", refusal())
    approved(plans, "credit")


def target_away(plans: Planned) -> None:
    passed_on(plans, "credit")
    plans.world.decide(plans.case, sam(plans), DecisionKind.APPROVE)
    plans.outage()
    plans.world.work()
    plans.world.clock.move(minutes=20)  # longer than the permit holds
    plans.reach()
    plans.world.work()


def put_back(plans: Planned) -> None:
    plans.fail("add_note", refusal())
    approved(plans)


def undone(plans: Planned) -> None:
    approved(plans)
    undo(plans)


def not_verified(plans: Planned) -> None:
    plans.ignore("send_message")
    approved(plans, "message")
    settle(plans, is_done=False)


def undo_failed(plans: Planned) -> None:
    plans.fail("pay_credit", refusal(), back=True)
    approved(plans)
    undo(plans)
    settle(plans, is_done=False)


WAYS: dict[str, tuple[Callable[[Planned], None], Attention]] = {
    "target changed": (target_changed, Attention.TARGET_CHANGED),
    "tool refused": (tool_refused, Attention.TOOL_FAILED),
    "target away": (target_away, Attention.GRANT_EXPIRED),
    "plan put back": (put_back, Attention.TOOL_FAILED),
    "undone": (undone, Attention.UNDONE),
    "not verified": (not_verified, Attention.TOOL_FAILED),
    "undo failed": (undo_failed, Attention.TOOL_FAILED),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_case_comes_back_to_its_role(plans: Planned, way: str) -> None:
    come_back, attention = WAYS[way]
    come_back(plans)
    case = plans.case
    assert (case.status, case.attention, case.role) == (S.PENDING, attention, SENIOR)
    with pytest.raises(NotAllowed, match="waits for a senior operator"):
        plans.decide("olga")


def test_only_its_role_has_it_undone(plans: Planned) -> None:
    approved(plans)
    assert (plans.case.status, plans.case.role) == (S.DONE, SENIOR)
    with pytest.raises(NotAllowed, match="waits for a senior operator"):
        plans.undo("olga")
    undo(plans)
    assert plans.case.attention is Attention.UNDONE


def test_an_undo_not_made_keeps_it(plans: Planned) -> None:
    approved(plans, "credit")
    case = plans.case
    plans.world.execute(UndoEffect(case_id=case.id, version=case.version, reason="x"), sam(plans))
    plans.tickets.write(A, "credit", "1 EUR", "somebody")
    plans.world.work()
    assert (plans.case.status, plans.case.role) == (S.DONE, SENIOR)
    assert plans.case.attention_note.startswith("not undone")


def test_an_undo_taken_back_keeps_it(make_plan_world: Callable[..., Planned]) -> None:
    plans = make_plan_world(second_person_above=1_000)
    passed_on(plans, "credit")
    plans.world.decide(plans.case, sam(plans), DecisionKind.APPROVE)
    plans.world.clock.move(minutes=6)
    sue = plans.world.person("sue", Role.SENIOR_OPERATOR)
    plans.world.decide(plans.case, sue, DecisionKind.APPROVE)
    plans.world.work()
    case = plans.case
    assert (case.status, case.role) == (S.DONE, SENIOR)
    plans.world.execute(UndoEffect(case_id=case.id, version=case.version, reason="x"), sue)
    case = plans.case
    assert (case.status, case.role) == (S.SECOND_PENDING, SENIOR)
    plans.world.execute(TakeBackDecision(case_id=case.id, version=case.version), sue)
    assert (plans.case.status, plans.case.role) == (S.DONE, SENIOR)


def test_a_deadline_never_asks_for_less(make_plan_world: Callable[..., Planned]) -> None:
    limits = {"review_minutes": 60, "on_deadline": OnDeadline.ESCALATE}
    plans = make_plan_world(**limits, escalate_to=Role.OPERATOR)
    passed_on(plans)
    plans.world.clock.move(minutes=61)
    plans.world.work()
    assert (plans.case.attention, plans.case.role) == (Attention.TIMED_OUT, SENIOR)
