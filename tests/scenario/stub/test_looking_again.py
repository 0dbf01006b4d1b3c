"""A case that waits is looked at again when somebody asks: fresh facts, the same hands."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from engine.domain.actor import Role
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.phase import Phase
from engine.errors import Conflict, NotAllowed
from engine.service.requests import LookAgain, ProvideFact, UndoEffect
from engine.testing.stub_desk import stub_envelope, ticket_rows
from engine.testing.world import START, World
from tests.scenario.stub.test_bounded import book, calibrated
from tests.scenario.stub.test_drift import A, approved, released, tickets


@pytest.fixture
def world(make_stub_world: Callable[..., World]) -> World:
    return make_stub_world()


def waiting(world: World) -> World:
    world.submit(ticket_rows(1, opened_at=START))
    world.work()
    return world


def look(world: World, name: str = "ann", *roles: Role) -> Case:
    case = world.case(A)
    world.execute(LookAgain(case_id=case.id, version=case.version), world.person(name, *roles))
    world.work()
    return world.case(A)


def test_changed_target_is_looked_at_first(make_stub_world: Callable[..., World]) -> None:
    """Its recommendation can never run: approving is off, and looking again mends it."""
    world = approved(make_stub_world(take_back_s=8))
    tickets(world).assign(A, "south", "somebody else")
    assert released(world) == (CaseStatus.PENDING, Attention.TARGET_CHANGED)
    words = world.engine.queries.card(world.case(A).id).words
    assert (words.can_approve, "looked at again" in words.why_not) == (False, True)
    case = look(world)
    assert (case.status, case.facts_revision) == (CaseStatus.PENDING, 3)
    assert world.engine.queries.card(case.id).words.can_approve
    world.decide(case, world.person("ann"), DecisionKind.APPROVE)
    assert released(world) == (CaseStatus.DONE, None)


def test_look_is_in_the_ledger_by_name(world: World) -> None:
    case = look(waiting(world))
    assert world.kinds(case.id)[4:] == [
        *("LOOK_ASKED", "CASE_PERCEIVED", "CASE_REASONED", "VERDICT_GIVEN"),
    ]
    told = [row.text for row in world.engine.queries.card(case.id).timeline]
    assert "Asked for the case to be looked at again." in told


def test_what_people_told_is_kept(world: World) -> None:
    case = waiting(world).case(A)
    fact = ProvideFact(case_id=case.id, version=case.version, attribute="site", value="Leeds")
    world.execute(fact, world.person("ann"))
    world.work()
    look(world)
    case = look(world)
    facts = world.parts.store.reader.fact_sets([case.id])[case.id].facts
    told = [(one.attribute, one.value) for one in facts if one.is_from_person]
    assert told == [("site", "Leeds"), ("asked_to_look_again", True)]


def test_what_was_undone_is_not_done_again_alone(make_stub_world: Callable[..., World]) -> None:
    world = calibrated(make_stub_world(phase=Phase.BOUNDED, min_confidence=0.5))
    world.submit(ticket_rows(1, opened_at=world.clock.now()))
    world.work()
    case = world.case(A)
    assert case.status is CaseStatus.DONE
    undo = UndoEffect(case_id=case.id, version=case.version, reason="wrong owner")
    world.execute(undo, world.person("ann"))
    world.work()
    assert world.case(A).attention is Attention.UNDONE
    case = look(world)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.OUTSIDE_ENVELOPE)
    assert case.attention_note.startswith("case_in_hand: a fact told by ann")
    assert len(book(world)) == 2


def test_late_look_has_its_review_time_anew(world: World) -> None:
    world.set_envelope(stub_envelope(review_minutes=60).to_yaml())
    waiting(world)
    world.clock.move(minutes=90)
    world.work()
    assert world.case(A).attention is Attention.TIMED_OUT
    case = look(world, "sam", Role.SENIOR_OPERATOR)
    assert case.attention is not Attention.TIMED_OUT
    assert case.review_due_at == world.clock.now() + timedelta(minutes=60)
    assert case.role == Role.SENIOR_OPERATOR


def test_only_a_waiting_case_is_looked_at(world: World) -> None:
    case = waiting(world).case(A)
    world.decide(case, world.person("ann"), DecisionKind.REJECT)
    world.work()
    with pytest.raises(Conflict, match="not looked at again now"):
        look(world)


def test_look_waits_for_the_others_claim(world: World) -> None:
    world.claim(waiting(world).case(A), world.person("ann"))
    with pytest.raises(Conflict, match="ann works on this case"):
        look(world, "ben")


def test_look_of_an_old_version_is_a_conflict(world: World) -> None:
    case = waiting(world).case(A)
    with pytest.raises(Conflict, match="changed while you looked"):
        world.execute(LookAgain(case_id=case.id, version=case.version - 1), world.person("ann"))


def test_only_who_decides_it_has_it_looked_at(world: World) -> None:
    world.set_envelope(stub_envelope(roles=(Role.SENIOR_OPERATOR,)).to_yaml())
    waiting(world)
    for name, role in (("ann", Role.OPERATOR), ("vera", Role.VIEWER)):
        with pytest.raises(NotAllowed):
            look(world, name, role)


def test_done_cases_grow_no_older(make_stub_world: Callable[..., World]) -> None:
    """Facts of a decided case are as fresh as they were for the decision."""
    world = waiting(make_stub_world())
    world.decide(world.case(A), world.person("ann"), DecisionKind.APPROVE)
    world.work()
    world.clock.move(minutes=600)
    card = world.engine.queries.card(world.case(A).id)
    assert card.row.status is CaseStatus.DONE
    assert [fact.attribute for fact in card.facts if fact.is_stale] == []
