"""A life: a world of the orders desk with a sample of cases, each of which waits for a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.desks.orders.words import CaseType
from engine.domain.actor import Person, Role
from engine.domain.case import Case
from engine.domain.decision import DecisionKind
from engine.service.requests import UndoEffect
from engine.service.rows import CaseCard
from engine.simulators.orders.events import Episode
from engine.simulators.orders.world import make_sample
from engine.testing.world import START
from tests.scenario.orders.living import OrdersWorld

SEED, FEW, HOURS = 14, 20, 1.0


@dataclass
class Life:
    """A world with a sample of cases, and the people who look after them."""

    orders: OrdersWorld
    episodes: Sequence[Episode]
    waited: Mapping[str, tuple[Case, CaseCard]]
    """By source id, each case and its card before anybody had decided."""

    @property
    def sam(self) -> Person:
        return self.orders.world.person("sam", Role.OPERATOR, Role.SENIOR_OPERATOR)

    def of(self, case_type: CaseType) -> Sequence[Episode]:
        return [one for one in self.episodes if one.row.case_type == case_type]

    def case(self, one: Episode) -> Case:
        return self.orders.case(one.row.id)

    def card(self, one: Episode) -> CaseCard:
        return self.orders.card(one.row.id)

    def plan(self, one: Episode) -> list[str]:
        made = self.waited[one.row.id][1].recommendation
        return [action.tool for action in made.actions] if made else []

    def with_plan(self, tools: list[str]) -> Episode:
        return next(one for one in self.episodes if self.plan(one) == tools)

    def decide(self, one: Episode, kind: DecisionKind, **fields: object) -> Case:
        self.orders.world.decide(self.case(one), self.sam, kind, **fields)
        self.orders.work()
        return self.case(one)

    def undo(self, one: Episode) -> str:
        case = self.case(one)
        request = UndoEffect(case_id=case.id, version=case.version, reason="customer called")
        said = self.orders.world.execute(request, self.sam).message
        self.orders.work()
        return said


def begun(orders: OrdersWorld) -> Life:
    """A sample of every case type, reasoned about; nobody has decided yet."""
    plan = make_sample(SEED, FEW, START, hours=HOURS)
    assert orders.live(plan).accepted == FEW
    orders.work()
    assert orders.shop.operations() == {}
    names = [one.row.id for one in plan.episodes]
    waited = {name: (orders.case(name), orders.card(name)) for name in names}
    return Life(orders=orders, episodes=plan.episodes, waited=waited)
