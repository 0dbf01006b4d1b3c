"""What the person saw is what runs: whatever changed in between sends the case back."""

from collections.abc import Callable

import pytest

from engine.domain.actor import Role
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.grant import GrantStatus
from engine.errors import InvalidRequest
from engine.service.requests import ChangePerson, PauseScope, ResumeScope
from engine.testing.stub_desk import stub_envelope, ticket_rows
from engine.testing.ticket_book import TicketBook
from engine.testing.world import START, World

A = "T000000"


def approved(world: World) -> World:
    """A case whose approval will be released in eight seconds."""
    world.submit(ticket_rows(1, opened_at=START))
    world.work()
    world.decide(world.case(A), world.person("ann"), DecisionKind.APPROVE)
    return world


def released(world: World) -> tuple[CaseStatus, Attention | None]:
    world.clock.move(seconds=9)
    world.work()
    case = world.case(A)
    return case.status, case.attention


@pytest.fixture
def world(make_stub_world: Callable[..., World]) -> World:
    return approved(make_stub_world(take_back_s=8))


def tickets(world: World) -> TicketBook:
    return TicketBook(world.parts.settings.data_dir / "tickets.db")


def test_changed_target_sends_the_case_back(world: World) -> None:
    tickets(world).assign(A, "south", "somebody else")
    assert released(world) == (CaseStatus.PENDING, Attention.TARGET_CHANGED)
    grant = world.parts.store.reader.grant(world.case(A))
    assert grant is not None
    assert grant.status is GrantStatus.REVOKED
    assert world.case(A).attention_note == "Owner was empty, is south"


def test_settled_target_withdraws_the_case(world: World) -> None:
    tickets(world).assign(A, "closed", "somebody else")
    assert released(world) == (CaseStatus.WITHDRAWN, None)


def test_lost_role_sends_the_case_back(world: World) -> None:
    admin = world.person("ada", Role.ADMINISTRATOR)
    world.execute(ChangePerson(name="ann", roles=frozenset({Role.VIEWER})), admin)
    assert released(world) == (CaseStatus.PENDING, Attention.AUTHORITY_LOST)


def test_closed_account_sends_the_case_back(world: World) -> None:
    admin = world.person("ada", Role.ADMINISTRATOR)
    world.execute(
        ChangePerson(name="ann", roles=frozenset({Role.OPERATOR}), is_active=False), admin
    )
    assert released(world) == (CaseStatus.PENDING, Attention.AUTHORITY_LOST)


def test_stricter_envelope_for_people_sends_it_back(world: World) -> None:
    world.set_envelope(stub_envelope(roles=(Role.SENIOR_OPERATOR,)).to_yaml())
    assert released(world) == (CaseStatus.PENDING, Attention.AUTHORITY_LOST)


def test_other_envelope_lets_the_approval_run(world: World) -> None:
    world.set_envelope(stub_envelope(min_confidence=0.99).to_yaml())
    assert released(world) == (CaseStatus.DONE, None)


@pytest.mark.parametrize("scope", ["all", "desk:stub", "cell:stub/ticket/assign_owner"])
def test_pause_stops_the_intent(world: World, scope: str) -> None:
    world.execute(PauseScope(scope=scope, reason="drill"), world.person("ann"))
    assert released(world) == (CaseStatus.PENDING, Attention.PAUSED)
    with pytest.raises(InvalidRequest, match="paused"):
        world.decide(world.case(A), world.person("ann"), DecisionKind.APPROVE)
    for name in ("sam", "sue") if scope == "all" else ("sam",):  # everything takes two
        senior = world.person(name, Role.SENIOR_OPERATOR)
        world.execute(ResumeScope(scope=scope, reason="drill over"), senior)
    world.decide(world.case(A), world.person("ann"), DecisionKind.APPROVE)
    assert released(world) == (CaseStatus.DONE, None)


def test_changed_signal_sends_the_case_back(world: World) -> None:
    rows = ticket_rows(1, opened_at=START, owner="south")
    report = world.submit(rows)
    assert (report.accepted, report.duplicates, report.changed) == (0, 0, 1)
    world.clock.move(seconds=9)
    world.work()
    case = world.case(A)
    assert (case.status, case.proposal) == (CaseStatus.PENDING, "Assign to south")
    assert tickets(world).entries() == []
