"""A kill at every step of a veto window: restarted, the action runs once, or not at all."""

from datetime import timedelta

import pytest

from engine.act.crash_points import CrashPoint
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.grant import GrantBasis
from engine.service.requests import ExtendWindow, HoldAction, Request, SeeNotices
from tests.crash import doomed
from tests.crash.doomed import Doom, StorePoint
from tests.crash.site import KILLED, VETO_MINUTES, Site, rows_of

BETWEEN = "0.75"
"""Raw confidence between the usual threshold and the wider one."""
LAPSE = [
    CrashPoint.BEFORE_LAPSE,
    CrashPoint.BEFORE_INTENT,
    CrashPoint.AFTER_INTENT,
    CrashPoint.BEFORE_CALL,
    CrashPoint.AFTER_CALL,
    CrashPoint.BEFORE_RESULT,
    StorePoint.BEFORE_COMMIT,
    StorePoint.AFTER_COMMIT,
]


LIVES = Doom()


def opened(loop_site: Site, doom: Doom = LIVES) -> Case:
    """A case in its veto window, though the worker that opened it may have died."""
    loop_site.submit(rows_of("W", 1, confidence=BETWEEN))
    code = loop_site.run(doomed.drain, doom)
    assert code == (0 if doom.point is None else KILLED)
    if doom.point is not None:
        loop_site.drain()
    case = loop_site.case("W000000")
    assert case.status is CaseStatus.VETO_WINDOW
    return case


def told(loop_site: Site) -> Case:
    case = opened(loop_site)
    loop_site.ask(SeeNotices(case_ids=(case.id,)))
    return loop_site.case("W000000")


def finished(loop_site: Site) -> Case:
    """The case when the worker is back and the window's time is up."""
    loop_site.pass_window("W000000")
    loop_site.drain()
    return loop_site.case("W000000")


@pytest.mark.parametrize(
    "point", [CrashPoint.BEFORE_INTAKE, CrashPoint.AFTER_INTAKE, StorePoint.BEFORE_COMMIT], ids=str
)
def test_a_window_survives_the_worker_that_opened_it(
    loop_site: Site, point: CrashPoint | StorePoint
) -> None:
    case = opened(loop_site, Doom(point=point))
    reader = loop_site.parts.store.reader
    assert case.action_id is not None
    assert reader.veto_window(case.action_id) is not None
    assert len(reader.audit_draws(case.id)) == 1
    loop_site.ask(SeeNotices(case_ids=(case.id,)))
    assert finished(loop_site).status is CaseStatus.DONE
    assert loop_site.book("W") == [("W000000", "north")]
    assert loop_site.faults() == []


@pytest.mark.parametrize("point", LAPSE, ids=str)
def test_a_lapse_acts_once_across_a_kill(loop_site: Site, point: CrashPoint | StorePoint) -> None:
    told(loop_site)
    loop_site.pass_window("W000000")
    assert loop_site.run(doomed.drain, Doom(point=point)) == KILLED
    case = finished(loop_site)
    assert case.status is CaseStatus.DONE
    grants = loop_site.parts.store.reader.grants(case.id)
    assert [grant.basis for grant in grants] == [GrantBasis.VETO_LAPSE]
    assert loop_site.book("W") == [("W000000", "north")]
    assert loop_site.faults() == []


def test_without_a_notice_it_escalates_across_a_kill(loop_site: Site) -> None:
    opened(loop_site)
    loop_site.pass_window("W000000")
    assert loop_site.run(doomed.drain, Doom(point=CrashPoint.BEFORE_LAPSE)) == KILLED
    case = finished(loop_site)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.NOTICE_FAILED)
    assert loop_site.book("W") == []
    assert loop_site.faults() == []


@pytest.mark.parametrize("point", list(StorePoint), ids=str)
@pytest.mark.parametrize("what", ["hold", "extend", "see"])
def test_what_people_ask_is_whole_or_not_at_all(
    loop_site: Site, what: str, point: StorePoint
) -> None:
    """The console dies while it writes; asked again it is done once, and the books agree."""
    case = opened(loop_site)
    asked: dict[str, Request] = {
        "hold": HoldAction(case_id=case.id, version=case.version, reason="odd"),
        "extend": ExtendWindow(case_id=case.id, version=case.version),
        "see": SeeNotices(case_ids=(case.id,)),
    }
    request, person = asked[what], loop_site.person()
    assert loop_site.run(doomed.ask, request, person, Doom(point=point)) == KILLED
    has_happened = point is StorePoint.AFTER_COMMIT
    assert happened(loop_site, what) is has_happened
    if not has_happened:
        loop_site.ask(request)
    assert happened(loop_site, what)
    assert loop_site.book("W") == []
    if what == "hold":
        loop_site.decide(loop_site.case("W000000"), DecisionKind.REJECT)
    finished(loop_site)
    assert loop_site.book("W") == ([("W000000", "north")] if what == "see" else [])
    assert loop_site.faults() == []


def happened(loop_site: Site, what: str) -> bool:
    case = loop_site.case("W000000")
    assert case.action_id is not None
    window = loop_site.parts.store.reader.veto_window(case.action_id)
    assert window is not None
    return {
        "hold": case.status is CaseStatus.HELD,
        "extend": window.extended_by != "",
        "see": window.noticed_at is not None,
    }[what]


def test_a_held_action_is_released_across_a_kill(loop_site: Site) -> None:
    case = told(loop_site)
    loop_site.ask(HoldAction(case_id=case.id, version=case.version, reason="odd"))
    loop_site.decide(loop_site.case("W000000"), DecisionKind.APPROVE)
    assert loop_site.run(doomed.drain, Doom(point=CrashPoint.AFTER_CALL)) == KILLED
    loop_site.drain()
    case = loop_site.case("W000000")
    assert case.status is CaseStatus.DONE
    loop_site.undo(case)
    assert loop_site.run(doomed.drain, Doom(point=CrashPoint.AFTER_CALL)) == KILLED
    loop_site.drain()
    assert loop_site.case("W000000").attention is Attention.UNDONE
    assert loop_site.book("W") == [("W000000", ""), ("W000000", "north")]
    assert loop_site.faults() == []


def test_an_extended_window_lapses_across_a_kill(loop_site: Site) -> None:
    case = told(loop_site)
    before = case.wake_at
    loop_site.ask(ExtendWindow(case_id=case.id, version=case.version))
    case = loop_site.case("W000000")
    assert before is not None
    assert case.wake_at is not None
    assert case.wake_at - before == timedelta(minutes=VETO_MINUTES)
    loop_site.pass_window("W000000")
    assert loop_site.run(doomed.drain, Doom(point=CrashPoint.AFTER_INTENT)) == KILLED
    assert finished(loop_site).status is CaseStatus.DONE
    assert loop_site.book("W") == [("W000000", "north")]
