"""Two people: both must still be allowed to, when it counts."""

from collections.abc import Callable

import pytest

from engine.domain.actor import Person, Role
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.ledger import EventKind
from engine.errors import Conflict, NotAllowed
from engine.service.requests import ChangePerson, PauseScope, ResumeScope
from engine.testing.world import World
from tests.scenario.stub.test_bounded import book, calibrated
from tests.scenario.stub.test_money import LIMITS, A, credit


@pytest.fixture
def world(make_stub_world: Callable[..., World]) -> World:
    """Credits above 10.00 take two people."""
    world = calibrated(make_stub_world())
    world.set_envelope(LIMITS.format(limits="second_person_above: 1000"))
    return world


def change(world: World, name: str, role: Role, *, is_active: bool = True) -> None:
    request = ChangePerson(name=name, roles=frozenset({role}), is_active=is_active)
    world.execute(request, world.person("adam", Role.ADMINISTRATOR))


def approved_by_ann(world: World) -> Case:
    world.decide(credit(world), world.person("ann"), DecisionKind.APPROVE)
    world.clock.move(minutes=6)
    return world.case(A)


# --- approvals ---------------------------------------------------------------------------


@pytest.mark.parametrize("is_active", [True, False], ids=["demoted", "closed"])
def test_an_approval_ends_with_its_authors_rights(world: World, is_active: bool) -> None:
    approved_by_ann(world)
    change(world, "ann", Role.VIEWER, is_active=is_active)
    done = world.decide(world.case(A), world.person("ben"), DecisionKind.APPROVE)
    assert "second person" in done.message
    world.work()
    case = world.case(A)
    assert (case.status, book(world)) == (CaseStatus.SECOND_PENDING, [])
    assert case.attention_note.startswith("ben approved")
    world.clock.move(minutes=6)
    world.decide(world.case(A), world.person("cleo"), DecisionKind.APPROVE)
    world.work()
    assert book(world) == [(A, "4000 EUR")]
    decisions = world.parts.store.reader.decisions(case.id)
    assert [(one.person, one.first_by) for one in decisions] == [
        ("ann", ""),
        ("ben", ""),
        ("cleo", "ben"),
    ]


@pytest.mark.parametrize("name", ["ann", "ben"], ids=["the first", "the second"])
def test_either_losing_the_role_stops_it(make_stub_world: Callable[..., World], name: str) -> None:
    world = calibrated(make_stub_world(take_back_s=8))
    world.set_envelope(LIMITS.format(limits="second_person_above: 1000"))
    approved_by_ann(world)
    world.decide(world.case(A), world.person("ben"), DecisionKind.APPROVE)
    change(world, name, Role.VIEWER)
    world.clock.move(seconds=9)
    world.work()
    case = world.case(A)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.AUTHORITY_LOST)
    assert case.attention_note == f"{name} may no longer decide"
    assert book(world) == []


def test_a_cell_of_others_meanwhile_stops_both(make_stub_world: Callable[..., World]) -> None:
    world = calibrated(make_stub_world(take_back_s=8))
    world.set_envelope(LIMITS.format(limits="second_person_above: 1000"))
    approved_by_ann(world)
    world.decide(world.case(A), world.person("sam", Role.SENIOR_OPERATOR), DecisionKind.APPROVE)
    limits = "second_person_above: 1000\n  roles: [senior_operator]"
    world.set_envelope(LIMITS.format(limits=limits))
    world.clock.move(seconds=9)
    world.work()
    case = world.case(A)
    assert (case.attention, case.attention_note) == (
        Attention.AUTHORITY_LOST,
        "ann may no longer decide",
    )


# --- resuming everything -----------------------------------------------------------------


def senior(world: World, name: str) -> Person:
    return world.person(name, Role.SENIOR_OPERATOR)


def pause(world: World, reason: str) -> str:
    request = PauseScope(scope="all", reason=reason)
    return world.execute(request, world.person("olaf")).message


def resume(world: World, name: str, reason: str = "looked at it") -> str:
    return world.execute(ResumeScope(scope="all", reason=reason), senior(world, name)).message


def kinds(world: World) -> list[str]:
    rows = world.engine.queries.ledger(stream="global", limit=200).rows
    brakes = {EventKind.PAUSED, EventKind.RESUME_ASKED, EventKind.RESUMED}
    return [row.kind for row in reversed(rows) if row.kind in brakes]


def test_two_who_may_resume_everything(world: World) -> None:
    pause(world, "looks wrong")
    assert "second person" in resume(world, "sue")
    with pytest.raises(NotAllowed, match="asked for this already"):
        resume(world, "sue")
    assert resume(world, "sam") == "Resumed: everything."
    assert world.engine.queries.health().pauses == ()
    assert kinds(world) == ["PAUSED", "RESUME_ASKED", "RESUMED"]
    with pytest.raises(Conflict, match="not paused"):
        resume(world, "sam")


@pytest.mark.parametrize(
    ("role", "is_active"),
    [(Role.SENIOR_OPERATOR, False), (Role.OPERATOR, True)],
    ids=["closed", "demoted"],
)
def test_a_request_ends_with_its_authors_rights(world: World, role: Role, is_active: bool) -> None:
    pause(world, "looks wrong")
    resume(world, "sue")
    change(world, "sue", role, is_active=is_active)
    assert "second person" in resume(world, "sam")
    assert world.engine.queries.health().pauses == ("all",)
    assert world.engine.queries.live().brakes[0].resume_by == "sam"


def test_a_request_to_resume_lapses(world: World) -> None:
    pause(world, "looks wrong")
    resume(world, "sue")
    world.clock.move(minutes=60)
    assert world.engine.queries.live().brakes[0].resume_by == "sue"
    world.clock.move(seconds=1)
    assert world.engine.queries.live().brakes[0].resume_by == ""
    assert "second person" in resume(world, "sue", "again")
    assert resume(world, "sam") == "Resumed: everything."


def test_a_new_pause_voids_the_request(world: World) -> None:
    pause(world, "incident 1")
    resume(world, "sue")
    assert "paused already" in pause(world, "incident 2, worse")
    (brake,) = world.engine.queries.live().brakes
    assert (brake.reason, brake.resume_by) == (
        "incident 2, worse; before, olaf: incident 1",
        "",
    )
    assert "second person" in resume(world, "sam")
    assert kinds(world) == ["PAUSED", "RESUME_ASKED", "PAUSED", "RESUME_ASKED"]


def test_the_same_pause_twice_is_said_once(world: World) -> None:
    pause(world, "incident 1")
    pause(world, "incident 1")
    assert world.engine.queries.live().brakes[0].reason == "incident 1"
    pause(world, "incident 2")
    pause(world, "incident 2")
    assert world.engine.queries.live().brakes[0].reason == "incident 2; before, olaf: incident 1"


def test_a_pause_beside_the_resume_wins(world: World) -> None:
    pause(world, "incident 1")
    (before,) = world.parts.store.reader.control().pauses
    world.clock.move(seconds=1)
    pause(world, "incident 2")
    with world.parts.store.begin() as unit:
        assert not unit.controls.resume(before)
        unit.commit()
    assert world.engine.queries.health().pauses == ("all",)
