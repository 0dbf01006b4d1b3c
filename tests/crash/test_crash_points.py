"""A kill at every crash point: restarted, the work is finished, once, and the books agree."""

from datetime import timedelta

import pytest

from engine.act.crash_points import CrashPoint
from engine.domain.case import Attention, Case, Lease
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.effect import EffectStatus
from tests.crash import doomed
from tests.crash.doomed import Doom, StorePoint
from tests.crash.site import KILLED, UNSURE, Site, rows_of

ALONE = 3
LEAST_KILLS: dict[str, int] = {
    CrashPoint.BEFORE_INTAKE: 1,
    CrashPoint.AFTER_INTAKE: 1,
    CrashPoint.BEFORE_REPEAT: 1,
}
OF_WINDOWS = (CrashPoint.BEFORE_LAPSE,)
"""See test_veto_windows.py."""
WAY = [*(point for point in CrashPoint if point not in OF_WINDOWS), *StorePoint]


def loaded(site: Site) -> Site:
    """A site with one of everything to do: approve, override, reject, undo, and act alone."""
    site.submit([*rows_of("P", 3, confidence=UNSURE), *rows_of("U", 1)])
    site.drain()
    answers = (DecisionKind.APPROVE, DecisionKind.OVERRIDE, DecisionKind.REJECT)
    for case, kind in zip(pending(site), answers, strict=True):
        site.decide(case, kind)
    site.undo(site.case("U000000"))
    site.submit(rows_of("A", ALONE))
    return site


def pending(site: Site) -> list[Case]:
    return sorted(site.standing(CaseStatus.PENDING, "P"), key=lambda case: case.source_id)


def kill_again_and_again(site: Site, point: CrashPoint | StorePoint) -> int:
    """Kill at the first visit, after the restart at the second, and so on until one lives."""
    kills = 0
    while (code := site.run(doomed.drain, Doom(point=point, visit=kills + 1))) == KILLED:
        kills += 1
    assert code == 0
    return kills


def assert_done_once(site: Site) -> None:
    assert site.faults() == []
    assert site.book("P") == [("P000000", "north"), ("P000001", "south")]
    assert site.book("U") == [("U000000", ""), ("U000000", "north")]
    assert site.book("A") == [(f"A{number:06d}", "north") for number in range(ALONE)]
    assert {case.attention for case in site.standing(CaseStatus.PENDING)} == {Attention.UNDONE}
    assert [case.source_id for case in site.standing(CaseStatus.CLOSED_NO_ACTION)] == ["P000002"]


@pytest.mark.parametrize("point", WAY, ids=str)
def test_kill_there_loses_and_repeats_nothing(site: Site, point: CrashPoint | StorePoint) -> None:
    loaded(site)
    if point is CrashPoint.BEFORE_REPEAT:
        assert site.run(doomed.drain, Doom(point=CrashPoint.AFTER_CALL)) == KILLED
    kills = kill_again_and_again(site, point)
    assert kills >= LEAST_KILLS.get(point, 2)
    assert_done_once(site)


def test_killed_four_times_is_left_to_a_person(site: Site) -> None:
    site.submit(rows_of("A", 1))
    for _ in range(4):
        assert site.run(doomed.drain, Doom(point=CrashPoint.AFTER_CALL)) == KILLED
    site.drain()
    case = site.case("A000000")
    assert (case.status, case.attention) == (CaseStatus.NEEDS_REPAIR, Attention.OUTCOME_UNKNOWN)
    assert site.book("A") == [("A000000", "north")]
    assert site.faults() == []


@pytest.mark.parametrize(
    "point", [CrashPoint.AFTER_INTENT, CrashPoint.AFTER_CALL], ids=["before it left", "after it"]
)
def test_lost_call_is_never_said_to_have_failed(site: Site, point: CrashPoint) -> None:
    """The call may have acted, so a target out of reach afterwards proves nothing about it."""
    site.submit(rows_of("A", 1))
    assert site.run(doomed.drain, Doom(point=point)) == KILLED
    assert site.run(doomed.drain, is_target_away=True) == 0
    case = site.case("A000000")
    assert (case.status, case.attention) == (CaseStatus.NEEDS_REPAIR, Attention.OUTCOME_UNKNOWN)
    effects = site.parts.store.reader.effects(case.id)
    assert [(effect.status, effect.attempts) for effect in effects] == [(EffectStatus.UNKNOWN, 4)]
    assert site.faults() == []


