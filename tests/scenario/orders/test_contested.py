"""Several cases want the same scarce goods: engine and shop together give nothing out twice."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from engine.desks.orders.tools import Transport
from engine.domain.actor import Person, Role
from engine.domain.canonical import Json
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.recommendation import Action
from engine.simulators.orders.contest_report import begin, contests_of
from engine.simulators.orders.contested import Contest
from engine.simulators.orders.driver import ShopInProcess
from engine.simulators.orders.events import IntakeRow
from engine.testing.world import START
from tests.scenario.orders.living import OrdersWorld, disagreements, labelled

SEED = 1
TAKES = "substitute_variant"
Place = tuple[str, str]
"""A variant in a warehouse."""


@dataclass
class Overtaken:
    """A way to the shop on which something may happen just before a line gets its pieces."""

    way: Transport
    meanwhile: list[Callable[[], None]]

    def send(self, path: str, arguments: Mapping[str, Any], **how: Any) -> Json:
        if how.get("is_write") and path.endswith(TAKES) and self.meanwhile:
            self.meanwhile.pop()()
        return self.way.send(path, arguments, **how)


@dataclass
class Contested:
    """A world in which one contest is waiting, one case a line."""

    orders: OrdersWorld
    contest: Contest
    meanwhile: list[Callable[[], None]] = field(default_factory=list)
    """What happens between the engine's last look and its next call."""

    @property
    def sam(self) -> Person:
        return self.orders.world.person("sam", Role.OPERATOR, Role.SENIOR_OPERATOR)

    def raise_cases(self, rows: Sequence[IntakeRow]) -> None:
        """Hand cases in, and let the engine come to its recommendations."""
        self.orders.submit(labelled(one, None) for one in rows)
        self.orders.work()

    def takes(self, row: IntakeRow) -> Action | None:
        """What a case's recommendation would take."""
        made = self.orders.card(row.id).recommendation
        assert made
        return next((one for one in made.actions if one.tool == TAKES), None)

    def wanted(self, rows: Sequence[IntakeRow]) -> Counter[Place]:
        """Pieces that the recommendations of some cases would take."""
        found: Counter[Place] = Counter()
        for row in rows:
            if action := self.takes(row):
                found[place_of(action)] += self.quantity(row)
        return found

    def quantity(self, row: IntakeRow) -> int:
        number: int = self.orders.shop.order(row.order_id)["lines"][0]["quantity"]
        return number

    def variant(self, row: IntakeRow) -> str:
        return str(self.orders.shop.order(row.order_id)["lines"][0]["variant_id"])

    def free(self) -> Counter[Place]:
        variant = self.contest.fates[0].variant_id
        told = self.orders.shop.read("stock_levels", variant_id=variant, with_substitutes=True)
        return Counter(
            {(one["variant_id"], one["warehouse_id"]): one["by_shop"] for one in told["levels"]}
        )

    def approve(self, row: IntakeRow) -> None:
        self.orders.world.decide(self.orders.case(row.id), self.sam, DecisionKind.APPROVE)

    def sound(self) -> None:
        names = [row.id for row in self.contest.rows]
        assert disagreements(self.orders, names) == []
        assert min(self.free().values()) >= 0


def place_of(action: Action) -> Place:
    return str(action.arguments["variant_id"]), str(action.arguments["warehouse_id"])


@pytest.fixture
def make_contest(make_orders: Callable[..., OrdersWorld]) -> Callable[[int], Contested]:
    return contests_with(make_orders)


@pytest.fixture
def make_sqlite_contest(
    make_sqlite_orders: Callable[..., OrdersWorld],
) -> Callable[[int], Contested]:
    return contests_with(make_sqlite_orders)


def contests_with(make_orders: Callable[..., OrdersWorld]) -> Callable[[int], Contested]:
    def make(number: int) -> Contested:
        meanwhile: list[Callable[[], None]] = []
        orders = make_orders(between=lambda way: Overtaken(way, meanwhile))
        contest = contests_of(SEED, START, number)[-1]
        orders.world.clock.at = contest.opened_at
        begin(ShopInProcess(shop=orders.shop.shop), contest)
        return Contested(orders=orders, contest=contest, meanwhile=meanwhile)

    return make


