"""Money limits: caps, budgets, a second person, guardrails that bind people too."""

from collections.abc import Callable
from typing import Any

import pytest

from engine.domain.actor import Role
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.ledger import EventKind
from engine.domain.policy import PolicyKind
from engine.domain.verdict import VerdictKind
from engine.errors import InvalidRequest, NotAllowed
from engine.service.requests import ProposeVersion, TakeBackDecision
from engine.service.trials import Trial
from engine.testing.stub_desk import ticket_rows
from engine.testing.world import World
from tests.scenario.stub.test_bounded import book, calibrated

A = "T000000"
LIMITS = """\
desk: stub
limits:
  phase: BOUNDED
  threshold: {{kind: hand_set, min_confidence: 0.5}}
cells:
- case_type: ticket
  action: assign_owner
- case_type: ticket
  action: grant_credit
  {limits}
"""
RULES = """\
desk: stub
guardrails:
- name: no_big_credit
  why: more than 100 is for the back office
  action: grant_credit
  amount_cap: 10000
"""


@pytest.fixture
def make(make_stub_world: Callable[..., World]) -> Callable[[str], World]:
    """A calibrated world in which credits are limited so."""

    def world_with(limits: str) -> World:
        world = calibrated(make_stub_world())
        world.set_envelope(LIMITS.format(limits=limits))
        return world

    return world_with


def credit(world: World, how_many: int = 1, **fields: str) -> Case:
    said = {"amount": "4000"} | fields
    rows = ticket_rows(how_many, opened_at=world.clock.now(), prefix="T", **said)
    world.submit(rows)
    world.work()
    return world.case(A)


def test_amount_under_the_cap_runs_alone(make: Callable[[str], World]) -> None:
    world = make("amount_cap: 4000")
    assert credit(world).status is CaseStatus.DONE
    assert book(world) == [(A, "4000 EUR")]


@pytest.mark.parametrize(
    ("limits", "fields", "note"),
    [
        ("amount_cap: 3999", {}, "amount_over_cap: 40.00 EUR"),
        ("amount_cap: 4000", {"currency": "USD"}, "amount_over_cap: 40.00 USD"),
        ("second_person_above: 3999", {}, "second_person_missing: 40.00 EUR"),
        ("arguments: {amount: {at_most: 3999}}", {}, "argument_out_of_bounds: amount is 4000"),
        ("hours: {opens: '03:00', closes: '03:01'}", {}, "outside_hours: "),
    ],
    ids=["cap", "currency", "second person", "argument", "hours"],
)
def test_outside_its_limits_a_person_decides(
    make: Callable[[str], World], limits: str, fields: dict[str, str], note: str
) -> None:
    world = make(limits)
    case = credit(world, 1, **fields)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.OUTSIDE_ENVELOPE)
    assert case.attention_note.startswith(note)
    assert book(world) == []


@pytest.mark.parametrize(
    ("budget", "fields", "ran"),
    [
        ("{per: day, amount: 10000}", {}, 2),
        ("{per: hour, executions: 3}", {}, 3),
        ("{per: day, for_each: customer, executions: 1}", {"customer": "c1"}, 1),
        ("{per: day, for_each: customer, executions: 1}", {}, 0),
    ],
    ids=["money a day", "rate an hour", "a customer", "no customer"],
)
def test_a_budget_ends_where_it_says(
    make: Callable[[str], World], budget: str, fields: dict[str, str], ran: int
) -> None:
    world = make(f"budgets: [{budget}]")
    credit(world, 5, **fields)
    assert len(book(world)) == ran


def test_a_shared_budget_counts_for_all_cells(make_stub_world: Callable[..., World]) -> None:
    world = calibrated(make_stub_world())
    shared = LIMITS.replace("limits:\n", "limits:\n  budgets: [{{per: day, executions: 3}}]\n", 1)
    world.set_envelope(shared.format(limits="amount_cap: 9000"))
    credit(world, 2)
    world.submit(ticket_rows(2, opened_at=world.clock.now(), prefix="N"))
    world.work()
    assert len(book(world)) == 3


