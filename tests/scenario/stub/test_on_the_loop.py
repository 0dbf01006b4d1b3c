"""An ON_THE_LOOP cell: notice, hold, release, extend, lapse to effect, undo and audit."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from engine.domain.actor import Role
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.ids import ActionId
from engine.domain.outcome import LabelSource, OutcomeKind
from engine.domain.phase import Phase
from engine.errors import Conflict, InvalidRequest, NotAllowed, ToolUnavailable
from engine.govern.limits import HandSetThreshold, Wider
from engine.ports import Notice
from engine.runtime.noticing import Noticing
from engine.service.requests import (
    AnswerAudit,
    ExtendWindow,
    HoldAction,
    PauseScope,
    SeeNotices,
    UndoEffect,
)
from engine.testing.stub_desk import stub_envelope, ticket_rows
from engine.testing.world import START, World
from tests.scenario.stub.test_bounded import book, calibrated

A = "T000000"
MINUTES = 10
WIDE = Wider(threshold=HandSetThreshold(min_confidence=0.5), veto_minutes=MINUTES)
LOOP: dict[str, Any] = {"phase": Phase.ON_THE_LOOP, "min_confidence": 0.99, "on_the_loop": WIDE}


@pytest.fixture
def world(make_stub_world: Callable[..., World]) -> World:
    """A cell in which a confidence of 0.9 runs only after a veto window."""
    return calibrated(make_stub_world(take_back_s=8.0, **LOOP))


def opened(world: World) -> Case:
    world.submit(ticket_rows(1, opened_at=world.clock.now(), confidence="0.9"))
    world.work()
    case = world.case(A)
    assert case.status is CaseStatus.VETO_WINDOW
    return case


def told(world: World) -> Case:
    """A window whose notice stands on an operator's screen."""
    case = opened(world)
    world.execute(SeeNotices(case_ids=(case.id,)), world.person("ann"))
    return world.case(A)


def wait(world: World, **time: float) -> Case:
    world.clock.move(**time)
    world.work()
    return world.case(A)


def stay_alive(world: World, minutes: int) -> None:
    """Time passes while a worker gives signs of life."""
    for _ in range(minutes * 6):
        world.clock.move(seconds=10)
        with world.parts.store.begin() as unit:
            unit.housekeeping.heartbeat("worker-1", START, world.clock.now())
            unit.commit()


def lapse(world: World) -> Case:
    stay_alive(world, MINUTES)
    return wait(world, seconds=1)


# --- lapse -------------------------------------------------------------------------------


def test_unopposed_action_runs_when_time_is_up(world: World) -> None:
    told(world)
    stay_alive(world, MINUTES - 1)
    assert wait(world).status is CaseStatus.VETO_WINDOW
    stay_alive(world, 1)
    case = wait(world, seconds=1)
    assert case.status is CaseStatus.DONE
    assert book(world) == [(A, "north")]
    card = world.engine.queries.card(case.id)
    assert card.grant is not None
    assert (card.grant.basis, card.grant.actor) == ("veto_lapse", "envelope")
    assert card.decision is None
    assert world.kinds(case.id)[-6:] == [
        "WINDOW_OPENED",
        "WINDOW_NOTICED",
        "WINDOW_LAPSED",
        "GRANT_MINTED",
        "EFFECT_INTENDED",
        "EFFECT_RECORDED",
    ]


def test_bounded_would_have_asked_a_person(world: World) -> None:
    told(world)
    assert lapse(world).status is CaseStatus.DONE
    bounded = LOOP | {"phase": Phase.BOUNDED}
    world.set_envelope(stub_envelope(**bounded).to_yaml())
    world.submit(ticket_rows(1, opened_at=world.clock.now(), prefix="B", confidence="0.9"))
    world.work()
    assert world.case("B000000").attention is Attention.OUTSIDE_ENVELOPE
    assert book(world) == [(A, "north")]


def test_inside_the_usual_limits_it_runs_at_once(make_stub_world: Callable[..., World]) -> None:
    world = calibrated(make_stub_world(**LOOP | {"min_confidence": 0.6}))
    world.submit(ticket_rows(1, opened_at=world.clock.now(), confidence="0.9"))
    world.work()
    assert world.case(A).status is CaseStatus.DONE


def test_beyond_the_wider_limits_a_person_decides(world: World) -> None:
    world.submit(ticket_rows(1, opened_at=world.clock.now(), confidence="0.2"))
    world.work()
    assert world.case(A).attention is Attention.OUTSIDE_ENVELOPE


def test_a_lapse_is_no_label(world: World) -> None:
    told(world)
    case = lapse(world)
    assert world.parts.store.reader.outcomes(case.id) == ()
    assert world.parts.store.reader.decisions(case.id) == ()


