"""What is spent stays spent: over midnights, zones, currencies and spellings of a customer."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from engine.domain.actor import Role
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.policy import PolicyKind
from engine.errors import InvalidRequest, NotAllowed
from engine.service.requests import RollBack
from engine.testing.stub_desk import ticket_rows
from engine.testing.world import World
from tests.scenario.stub.test_bounded import book, calibrated
from tests.scenario.stub.test_money import LIMITS

TWO_A_DAY = "amount_cap: 100000\n  budgets: [{per: day, amount: 8000}]"
RULE = """\
desk: stub
currency: {currency}
guardrails:
- name: big
  why: too much for a day
  action: grant_credit
  amount_cap: 900000
  budgets: [{{per: day, amount: 1000000}}]
"""


@pytest.fixture
def world(make_stub_world: Callable[..., World]) -> World:
    return calibrated(make_stub_world())


def ask(world: World, prefix: str, how_many: int = 3, **fields: str) -> int:
    """Submit credits of 40.00; gives how many were paid by now."""
    said = {"amount": "4000"} | fields
    world.submit(ticket_rows(how_many, opened_at=world.clock.now(), prefix=prefix, **said))
    world.work()
    return len(book(world))


def limited(world: World, zone: str, limits: str = TWO_A_DAY) -> None:
    world.set_envelope(f"zone: {zone}\n{LIMITS.format(limits=limits)}")


def budgets_used(world: World) -> list[tuple[int, int]]:
    rows = {cell.action: cell for cell in world.engine.queries.cells("stub")}
    budgets = rows["grant_credit"].budgets
    return [(one.executions_used, one.amount_used) for one in budgets if one.amount]


# --- clocks ------------------------------------------------------------------------------


def test_second_midnight_gives_no_second_budget(world: World) -> None:
    limited(world, "Atlantic/Azores")
    world.clock.at = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 00:30, and in an hour again
    assert ask(world, "P") == 2
    world.clock.move(minutes=60)
    assert ask(world, "Q") == 2
    world.clock.at = datetime(2026, 10, 26, 0, 55, tzinfo=UTC)
    assert ask(world, "R") == 2
    world.clock.move(minutes=5)
    assert ask(world, "S") == 4


def test_another_zone_gives_no_second_budget(world: World) -> None:
    limited(world, "UTC")
    assert ask(world, "P") == 2
    zones = ("Asia/Tokyo", "America/Los_Angeles", "Asia/Kathmandu", "Pacific/Kiritimati", "UTC")
    for number, zone in enumerate(zones):
        limited(world, zone)
        assert budgets_used(world) == [(2, 8000)], zone
        assert ask(world, f"Q{number}") == 2, zone


def test_rest_can_be_spent_in_another_zone(world: World) -> None:
    limited(world, "UTC")
    assert ask(world, "P", 1) == 1
    limited(world, "Asia/Tokyo")
    assert ask(world, "Q") == 2
    limited(world, "UTC")
    assert ask(world, "R") == 2
    world.clock.move(hours=48)
    assert ask(world, "S") == 4


def test_another_hour_of_zones_gives_no_second_rate(world: World) -> None:
    rate = "amount_cap: 100000\n  budgets: [{per: hour, executions: 2}]"
    limited(world, "UTC", rate)
    assert ask(world, "P") == 2
    limited(world, "Asia/Kathmandu", rate)  # a quarter of an hour beside the hours of others
    assert ask(world, "Q") == 2


# --- who may go back to it ---------------------------------------------------------------


def go_back(world: World, kind: PolicyKind, by: str, role: Role) -> None:
    over = world.active_version(kind)
    request = RollBack(kind=kind, desk="stub", version=over - 1, reason="x", over=over)
    world.execute(request, world.person(by, role))


def test_author_goes_back_to_no_other_zone_alone(world: World) -> None:
    limited(world, "UTC")
    limited(world, "Asia/Tokyo")
    with pytest.raises(NotAllowed, match="somebody else has to go back"):
        go_back(world, PolicyKind.ENVELOPE, "olivia", Role.PRODUCT_OWNER)
    go_back(world, PolicyKind.ENVELOPE, "rasmus", Role.RISK_OFFICER)


def test_author_goes_back_to_no_other_currency_alone(world: World) -> None:
    world.set_guardrails(RULE.format(currency="EUR"))
    world.set_guardrails(RULE.format(currency="USD"))
    with pytest.raises(NotAllowed, match="somebody else has to go back"):
        go_back(world, PolicyKind.GUARDRAILS, "rhea", Role.RISK_OFFICER)
    go_back(world, PolicyKind.GUARDRAILS, "rasmus", Role.RISK_OFFICER)


# --- currencies --------------------------------------------------------------------------


def test_other_money_never_counts_toward_a_budget(world: World) -> None:
    limited(world, "UTC", "budgets: [{per: day, executions: 50}]")
    assert ask(world, "P", 1, currency="USD", amount="900000") == 1
    assert ask(world, "Q", 1) == 2
    limited(world, "UTC", "budgets: [{per: day, executions: 50, amount: 8000}]")
    assert budgets_used(world) == [(2, 4000)]
    assert ask(world, "R", 1, currency="USD") == 2
    assert world.case("R000000").attention_note.startswith("budget_spent: 40.00 USD")
    assert ask(world, "S") == 3


def test_other_money_is_denied_by_a_hard_budget(world: World) -> None:
    world.set_guardrails(RULE.format(currency="EUR").replace("  amount_cap: 900000\n", ""))
    limited(world, "UTC", "amount_cap: 1")
    ask(world, "P", 1, currency="USD")
    case = world.case("P000000")
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.DENIED)
    with pytest.raises(InvalidRequest, match="denies this action"):
        world.decide(case, world.person("ann"), DecisionKind.APPROVE)


# --- customers ---------------------------------------------------------------------------

EACH = "amount_cap: 100000\n  budgets: [{per: day, for_each: customer, executions: 1}]"


def test_one_customer_by_many_names_is_one(world: World) -> None:
    limited(world, "UTC", EACH)
    names = ("acme", "ACME", " acme", "acme\u200b", "\u0430cme", "\uff41cme", "ac\u00adme")
    for number, name in enumerate(names):
        assert ask(world, f"P{number}", 1, customer=name) == 1, name
    assert ask(world, "Q", 1, customer="acme.") == 2


@pytest.mark.parametrize("customer", ["", "  ", "\u200b", "\u3164"])
def test_nobody_named_goes_to_people(world: World, customer: str) -> None:
    limited(world, "UTC", EACH)
    assert ask(world, "P", 1, customer=customer) == 0
    case = world.case("P000000")
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.OUTSIDE_ENVELOPE)
    assert case.attention_note.startswith("budget_spent: no customer named")


def test_nobody_named_is_denied_by_a_hard_budget(world: World) -> None:
    world.set_guardrails(
        "desk: stub\nguardrails:\n- {name: each, why: w, action: grant_credit, "
        "budgets: [{per: day, for_each: customer, executions: 5}]}\n"
    )
    limited(world, "UTC", "amount_cap: 100000")
    assert ask(world, "P", 1, customer="\u200b") == 0
    assert world.case("P000000").attention is Attention.DENIED
    assert ask(world, "Q", 1, customer="acme") == 1
