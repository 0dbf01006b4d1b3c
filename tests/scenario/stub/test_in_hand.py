"""What people told or passed on stays with people: software never acts on it alone."""

from collections.abc import Callable

import pytest

from engine.bootstrap.engines import simulating_of
from engine.domain.actor import Role
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.fact import FactValue
from engine.domain.phase import Phase
from engine.errors import Conflict, NotAllowed
from engine.service.requests import ProvideFact
from engine.testing.stub_desk import stub_envelope, ticket_rows
from engine.testing.world import START, World
from tests.scenario.stub.test_bounded import book, calibrated
from tests.scenario.stub.test_money import LIMITS, A, credit


@pytest.fixture
def world(make_stub_world: Callable[..., World]) -> World:
    """Credits up to 40.00 run alone; beyond that a person decides."""
    world = calibrated(make_stub_world())
    world.set_envelope(LIMITS.format(limits="amount_cap: 4000"))
    return world


def tell(world: World, name: str, attribute: str, value: FactValue) -> Case:
    case = world.case(A)
    world.clock.move(minutes=5)
    world.execute(
        ProvideFact(case_id=case.id, version=case.version, attribute=attribute, value=value),
        world.person(name),
    )
    world.work()
    return world.case(A)


def broken(world: World, case: Case) -> dict[str, str]:
    """The rules of the recommended action that are not kept, with what was seen."""
    made = world.parts.store.reader.recommendation(case)
    assert made is not None
    return {rule.rule: rule.seen for rule in made.actions[0].verdict.broken}


def test_a_told_amount_never_runs_alone(world: World) -> None:
    credit(world, amount="9000")
    case = tell(world, "ben", "amount", 4000)
    assert case.status is CaseStatus.PENDING
    assert book(world) == []
    assert broken(world, case) == {
        "facts_contradictory": "ticket.amount@intake",
        "case_in_hand": "a fact told by ben",
    }


def test_doubts_allowed_it_stays_with_people(world: World) -> None:
    world.set_envelope(LIMITS.format(limits="amount_cap: 4000\n  max_contradictions: 3"))
    credit(world, amount="9000")
    case = tell(world, "ben", "amount", 4000)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.OUTSIDE_ENVELOPE)
    assert broken(world, case) == {"case_in_hand": "a fact told by ben"}
    assert book(world) == []
    world.decide(case, world.person("ann"), DecisionKind.APPROVE)
    world.work()
    assert book(world) == [(A, "4000 EUR")]


def test_a_told_fact_is_of_the_known_entity(world: World) -> None:
    credit(world, amount="9000")
    case = tell(world, "ben", "amount", 4000)
    facts = world.parts.store.reader.fact_sets([case.id])[case.id].facts
    assert [(one.entity, one.source) for one in facts if one.attribute == "amount"] == [
        ("ticket", "intake"),
        ("ticket", "person:ben"),
    ]
    shown = world.engine.queries.card(case.id).facts
    doubted = [one.value for one in shown if one.is_contradicted]
    assert doubted == [9000, 4000]


def test_a_case_passed_on_takes_facts_of_its_role(world: World) -> None:
    case = credit(world, amount="9000")
    ann = world.person("ann")
    world.decide(case, ann, DecisionKind.ESCALATE, note="smells of fraud, do not pay")
    with pytest.raises(NotAllowed, match="waits for a senior operator"):
        tell(world, "ben", "weather", "nice")
    world.person("sam", Role.SENIOR_OPERATOR)
    case = tell(world, "sam", "weather", "nice")
    assert (case.status, case.role) == (CaseStatus.PENDING, Role.SENIOR_OPERATOR)


def test_a_case_passed_on_never_runs_alone(world: World) -> None:
    case = credit(world, amount="9000")
    world.decide(case, world.person("ann"), DecisionKind.ESCALATE, note="do not pay")
    changed = ticket_rows(1, opened_at=START, amount="4000")
    world.submit(changed)
    world.work()
    case = world.case(A)
    assert (case.status, case.role) == (CaseStatus.PENDING, Role.SENIOR_OPERATOR)
    assert broken(world, case) == {"case_in_hand": "waits for the role senior operator"}
    assert book(world) == []


def test_only_the_cells_roles_tell_facts(world: World) -> None:
    world.set_envelope(LIMITS.format(limits="amount_cap: 4000\n  roles: [senior_operator]"))
    credit(world, amount="9000")
    with pytest.raises(NotAllowed, match="decided by senior operator"):
        tell(world, "ben", "amount", 4000)
    assert world.case(A).facts_revision == 1


def test_a_fact_waits_for_the_others_claim(world: World) -> None:
    case = credit(world, amount="9000")
    ann = world.person("ann")
    world.claim(case, ann)
    fact = ProvideFact(case_id=case.id, version=case.version, attribute="x", value="y")
    with pytest.raises(Conflict, match="ann works on this case"):
        world.execute(fact, world.person("ben"))
    world.decide(case, ann, DecisionKind.REJECT)
    world.work()
    assert world.case(A).status is CaseStatus.CLOSED_NO_ACTION


def test_an_answer_asked_for_goes_to_people(make_stub_world: Callable[..., World]) -> None:
    world = calibrated(make_stub_world(phase=Phase.BOUNDED, min_confidence=0.95))
    world.submit(ticket_rows(1, opened_at=world.clock.now(), confidence="0.8"))
    world.work()
    ann = world.person("ann")
    world.decide(world.case(A), ann, DecisionKind.ASK, question="how sure is it?")
    world.set_envelope(stub_envelope(phase=Phase.BOUNDED).to_yaml())
    case = tell(world, "ben", "owner_before", "south")
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.OUTSIDE_ENVELOPE)
    assert case.attention_note == "case_in_hand: a fact told by ben against nobody has a hand in it"
    world.decide(case, ann, DecisionKind.APPROVE)
    world.work()
    assert book(world) == [(A, "north")]


def test_history_knows_what_people_had_in_hand(world: World) -> None:
    world.submit(ticket_rows(1, opened_at=world.clock.now(), prefix="P", amount="9000"))
    ann = world.person("ann")
    world.decide(credit(world, amount="9000"), ann, DecisionKind.ESCALATE, note="not mine")
    world.clock.move(minutes=1)
    world.submit(ticket_rows(1, opened_at=START, amount="4000"))
    world.work()
    world.clock.move(minutes=1)
    world.decide(world.case("P000000"), ann, DecisionKind.ESCALATE, note="nor this")
    assert in_hand(world) == [("P000000", False), (A, False), (A, True)]


def test_history_knows_what_people_told(world: World) -> None:
    credit(world, amount="9000")
    tell(world, "ben", "weather", "nice")
    assert in_hand(world) == [(A, False), (A, True)]


def in_hand(world: World) -> list[tuple[str, bool]]:
    """Which past recommendations history takes for people's, the training cases apart."""
    past = simulating_of(world.parts).histories.read(world.desk)
    found = zip(past.texts, past.is_in_hand.tolist(), strict=True)
    return sorted(
        (text.partition(":")[0], is_in_hand)
        for text, is_in_hand in found
        if not text.startswith("H")
    )