# --- when it may not lapse ---------------------------------------------------------------


def test_without_a_notice_a_person_decides(world: World) -> None:
    opened(world)
    case = lapse(world)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.NOTICE_FAILED)
    assert book(world) == []
    assert world.kinds(case.id)[-1] == "WINDOW_ESCALATED"


def test_a_notice_at_the_last_moment_is_none(world: World) -> None:
    case = opened(world)
    stay_alive(world, MINUTES - 4)
    world.execute(SeeNotices(case_ids=(case.id,)), world.person("ann"))
    stay_alive(world, 4)
    assert wait(world, seconds=1).attention is Attention.NOTICE_FAILED


def test_the_screen_of_a_viewer_is_no_notice(world: World) -> None:
    case = opened(world)
    world.execute(SeeNotices(case_ids=(case.id,)), world.person("vera", Role.VIEWER))
    assert lapse(world).attention is Attention.NOTICE_FAILED


def test_a_late_lapse_goes_to_a_person(world: World) -> None:
    told(world)
    stay_alive(world, MINUTES + 2)
    case = wait(world)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.LAPSED_LATE)
    assert book(world) == []


def test_a_window_no_worker_watched_goes_to_a_person(world: World) -> None:
    told(world)
    case = wait(world, minutes=MINUTES, seconds=1)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.LAPSED_LATE)
    assert "no worker was alive" in case.attention_note


def test_a_short_outage_does_not_end_the_window(world: World) -> None:
    told(world)
    stay_alive(world, 4)
    world.clock.move(seconds=40)
    stay_alive(world, MINUTES - 5)
    assert wait(world, seconds=21).status is CaseStatus.DONE


def test_a_pause_keeps_the_lapse_from_acting(world: World) -> None:
    told(world)
    world.execute(PauseScope(scope="desk:stub", reason="drill"), world.person("ann"))
    case = lapse(world)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.PAUSED)
    assert book(world) == []


def test_a_tighter_envelope_keeps_it_from_acting(world: World) -> None:
    told(world)
    world.set_envelope(stub_envelope(**LOOP | {"phase": Phase.BOUNDED}).to_yaml())
    assert lapse(world).attention is Attention.ENVELOPE_CHANGED
    assert book(world) == []


# --- hold, release, extend ---------------------------------------------------------------


def test_held_action_runs_only_when_released(world: World) -> None:
    case = told(world)
    ann = world.person("ann")
    world.execute(HoldAction(case_id=case.id, version=case.version, reason="odd owner"), ann)
    stay_alive(world, 3 * MINUTES)
    case = wait(world)
    assert (case.status, case.attention) == (CaseStatus.HELD, Attention.HELD)
    assert book(world) == []
    world.decide(case, ann, DecisionKind.APPROVE)
    assert wait(world, seconds=9).status is CaseStatus.DONE
    assert book(world) == [(A, "north")]
    grants = world.parts.store.reader.grants(case.id)
    assert [(grant.basis, grant.actor) for grant in grants] == [("decision", "ann")]


def test_held_action_can_be_rejected(world: World) -> None:
    case = told(world)
    ann = world.person("ann")
    world.execute(HoldAction(case_id=case.id, version=case.version, reason="wrong"), ann)
    world.decide(world.case(A), ann, DecisionKind.REJECT)
    assert wait(world, seconds=9).status is CaseStatus.CLOSED_NO_ACTION
    assert book(world) == []


def test_a_window_is_extended_once(world: World) -> None:
    case = told(world)
    ann = world.person("ann")
    world.execute(ExtendWindow(case_id=case.id, version=case.version), ann)
    case = world.case(A)
    with pytest.raises(Conflict, match="given more time before"):
        world.execute(ExtendWindow(case_id=case.id, version=case.version), ann)
    assert lapse(world).status is CaseStatus.VETO_WINDOW
    assert lapse(world).status is CaseStatus.DONE


def test_too_late_to_hold_says_so(world: World) -> None:
    case = told(world)
    lapse(world)
    with pytest.raises(Conflict, match="too late"):
        world.execute(
            HoldAction(case_id=case.id, version=case.version, reason="odd"), world.person("ann")
        )
    with pytest.raises(NotAllowed):
        world.execute(
            HoldAction(case_id=case.id, version=case.version, reason="odd"),
            world.person("vera", Role.VIEWER),
        )


def test_new_content_ends_the_window(world: World) -> None:
    told(world)
    world.submit(ticket_rows(1, opened_at=START, owner="south", confidence="0.9"))
    world.work()
    case = world.case(A)
    assert (case.status, case.proposal) == (CaseStatus.VETO_WINDOW, "Assign to south")
    assert len(world.parts.store.reader.unnoticed_windows(10)) == 1
    assert lapse(world).attention is Attention.NOTICE_FAILED


