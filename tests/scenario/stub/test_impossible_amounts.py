"""Amounts that cannot be are refused in words, whoever asks, and stop nobody else."""

from collections.abc import Callable

import pytest

from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.errors import InvalidRequest
from engine.testing.stub_desk import ticket_rows
from engine.testing.world import World
from tests.scenario.stub.test_bounded import book, calibrated
from tests.scenario.stub.test_money import LIMITS, A, credit, refusals

MANY = (
    "desk: stub\nguardrails:\n- {name: many, why: no more, action: grant_credit, "
    "budgets: [{per: day, executions: 200}]}\n"
)


@pytest.fixture
def world(make_stub_world: Callable[..., World]) -> World:
    """Software may credit 10 cents; people at most 200 times a day."""
    world = calibrated(make_stub_world())
    world.set_envelope(LIMITS.format(limits="amount_cap: 10"))
    world.set_guardrails(MANY)
    return world


def override(world: World, number: str, amount: int, currency: str = "EUR") -> None:
    world.decide(
        world.case(number),
        world.person("ann"),
        DecisionKind.OVERRIDE,
        tool="grant_credit",
        arguments={"number": number, "amount": amount, "currency": currency},
    )


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        (10**400, "EUR"),
        (2**64, "EUR"),
        (10**15, "EUR"),
        (2**63, "EUR"),
        (-5, "EUR"),
        (5, "eur"),
        (5, ""),
        (5, "E1R"),
    ],
    ids=["10^400", "2^64", "10^15", "2^63", "negative", "small letters", "no currency", "a digit"],
)
def test_impossible_amount_of_a_person_is_refused(world: World, amount: int, currency: str) -> None:
    credit(world)
    before = refusals(world)
    with pytest.raises(
        InvalidRequest, match=r"less than nothing|more than can be counted|is no currency"
    ):
        override(world, A, amount, currency)
    assert refusals(world) == before + 1
    assert (world.case(A).status, book(world)) == (CaseStatus.PENDING, [])
    override(world, A, 5)
    world.work()
    assert book(world) == [(A, "5 EUR")]


@pytest.mark.parametrize(
    ("fields", "seen"),
    [
        ({"amount": "-1"}, "request_malformed: -0.01 EUR is less than nothing"),
        ({"currency": "eur"}, "request_malformed: 'eur' is no currency"),
    ],
)
def test_impossible_amount_of_software_is_denied(
    world: World, fields: dict[str, str], seen: str
) -> None:
    world.set_envelope(LIMITS.format(limits="reversible_only: true"))  # no cap at all
    case = credit(world, 1, **fields)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.DENIED)
    assert case.attention_note.startswith(seen)
    assert book(world) == []


def test_largest_amounts_leave_nothing_stuck(world: World) -> None:
    most = 10**15 - 1
    world.submit(ticket_rows(3, opened_at=world.clock.now(), prefix="T", amount="4000"))
    world.work()
    for number in ("T000000", "T000001"):
        override(world, number, most)
    world.decide(world.case("T000002"), world.person("ben"), DecisionKind.APPROVE)
    for _ in range(3):
        world.work()
        world.clock.move(seconds=70)
    assert book(world) == [
        ("T000000", f"{most} EUR"),
        ("T000001", f"{most} EUR"),
        ("T000002", "4000 EUR"),
    ]


def test_amount_below_nothing_gives_nothing_back(world: World) -> None:
    credit(world)
    with pytest.raises(InvalidRequest, match="less than nothing"):
        override(world, A, -(10**9))
    world.set_guardrails(MANY.replace("executions: 200", "executions: 200, amount: 5000"))
    world.submit(ticket_rows(2, opened_at=world.clock.now(), prefix="Q", amount="4000"))
    world.work()
    world.decide(world.case("Q000000"), world.person("ann"), DecisionKind.APPROVE)
    world.work()
    with pytest.raises(InvalidRequest, match="many"):
        world.decide(world.case("Q000001"), world.person("ann"), DecisionKind.APPROVE)
    assert book(world) == [("Q000000", "4000 EUR")]