def test_approved_in_any_order_nothing_is_doubled(
    make_contest: Callable[[int], Contested],
) -> None:
    contested = make_contest(5)
    rows = contested.contest.rows
    contested.raise_cases(rows)
    before = contested.free()
    asked = contested.wanted(rows)
    assert asked
    assert asked <= before
    for row in reversed(rows):
        contested.approve(row)
        contested.orders.work()
        assert contested.orders.case(row.id).status is CaseStatus.DONE
    assert contested.free() + asked == before
    contested.sound()


def test_cases_raised_later_want_what_is_left(
    make_sqlite_contest: Callable[[int], Contested],
) -> None:
    contested = make_sqlite_contest(5)
    left = list(contested.contest.rows)
    acted = 0
    while left:
        row = left.pop()
        contested.raise_cases([row])
        assert contested.wanted([row]) <= contested.free()
        acted += contested.takes(row) is not None
        contested.approve(row)
        contested.orders.work()
        assert contested.orders.case(row.id).status is CaseStatus.DONE
    assert acted > 1
    contested.sound()


def test_last_piece_approved_twice_goes_once(
    make_sqlite_contest: Callable[[int], Contested],
) -> None:
    contested = make_sqlite_contest(5)
    winner, loser, action = last_pieces(contested)
    contested.approve(winner)
    contested.orders.world.decide(
        contested.orders.case(loser.id),
        contested.sam,
        DecisionKind.OVERRIDE,
        tool=TAKES,
        arguments={**action.arguments, "order_id": loser.order_id},
    )
    contested.orders.work()
    cases = [contested.orders.case(row.id) for row in (winner, loser)]
    assert {one.status for one in cases} == {CaseStatus.DONE, CaseStatus.PENDING}
    (waits,) = (one for one in cases if one.status is CaseStatus.PENDING)
    assert waits.attention is Attention.TARGET_CHANGED
    assert goes_once(contested, winner, loser) == 1
    contested.sound()


def test_shop_refuses_who_comes_too_late(make_sqlite_contest: Callable[[int], Contested]) -> None:
    contested = make_sqlite_contest(5)
    winner, loser, action = last_pieces(contested)
    _, warehouse_id = place_of(action)

    def fill() -> None:  # after the engine's last look, before its call arrives
        where = {"line": 1, "warehouse_id": warehouse_id}
        contested.orders.shop.happen("fill_line", order_id=loser.order_id, **where)

    contested.meanwhile.append(fill)
    contested.approve(winner)
    contested.orders.work()
    case = contested.orders.case(winner.id)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.TOOL_FAILED)
    assert goes_once(contested, winner, loser) == 0
    contested.sound()


def goes_once(contested: Contested, *rows: IntakeRow) -> int:
    """Of lines that want the same pieces one has them; gives how many the engine has served."""
    states = [contested.orders.shop.order(row.order_id)["lines"][0]["state"] for row in rows]
    assert sorted(states) == ["RESERVED", "SHORT"]
    return sum(TAKES in contested.orders.called(row.id) for row in rows)


def last_pieces(contested: Contested) -> tuple[IntakeRow, IntakeRow, Action]:
    """Who gets the last pieces, who wants as many of the same, and what would be called."""
    rows = contested.contest.rows
    contested.raise_cases(rows)
    for winner in rows:
        action, most = contested.takes(winner), contested.quantity(winner)
        for loser in rows:
            wants = (contested.variant(loser), contested.quantity(loser))
            if action and not contested.takes(loser) and wants == (place_of(action)[0], most):
                use_up(contested, place_of(action), leave=most)
                return winner, loser, action
    raise AssertionError("nobody wants what another gets")


def use_up(contested: Contested, place: Place, leave: int) -> None:
    """Let pieces be lost until so many are left."""
    variant_id, warehouse_id = place
    contested.orders.shop.happen(
        "count_stock",
        variant_id=variant_id,
        warehouse_id=warehouse_id,
        counted=leave,
        adopt=True,
    )


def test_card_says_how_stock_is_given_out(make_sqlite_contest: Callable[[int], Contested]) -> None:
    contested = make_sqlite_contest(5)
    rows = contested.contest.rows
    contested.raise_cases(rows)
    for row in rows:
        card = contested.orders.card(row.id)
        (told,) = (one for one in card.facts if one.attribute == "allocation")
        assert told.source == "allocation"
        assert f"Lines that wait: {len(rows)}." in str(told.value)
        assert card.recommendation
        assert str(told.value) in card.recommendation.draft.rationale