def test_target_that_comes_back_ends_it_once(site: Site) -> None:
    site.submit(rows_of("A", 1))
    assert site.run(doomed.drain, Doom(point=CrashPoint.AFTER_CALL)) == KILLED
    again = Doom(point=CrashPoint.BEFORE_RESULT)
    assert site.run(doomed.drain, again, is_target_away=True) == KILLED
    site.drain()
    assert site.case("A000000").status is CaseStatus.DONE
    assert site.book("A") == [("A000000", "north")]
    assert site.faults() == []


def test_lease_of_a_dead_worker_holds_nobody_up(site: Site) -> None:
    """What another worker holds is not due here, and is free again once that worker is back."""
    site.submit(rows_of("A", 1))
    assert site.run(doomed.drain, Doom(point=CrashPoint.AFTER_INTAKE)) == KILLED
    store, now = site.parts.store, site.parts.clock.now()
    lease = Lease(owner="worker-2", taken_at=now, until=now + timedelta(seconds=60))
    with store.begin() as unit:
        assert len(unit.claim_due(lane=0, now=now, lease=lease, limit=8)) == 1
        unit.commit()
    assert not store.reader.is_due(0, now)
    assert store.reader.is_due(0, now + timedelta(seconds=61))
    with store.begin() as unit:
        assert [unit.housekeeping.free_leases(name) for name in ("worker-3", "worker-2")] == [0, 1]
        unit.commit()
    assert store.reader.is_due(0, now)


# --- plans -------------------------------------------------------------------------------

PLAN = {"plan": "3"}
THREE = ["4000 EUR", "looked at", "north"]


def loaded_with_plans(site: Site) -> Site:
    """One plan to run alone, one approved, one refused at its third step, one to be undone."""
    site.submit([*rows_of("U", 1, **PLAN), *rows_of("P", 1, confidence=UNSURE, **PLAN)])
    site.drain()
    site.decide(site.case("P000000"), DecisionKind.APPROVE)
    site.undo(site.case("U000000"))
    site.submit([*rows_of("A", 1, **PLAN), *rows_of("F", 1, **PLAN)])
    return site


def assert_plans_done_once(site: Site) -> None:
    assert site.faults() == []
    for name in ("A000000", "P000000"):
        assert site.case(name).status is CaseStatus.DONE
        assert site.book(name) == [(name, said) for said in THREE]
    undone, refused = site.case("U000000"), site.case("F000000")
    assert (undone.status, undone.attention) == (CaseStatus.PENDING, Attention.UNDONE)
    assert site.book("U") == sorted(("U000000", said) for said in [*THREE, "", "", ""])
    assert (refused.status, refused.attention) == (CaseStatus.PENDING, Attention.TOOL_FAILED)
    assert site.book("F") == sorted(("F000000", said) for said in ["north", "4000 EUR", "", ""])


@pytest.mark.parametrize("point", WAY, ids=str)
def test_kill_in_a_plan_repeats_nothing(site: Site, point: CrashPoint | StorePoint) -> None:
    loaded_with_plans(site)
    if point is CrashPoint.BEFORE_REPEAT:
        assert site.run(doomed.drain, Doom(point=CrashPoint.AFTER_CALL)) == KILLED
    kills = kill_again_and_again(site, point)
    assert kills >= LEAST_KILLS.get(point, 3 if point is not CrashPoint.BEFORE_RELEASE else 1)
    assert_plans_done_once(site)


def test_kill_in_a_plan_on_a_shared_database(postgres_site: Site) -> None:
    loaded_with_plans(postgres_site)
    assert kill_again_and_again(postgres_site, CrashPoint.AFTER_CALL) >= 3
    assert_plans_done_once(postgres_site)