# --- two people --------------------------------------------------------------------------


def test_a_large_amount_takes_two_people(make: Callable[[str], World]) -> None:
    world = make("second_person_above: 1000")
    case = credit(world)
    ann, ben = world.person("ann"), world.person("ben")
    done = world.decide(case, ann, DecisionKind.APPROVE)
    assert "second person" in done.message
    world.work()
    case = world.case(A)
    assert (case.status, case.attention) == (CaseStatus.SECOND_PENDING, Attention.SECOND_PERSON)
    with pytest.raises(NotAllowed, match="approved this already"):
        world.decide(case, ann, DecisionKind.APPROVE)
    assert book(world) == []
    world.clock.move(minutes=6)  # the claim of the first one ends
    world.decide(world.case(A), ben, DecisionKind.APPROVE)
    world.work()
    assert world.case(A).status is CaseStatus.DONE
    assert book(world) == [(A, "4000 EUR")]
    decisions = world.parts.store.reader.decisions(case.id)
    assert [(one.person, one.first_by) for one in decisions] == [("ann", ""), ("ben", "ann")]


def test_the_first_of_two_may_take_it_back(make: Callable[[str], World]) -> None:
    world = make("second_person_above: 1000")
    ann = world.person("ann")
    world.decide(credit(world), ann, DecisionKind.APPROVE)
    case = world.case(A)
    world.execute(TakeBackDecision(case_id=case.id, version=case.version), ann)
    case = world.case(A)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.TAKEN_BACK)
    world.decide(case, world.person("ben"), DecisionKind.APPROVE)
    assert world.case(A).status is CaseStatus.SECOND_PENDING


def test_the_second_person_may_reject(make: Callable[[str], World]) -> None:
    world = make("second_person_above: 1000")
    world.decide(credit(world), world.person("ann"), DecisionKind.APPROVE)
    world.decide(world.case(A), world.person("ben"), DecisionKind.REJECT)
    world.work()
    assert world.case(A).status is CaseStatus.CLOSED_NO_ACTION
    assert book(world) == []


def test_a_limit_signed_meanwhile_asks_for_the_second(make: Callable[[str], World]) -> None:
    world = make("amount_cap: 1000")
    world.decide(credit(world), world.person("ann"), DecisionKind.APPROVE)
    world.set_envelope(LIMITS.format(limits="second_person_above: 1000"))
    world.work()
    assert (world.case(A).status, world.case(A).attention) == (
        CaseStatus.PENDING,
        Attention.ENVELOPE_CHANGED,
    )
    assert book(world) == []


def test_nobody_seconds_it_in_time(make: Callable[[str], World]) -> None:
    world = make("second_person_above: 1000\n  review_minutes: 60")
    world.decide(credit(world), world.person("ann"), DecisionKind.APPROVE)
    world.clock.move(minutes=61)
    world.work()
    case = world.case(A)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.TIMED_OUT)
    assert (case.role, book(world)) == (Role.SENIOR_OPERATOR, [])


# --- guardrails --------------------------------------------------------------------------


def test_a_guardrail_denies_and_is_named(make: Callable[[str], World]) -> None:
    world = make("amount_cap: 1000000")
    world.set_guardrails(RULES)
    case = credit(world, amount="10001")
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.DENIED)
    assert case.attention_note.startswith("guardrail:no_big_credit")
    with pytest.raises(InvalidRequest, match="denies"):
        world.decide(case, world.person("ann"), DecisionKind.APPROVE)
    before = refusals(world)
    with pytest.raises(InvalidRequest, match="Guardrail “no big credit” forbids this"):
        override(world, "10001")
    assert refusals(world) == before + 1
    override(world, "10000")
    world.work()
    assert book(world) == [(A, "10000 EUR")]


