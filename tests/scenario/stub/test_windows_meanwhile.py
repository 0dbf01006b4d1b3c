"""Veto windows under what was changed while they were open."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from engine.act.crash_points import CrashPoint
from engine.domain.actor import Role
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.errors import Conflict, NotAllowed
from engine.govern.limits import HandSetThreshold, Wider
from engine.service.requests import ExtendWindow, HoldAction
from engine.testing.stub_desk import stub_envelope
from engine.testing.world import World
from tests.scenario.stub.test_bounded import book, calibrated
from tests.scenario.stub.test_on_the_loop import (
    LOOP,
    MINUTES,
    A,
    Hook,
    deliver,
    lapse,
    opened,
    stay_alive,
    told,
    wait,
)
from tests.scenario.stub.test_two_people import change


@pytest.fixture
def world(make_stub_world: Callable[..., World]) -> World:
    """A cell in which a confidence of 0.9 runs only after a veto window."""
    return calibrated(make_stub_world(take_back_s=8.0, **LOOP))


def veto_minutes(minutes: float) -> dict[str, Any]:
    threshold = HandSetThreshold(min_confidence=0.5)
    return LOOP | {"on_the_loop": Wider(threshold=threshold, veto_minutes=minutes)}


@pytest.mark.parametrize("is_active", [True, False], ids=["demoted", "closed"])
def test_a_notice_ends_with_its_readers_rights(world: World, is_active: bool) -> None:
    told(world)
    change(world, "ann", Role.VIEWER, is_active=is_active)
    case = lapse(world)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.NOTICE_FAILED)
    assert case.attention_note == "ann, who was told, may no longer decide this"
    assert book(world) == []


def test_a_notice_needs_the_cells_roles_of_today(world: World) -> None:
    told(world)
    world.set_envelope(stub_envelope(**LOOP | {"roles": (Role.SENIOR_OPERATOR,)}).to_yaml())
    case = lapse(world)
    assert (case.attention, book(world)) == (Attention.NOTICE_FAILED, [])


def test_a_channel_is_nobody_who_could_leave(world: World) -> None:
    opened(world)
    deliver(world, Hook())
    change(world, world.person("ann").name, Role.VIEWER)
    stay_alive(world, MINUTES - 1)
    assert wait(world, seconds=21).status is CaseStatus.DONE


def test_a_longer_window_goes_on(world: World) -> None:
    case = told(world)
    opens_at = world.clock.now()
    world.set_envelope(stub_envelope(**veto_minutes(3 * MINUTES)).to_yaml())
    case = lapse(world)
    assert (case.status, case.wake_at) == (
        CaseStatus.VETO_WINDOW,
        opens_at + timedelta(minutes=3 * MINUTES),
    )
    assert world.kinds(case.id)[-1] == "WINDOW_EXTENDED"
    assert world.engine.queries.live().windows[0].closes_at == case.wake_at
    assert book(world) == []
    stay_alive(world, 2 * MINUTES)
    assert wait(world, seconds=1).status is CaseStatus.DONE


def test_going_on_leaves_people_their_extension(world: World) -> None:
    told(world)
    world.set_envelope(stub_envelope(**veto_minutes(2 * MINUTES)).to_yaml())
    case = lapse(world)
    ann = world.person("ann")
    world.execute(ExtendWindow(case_id=case.id, version=case.version), ann)
    case = world.case(A)
    with pytest.raises(Conflict, match="given more time before"):
        world.execute(ExtendWindow(case_id=case.id, version=case.version), ann)


def test_a_shorter_window_keeps_its_word(world: World) -> None:
    told(world)
    world.set_envelope(stub_envelope(**veto_minutes(1)).to_yaml())
    stay_alive(world, MINUTES - 1)
    assert wait(world).status is CaseStatus.VETO_WINDOW
    stay_alive(world, 1)
    assert wait(world, seconds=1).status is CaseStatus.DONE


def test_rights_lost_beside_the_lapse_count(world: World) -> None:
    told(world)
    stay_alive(world, MINUTES)
    world.clock.move(seconds=1)
    reached: list[str] = []

    def reach(point: str) -> None:
        if point == CrashPoint.BEFORE_INTENT and not reached:
            reached.append(point)
            change(world, "ann", Role.VIEWER)

    worker = world.open_worker(reach)
    while worker.worker.run_once():
        pass
    worker.stop()
    assert reached == [CrashPoint.BEFORE_INTENT]
    assert (world.case(A).attention, book(world)) == (Attention.NOTICE_FAILED, [])


def test_more_time_is_the_cells_roles_to_give(make_stub_world: Callable[..., World]) -> None:
    world = calibrated(make_stub_world(**LOOP | {"roles": (Role.SENIOR_OPERATOR,)}))
    case = opened(world)
    extend = ExtendWindow(case_id=case.id, version=case.version)
    with pytest.raises(NotAllowed, match="you can hold it"):
        world.execute(extend, world.person("ann"))
    world.execute(extend, world.person("sam", Role.SENIOR_OPERATOR))
    case = world.case(A)
    hold = HoldAction(case_id=case.id, version=case.version, reason="odd")
    world.execute(hold, world.person("ann"))
    assert world.case(A).status is CaseStatus.HELD
