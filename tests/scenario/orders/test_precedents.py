"""Precedents of the orders desk: real plans that were approved, verified and proved right."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from engine.desks.orders.recall import RECALL
from engine.desks.orders.words import CaseType
from engine.domain.actor import Role
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.memory import MemoryProcedure
from engine.domain.run import Run, RunKind
from engine.errors import Conflict, EngineError
from engine.service.requests import StartRun
from engine.simulators.orders.events import Plan
from engine.simulators.orders.world import World, draw_world
from engine.testing.world import START
from tests.scenario.orders.living import OrdersWorld

SEED = 3
EAGER = MemoryProcedure(least=1, nearest=5, least_precedents=1, doubt=0.0)
"""So few cases would not do: what is looked at is that they are read as they are."""


def approve_all(orders: OrdersWorld, sources: list[str]) -> None:
    """A person lets everything run that policy allows a person."""
    ann = orders.world.person("ann", Role.OPERATOR, Role.SENIOR_OPERATOR)
    for source in sources:
        case = orders.case(source)
        if case.status is CaseStatus.PENDING:
            try:
                orders.world.decide(case, ann, DecisionKind.APPROVE)
            except EngineError:  # it stays with people
                continue
    orders.work()


def shadow(orders: OrdersWorld, source: str) -> Run:
    case = orders.case(source)
    start = StartRun(case_id=case.id, kind=RunKind.PRECEDENT, client_key=source)
    orders.world.execute(start, orders.world.person("ann"))
    orders.work()
    return orders.world.parts.store.runs.runs_of(case.id)[-1]


def short_of_stock(world: World, numbers: range, since: datetime, *, is_first: bool) -> Plan:
    """Orders of one world for which stock is short, a minute apart."""
    episodes = [
        world.episode(number, since + timedelta(minutes=place), CaseType.STOCK_SHORT)
        for place, number in enumerate(numbers)
    ]
    prologue = world.prologue if is_first else ()
    return Plan(seed=world.seed, start=since, prologue=prologue, episodes=tuple(episodes))


def test_settled_orders_speak_for_new_ones(make_orders: Callable[..., OrdersWorld]) -> None:
    recall = replace(RECALL, procedure=EAGER)
    orders = make_orders(over_http=False, change=lambda desk: replace(desk, recall=recall))
    world = draw_world(SEED, START)
    first = short_of_stock(world, range(1, 7), START, is_first=True)
    orders.live(first)
    orders.work()
    old = [one.row.id for one in first.episodes]
    approve_all(orders, old)
    orders.tell_labels(first.episodes)
    with pytest.raises(Conflict, match="no case before it was done, verified"):
        shadow(orders, old[0])
    orders.world.clock.move(days=1)
    second = short_of_stock(world, range(7, 10), orders.world.clock.now(), is_first=False)
    orders.live(second)
    orders.work()
    told = orders.world.parts.store.reader.truths("orders", orders.world.clock.now())
    truths = {one.source_id: one for one in told}
    right = {source for source in old if truths[source].settled_at}
    assert len(right) >= 3
    for one in first.episodes:
        truth = truths[one.row.id]
        assert (truth.label, truth.why_turned) == (one.outcome.y_resolution, "")
        done = orders.called(one.row.id) if one.row.id in right else []
        assert [tool for tool, _ in truth.calls] == done
    notes = [shadow(orders, one.row.id).end_note for one in second.episodes]
    assert {note.partition(":")[0] for note in notes} <= {"recommends", "precedents have no answer"}
    assert any(note.startswith("recommends: ") for note in notes)