def override(world: World, amount: str) -> None:
    world.decide(
        world.case(A),
        world.person("ann"),
        DecisionKind.OVERRIDE,
        tool="grant_credit",
        arguments={"number": A, "amount": int(amount), "currency": "EUR"},
    )


def refusals(world: World) -> int:
    page = world.engine.queries.ledger(kind=EventKind.ATTEMPT_REFUSED, limit=200)
    return len(page.rows)


def test_a_guardrail_signed_meanwhile_stops_the_approved(make: Callable[[str], World]) -> None:
    world = make("amount_cap: 1000")
    world.decide(credit(world, amount="20000"), world.person("ann"), DecisionKind.APPROVE)
    world.set_guardrails(RULES)
    world.work()
    case = world.case(A)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.DENIED)
    assert "guardrail:no_big_credit" in case.attention_note
    assert book(world) == []


def test_a_guardrail_budget_counts_people_too(make: Callable[[str], World]) -> None:
    world = make("amount_cap: 1000")
    world.set_guardrails(
        "desk: stub\nguardrails:\n- {name: two_a_day, why: no more, action: grant_credit, "
        "budgets: [{per: day, executions: 2}]}\n"
    )
    credit(world, 3)
    ann = world.person("ann")
    for number in range(2):
        world.decide(world.case(f"T{number:06d}"), ann, DecisionKind.APPROVE)
        world.work()
    with pytest.raises(InvalidRequest, match="Guardrail “two a day” forbids this"):
        world.decide(world.case("T000002"), ann, DecisionKind.APPROVE)
    assert len(book(world)) == 2


def test_an_envelope_never_widens_a_guardrail(make: Callable[[str], World]) -> None:
    world = make("amount_cap: 1000000")
    world.set_guardrails(RULES)
    world.set_envelope(LIMITS.format(limits="amount_cap: 9000000"))
    assert credit(world, amount="10001").attention is Attention.DENIED


def test_only_risk_writes_guardrails(make: Callable[[str], World]) -> None:
    world = make("amount_cap: 1000")
    for name, role in (("olivia", Role.PRODUCT_OWNER), ("sam", Role.SENIOR_OPERATOR)):
        before = refusals(world)
        with pytest.raises(NotAllowed):
            propose_rules(world, name, role)
        assert refusals(world) == before + 1


def propose_rules(world: World, name: str, role: Role) -> None:
    request = ProposeVersion(
        kind=PolicyKind.GUARDRAILS, desk="stub", document=RULES, note="mine now", over=0
    )
    world.execute(request, world.person(name, role))


# --- a request that is only tried --------------------------------------------------------


def test_a_trial_meets_policy_and_leaves_nothing(make: Callable[[str], World]) -> None:
    world = make("amount_cap: 5000")
    tried = world.engine.queries.tried
    entries = len(world.engine.queries.ledger(limit=200).rows)

    def kind(**fields: Any) -> VerdictKind:
        trial = Trial(case_type="ticket", action="grant_credit", **fields)
        return tried("stub", trial).kind

    euro = {"amount": 5000, "currency": "EUR"}
    assert kind(arguments=euro) is VerdictKind.EXECUTE
    assert kind(arguments=euro | {"amount": 5001}) is VerdictKind.ESCALATE
    assert kind(arguments=euro, confidence=0.4) is VerdictKind.ESCALATE
    assert kind(arguments=euro | {"wings": 2}) is VerdictKind.DENY
    assert kind(arguments=euro, roles=frozenset({Role.VIEWER})) is VerdictKind.DENY
    draft = tried(
        "stub",
        Trial(case_type="ticket", action="grant_credit", arguments=euro),
        PolicyKind.GUARDRAILS,
        RULES.replace("10000", "4999"),
    )
    assert draft.kind is VerdictKind.DENY
    assert len(world.engine.queries.ledger(limit=200).rows) == entries