# --- undo and audit ----------------------------------------------------------------------


def test_what_lapsed_into_effect_can_be_undone(world: World) -> None:
    told(world)
    case = lapse(world)
    undo = UndoEffect(case_id=case.id, version=case.version, reason="not north")
    world.execute(undo, world.person("ann"))
    assert wait(world).attention is Attention.UNDONE
    assert book(world) == [(A, ""), (A, "north")]


@pytest.mark.parametrize(
    ("owner", "kind"),
    [("north", OutcomeKind.CORRECT), ("south", OutcomeKind.WRONG)],
    ids=["agrees", "differs"],
)
def test_a_blind_audit_is_a_label(
    make_stub_world: Callable[..., World], owner: str, kind: OutcomeKind
) -> None:
    world = calibrated(make_stub_world(audit_rate=1.0, **LOOP))
    told(world)
    case = lapse(world)
    auditor = world.person("rasmus", Role.RISK_OFFICER)
    answer = AnswerAudit(
        case_id=case.id, tool="assign_owner", arguments={"number": A, "owner": owner}
    )
    with pytest.raises(NotAllowed):
        world.execute(answer, world.person("ann"))
    done = world.execute(answer, auditor)
    assert ("differ" in done.message) is (kind is OutcomeKind.WRONG)
    (label,) = world.parts.store.reader.outcomes(case.id)
    assert (label.kind, label.label_source, label.was_seen) == (
        kind,
        LabelSource.PERSON_BLIND,
        False,
    )
    with pytest.raises(Conflict, match="answered before"):
        world.execute(answer, auditor)


def test_who_held_it_does_not_audit_it(make_stub_world: Callable[..., World]) -> None:
    world = calibrated(make_stub_world(audit_rate=1.0, **LOOP))
    case = told(world)
    rasmus = world.person("rasmus", Role.RISK_OFFICER, Role.SENIOR_OPERATOR)
    world.execute(ExtendWindow(case_id=case.id, version=case.version), rasmus)
    lapse(world)
    case = lapse(world)
    answer = AnswerAudit(
        case_id=case.id, tool="assign_owner", arguments={"number": A, "owner": "north"}
    )
    with pytest.raises(NotAllowed, match="had a hand"):
        world.execute(answer, rasmus)


def test_what_was_not_drawn_is_not_audited(world: World) -> None:
    world.submit(ticket_rows(1, opened_at=world.clock.now(), confidence="0.2"))
    world.work()
    with pytest.raises(InvalidRequest, match="drawn for audit"):
        world.execute(
            AnswerAudit(case_id=world.case(A).id, tool=""),
            world.person("rasmus", Role.RISK_OFFICER),
        )


# --- notices outside of the console ------------------------------------------------------


class Hook:
    """A channel that fails as often as it is told to."""

    channel = "hook"

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.sent: list[Notice] = []

    def notify(self, notice: Notice) -> None:
        if self.failures:
            self.failures -= 1
            raise ToolUnavailable("the hook is away")
        self.sent.append(notice)


def deliver(world: World, hook: Hook, rounds: int = 2) -> None:
    noticing = Noticing(store=world.parts.store, clock=world.clock, notifier=hook)
    for _ in range(rounds):
        noticing.run()
        noticing.settle()
        world.clock.move(seconds=20)
    noticing.close()


def test_a_delivered_hook_is_a_notice(world: World) -> None:
    case = opened(world)
    hook = Hook(failures=1)
    deliver(world, hook)
    (notice,) = hook.sent
    assert (notice.case_id, notice.proposal) == (case.id, "Assign to north")
    window = world.parts.store.reader.veto_window(case.action_id or ActionId(case.id))
    assert window is not None
    assert (window.noticed_by, window.attempts, window.last_error) == ("hook", 2, "")
    stay_alive(world, MINUTES - 1)
    assert wait(world, seconds=21).status is CaseStatus.DONE


def test_a_failing_hook_escalates(world: World) -> None:
    opened(world)
    deliver(world, Hook(failures=9))
    world.clock.move(seconds=-40)
    case = lapse(world)
    assert (case.attention, case.attention_note) == (
        Attention.NOTICE_FAILED,
        "the hook is away",
    )


def test_extended_time_is_a_whole_window(world: World) -> None:
    case = told(world)
    before = case.wake_at
    world.execute(ExtendWindow(case_id=case.id, version=case.version), world.person("ann"))
    after = world.case(A).wake_at
    assert before is not None
    assert after == before + timedelta(minutes=MINUTES)
