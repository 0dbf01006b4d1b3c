"""Workflow and agent over real HTTP, to the model and to the shop: every case type to its end."""

from collections.abc import Callable
from dataclasses import replace

from engine.desks.orders.words import CaseType
from engine.domain.case_status import CaseStatus
from engine.domain.run import RunKind, RunStatus
from engine.simulators.orders.events import Plan
from engine.simulators.orders.world import make_sample
from engine.testing.messages_server import MessagesServer
from engine.testing.scripted_messages import scripted
from engine.testing.world import START
from tests.scenario.orders.living import OrdersWorld, disagreements
from tests.scenario.reasoned import Reasoned, look_at_all

SEED, FEW = 3, 18


def two_of_each(plan: Plan) -> Plan:
    """The first two cases of every type."""
    kept = [
        one
        for case_type in CaseType
        for one in [one for one in plan.episodes if one.row.case_type == case_type][:2]
    ]
    return replace(plan, episodes=tuple(sorted(kept, key=lambda one: one.row.opened_at)))


def test_workflow_settles_every_case_type(make_sqlite_orders: Callable[..., OrdersWorld]) -> None:
    settled_across_a_restart(make_sqlite_orders(), RunKind.WORKFLOW)


def test_agent_settles_every_case_type(make_orders: Callable[..., OrdersWorld]) -> None:
    settled_across_a_restart(make_orders(), RunKind.AGENT)


def settled_across_a_restart(orders: OrdersWorld, kind: RunKind) -> None:
    plan = two_of_each(make_sample(SEED, FEW, START, hours=1))
    sources = [one.row.id for one in plan.episodes]
    with MessagesServer(scripted) as server:
        desk = Reasoned(world=orders.world, url=server.url, kind=kind, sources=sources)
        desk.connect()
        orders.live(plan)
        orders.work()
        assert {case.case_type for case in desk.cases()} == {*CaseType}
        assert {case.status for case in desk.cases()} == {CaseStatus.PENDING}
        waits = RunStatus.SUSPENDED if kind is RunKind.AGENT else RunStatus.ENDED
        assert {journal.run.status for journal in desk.journals()} == {waits}
        desk.settle()
    look_at_all(desk)
    assert disagreements(orders, sources) == []
