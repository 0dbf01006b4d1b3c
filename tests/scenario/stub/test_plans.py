"""Plans: approved as one, run step by step, all done or put back."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.grant import GrantBasis, GrantStatus
from engine.domain.ledger import EventKind
from engine.domain.phase import Phase
from engine.domain.plan import StepStatus
from engine.domain.verdict import VerdictKind
from engine.errors import InvalidRequest, ToolOutcomeUnknown
from engine.govern.limits import HandSetThreshold, Wider
from engine.service.requests import HoldAction, PauseScope, SeeNotices
from engine.store import tables
from engine.testing.stub_plan import plan_envelope
from tests.scenario.stub.planned import DONE, NOTHING, A, Planned, refusal
from tests.scenario.stub.test_on_the_loop import MINUTES, stay_alive

_V, _U = StepStatus.VERIFIED, StepStatus.UNDONE


def test_an_approved_plan_runs_to_its_end(plans: Planned) -> None:
    case = plans.submit()
    assert (case.status, plans.statuses) == (CaseStatus.PENDING, [StepStatus.WAITING] * 3)
    plans.decide()
    plans.world.work()
    assert (plans.case.status, plans.outside) == (CaseStatus.DONE, DONE)
    assert plans.statuses == [_V, _V, _V]
    assert [row.amount for row in plans.rows] == ["", "40.00 EUR", ""]
    assert plans.written == 3
    kinds = plans.world.kinds(case.id)
    assert kinds.count(EventKind.VERDICT_GIVEN) == 1
    assert kinds.count(EventKind.GRANT_MINTED) == kinds.count(EventKind.EFFECT_RECORDED) == 3
    decision = plans.world.parts.store.reader.decision(case.id)
    assert decision is not None
    assert {(one.basis, one.basis_id, one.actor) for one in plans.grants} == {
        (GrantBasis.DECISION, decision.id, "ann")
    }


def test_each_grant_binds_the_target_after_the_step_before(plans: Planned) -> None:
    case = plans.approved()
    made = plans.world.parts.store.reader.recommendation(case)
    assert made is not None
    bound = [grant.target_digest for grant in plans.grants]
    seen = [action.target_digest for action in made.actions]
    assert (bound[0], bound[2]) == (seen[0], seen[2])
    assert bound[1] != seen[1]  # who owns the ticket was not yet so when it was recommended


def test_a_plan_alone_is_audited_and_runs(make_plan_world: Callable[..., Planned]) -> None:
    plans = make_plan_world(phase=Phase.BOUNDED).calibrated()
    case = plans.submit()
    assert (case.status, plans.outside) == (CaseStatus.DONE, DONE)
    assert [grant.basis for grant in plans.grants] == [GrantBasis.VERDICT] * 3
    assert len(plans.world.parts.store.reader.audit_draws(case.id)) == 3


def test_the_strictest_verdict_is_the_plans(make_plan_world: Callable[..., Planned]) -> None:
    plans = make_plan_world(phase=Phase.BOUNDED, amount_cap=3_999).calibrated()
    case = plans.submit()
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.OUTSIDE_ENVELOPE)
    assert case.attention_note.startswith("amount_over_cap: 40.00 EUR")
    assert [row.verdict for row in plans.rows] == [
        VerdictKind.EXECUTE,
        VerdictKind.ESCALATE,
        VerdictKind.EXECUTE,
    ]
    assert plans.calls == []


def test_an_amount_in_parts_meets_the_cap(make_plan_world: Callable[..., Planned]) -> None:
    plans = make_plan_world(phase=Phase.BOUNDED, amount_cap=4_000).calibrated()
    case = plans.submit("credit credit")
    assert case.attention_note.startswith("amount_over_cap: 80.00 EUR")
    assert plans.calls == []


@pytest.mark.parametrize("plan", ["message note", "assign message credit"])
def test_what_nothing_undoes_stands_last(plans: Planned, plan: str) -> None:
    case = plans.submit(plan)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.DENIED)
    assert "send_message cannot be undone and does not stand last" in case.attention_note
    with pytest.raises(InvalidRequest, match="Policy denies"):
        plans.decide()


def test_a_message_may_end_a_plan(plans: Planned) -> None:
    assert plans.approved("assign message").status is CaseStatus.DONE
    assert plans.outside == {**NOTHING, "owner": "north", "message": "it is done"}


# --- a step that does not come off -------------------------------------------------------


def test_a_refused_third_step_puts_two_back(plans: Planned) -> None:
    plans.fail("add_note", refusal())
    case = plans.approved()
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.TOOL_FAILED)
    assert plans.outside == NOTHING
    assert plans.calls == [
        ("assign_owner", False),
        ("pay_credit", False),
        ("add_note", False),
        ("pay_credit", True),
        ("assign_owner", True),
    ]
    assert plans.statuses == [_U, _U, StepStatus.FAILED]
    bases = [grant.basis for grant in plans.grants]
    assert bases == [GrantBasis.DECISION] * 3 + [GrantBasis.COMPENSATION] * 2
    undos = [effect for effect in plans.effects if effect.undoes]
    assert [effect.is_correct for effect in undos] == [True, True]
    first, left = case.attention_note.split("\n")
    assert first == "not today"
    assert left == (
        "Not done: step 3 (Add a note: looked at). Put back: step 1 (Assign T000000 to north); "
        "step 2 (Pay a credit: 4000 EUR)."
    )
    assert plans.world.engine.queries.card(case.id).left == left


def test_card_says_what_of_a_plan_can_be_undone(plans: Planned) -> None:
    plans.submit("assign message")
    words = plans.world.engine.queries.card(plans.case.id).words
    assert "afterwards only a part of it can be undone" in words.approving.lower()
    assert words.undo.startswith("An undo would: assign T000000 to nobody. It cannot take back: ")


def test_a_refused_first_step_puts_nothing_back(plans: Planned) -> None:
    plans.fail("assign_owner", refusal())
    case = plans.approved()
    assert (case.status, case.attention_note) == (CaseStatus.PENDING, "not today")
    assert plans.statuses == [StepStatus.FAILED, StepStatus.LEFT, StepStatus.LEFT]
    assert (plans.outside, plans.written) == (NOTHING, 0)


def test_a_wrong_step_is_put_back_as_well(plans: Planned) -> None:
    plans.faults[("pay_credit", False)] = lambda tool, arguments, act: plans.tickets.write(
        A, "credit", "1 EUR", "x"
    )
    case = plans.approved()
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.NOT_VERIFIED)
    assert plans.statuses == [_U, _U, StepStatus.LEFT]
    assert plans.outside == NOTHING


def test_a_wrong_message_is_left_to_a_person(plans: Planned) -> None:
    plans.ignore("send_message")
    case = plans.approved("assign message")
    assert (case.status, case.attention) == (CaseStatus.NEEDS_REPAIR, Attention.NOT_VERIFIED)
    assert plans.statuses == [_V, StepStatus.DONE]
    assert "Still done: step 1 (Assign T000000 to north)." in case.attention_note
    assert "Look at each of these" in plans.world.engine.queries.card(case.id).left


def test_an_unknown_step_is_never_guessed_at(plans: Planned) -> None:
    plans.fail("pay_credit", ToolOutcomeUnknown("no answer"), acts=True)
    plans.approved()
    for _ in range(5):
        plans.world.clock.move(minutes=2)
        plans.world.work()
    case = plans.case
    assert (case.status, case.attention) == (CaseStatus.NEEDS_REPAIR, Attention.OUTCOME_UNKNOWN)
    assert plans.statuses == [_V, StepStatus.UNKNOWN, StepStatus.LEFT]
    assert ("assign_owner", True) not in plans.calls
    rows = plans.rows
    assert rows[1].key in rows[1].note
    assert rows[0].note == "It stands; to put it back: Assign T000000 to nobody."
    assert plans.written == 2


@pytest.mark.parametrize("how", ["refused", "not verified"])
def test_an_undo_that_fails_stops_there(plans: Planned, how: str) -> None:
    plans.fail("add_note", refusal())
    if how == "refused":
        plans.fail("pay_credit", refusal("paid out"), back=True)
    else:
        plans.ignore("pay_credit", back=True)
    case = plans.approved()
    assert (case.status, case.attention) == (CaseStatus.NEEDS_REPAIR, Attention.UNDO_FAILED)
    assert ("assign_owner", True) not in plans.calls
    assert plans.outside == {**NOTHING, "owner": "north", "credit": "4000 EUR"}
    is_known = how == "refused"
    assert plans.statuses == [_V, _V if is_known else StepStatus.UNKNOWN, StepStatus.FAILED]
    assert "step 1 (Assign T000000 to north)" in case.attention_note


def test_a_plan_put_back_may_be_approved_again(plans: Planned) -> None:
    plans.fail("add_note", refusal())
    plans.approved()
    plans.faults.clear()
    plans.decide()
    plans.world.work()
    assert (plans.case.status, plans.outside) == (CaseStatus.DONE, DONE)
    assert plans.statuses == [_V, _V, _V]


# --- what changes in between -------------------------------------------------------------


def between(plans: Planned, tool: str, then: Callable[[], object]) -> None:
    """Do something right after a step has acted, before the next one may."""

    def acting(_: str, arguments: object, act: Callable[[], None]) -> None:
        act()
        then()

    plans.faults[(tool, False)] = acting


def test_a_pause_in_between_blocks_all_but_undos(plans: Planned) -> None:
    ann = plans.world.person("ann")
    pause = PauseScope(scope="all", reason="drill")
    between(plans, "pay_credit", lambda: plans.world.execute(pause, ann))
    case = plans.approved()
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.PAUSED)
    assert (plans.outside, plans.statuses) == (NOTHING, [_U, _U, StepStatus.LEFT])


def test_a_later_cell_that_is_paused_stops_the_first(plans: Planned) -> None:
    plans.submit()
    plans.decide()
    pause = PauseScope(scope="cell:stub/ticket/add_note", reason="drill")
    plans.world.execute(pause, plans.world.person("ann"))
    plans.world.work()
    assert plans.case.attention is Attention.PAUSED
    assert plans.calls == []


def test_new_content_in_between_stops_the_plan(plans: Planned) -> None:
    between(
        plans,
        "assign_owner",
        lambda: plans.world.submit(
            [(2, {"number": A, "opened_at": plans.world.clock.now().isoformat(), "text": "other"})]
        ),
    )
    case = plans.approved()
    assert (plans.outside, plans.written) == (NOTHING, 2)
    kinds = plans.world.kinds(case.id)
    assert kinds.index(EventKind.SIGNAL_CHANGED) < kinds.index(EventKind.EFFECT_UNDONE)
    # With the first step put back, the case is looked at again: the new row asks for one thing.
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.OUTSIDE_ENVELOPE)
    assert (case.title, case.proposal) == ("other", "Assign to north")
    assert plans.statuses == [StepStatus.WAITING]


def test_a_budget_for_two_stops_the_third(make_plan_world: Callable[..., Planned]) -> None:
    plans = make_plan_world()
    plans.world.set_guardrails(
        "desk: stub\nguardrails:\n- {name: two_a_day, why: no more, budgets: "
        "[{per: day, executions: 2}]}\n"
    )
    case = plans.submit()
    assert case.attention is Attention.DENIED
    assert [row.verdict for row in plans.rows][2] is VerdictKind.DENY
    assert plans.calls == []


def test_a_used_grant_is_used_by_its_own_step(plans: Planned) -> None:
    plans.approved()
    assert {grant.status for grant in plans.grants} == {GrantStatus.USED}
    assert len({grant.action_id for grant in plans.grants}) == 3
    assert [effect.grant_id for effect in plans.effects] == [grant.id for grant in plans.grants]


# --- windows and two people --------------------------------------------------------------

LOOP: dict[str, Any] = {
    "phase": Phase.ON_THE_LOOP,
    "min_confidence": 0.99,
    "on_the_loop": Wider(threshold=HandSetThreshold(min_confidence=0.5), veto_minutes=MINUTES),
}


def windowed(make_plan_world: Callable[..., Planned]) -> Planned:
    plans = make_plan_world(**LOOP).calibrated()
    case = plans.submit(confidence="0.9")
    assert case.status is CaseStatus.VETO_WINDOW
    plans.world.execute(SeeNotices(case_ids=(case.id,)), plans.world.person("ann"))
    return plans


def test_a_window_lapses_for_the_whole_plan(make_plan_world: Callable[..., Planned]) -> None:
    plans = windowed(make_plan_world)
    assert len(plans.world.parts.store.reader.audit_draws(plans.case.id)) == 3
    stay_alive(plans.world, MINUTES)
    plans.world.work()
    assert (plans.case.status, plans.outside) == (CaseStatus.DONE, DONE)
    assert [grant.basis for grant in plans.grants] == [GrantBasis.VETO_LAPSE] * 3


def test_a_held_plan_is_released_as_one(make_plan_world: Callable[..., Planned]) -> None:
    plans = windowed(make_plan_world)
    hold = HoldAction(case_id=plans.case.id, version=plans.case.version, reason="look")
    plans.world.execute(hold, plans.world.person("ann"))
    plans.decide("ben")
    plans.world.work()
    assert (plans.case.status, plans.outside) == (CaseStatus.DONE, DONE)
    assert {grant.actor for grant in plans.grants} == {"ben"}


def test_parts_of_much_money_take_two(make_plan_world: Callable[..., Planned]) -> None:
    plans = make_plan_world(second_person_above=7_999)
    plans.submit("credit note credit")
    plans.decide("ann")
    assert plans.case.attention is Attention.SECOND_PERSON
    plans.world.work()
    assert plans.calls == []
    plans.world.clock.move(minutes=6)
    plans.decide("ben")
    plans.world.work()
    assert plans.case.status is CaseStatus.DONE
    decision = plans.world.parts.store.reader.decision(plans.case.id)
    assert decision is not None
    assert (decision.person, decision.first_by) == ("ben", "ann")


def test_a_lower_limit_between_steps_asks_for_two(make_plan_world: Callable[..., Planned]) -> None:
    plans = make_plan_world()
    document = plan_envelope(second_person_above=1_000).to_yaml()
    between(plans, "assign_owner", lambda: plans.world.set_envelope(document))
    case = plans.approved()
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.ENVELOPE_CHANGED)
    assert plans.outside == NOTHING


def test_a_failed_plan_is_one_failure(plans: Planned) -> None:
    plans.fail("add_note", refusal())
    case = plans.approved()
    query = select(tables.failures).where(tables.failures.c.case_id == case.id)
    with plans.world.parts.database.reader.connect() as connection:
        found = [(row.code, row.tool, row.is_recovered) for row in connection.execute(query)]
    assert found == [("TARGET_REFUSED", "add_note", False)]
