"""Budgets of models hold for all processes and runs at once, whoever asks at the same moment."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import select

from engine.bootstrap import open_parts, open_worker
from engine.domain.case import Lease
from engine.domain.model_call import TokenUsage
from engine.domain.run_calls import CallStatus, ModelBudgets, ModelCall, ModelCallId
from engine.errors import BudgetSpent
from engine.ports import LeasedRun
from engine.store import tables
from engine.store.store import SqlStore
from engine.testing.run_scripts import FunctionModel
from engine.testing.stub_desk import DESK, ticket_rows
from engine.testing.world import World
from tests.scenario.stub.running import reasoners, with_reasoners

RUNS, WORST, REAL = 12, 750, 328
ROOM = 5
LIMITED = {
    "desk": ModelBudgets(desk_day=ROOM * WORST),
    "all": ModelBudgets(day=ROOM * WORST, desk_day=100 * WORST),
}


class NoHands:
    """A crew of nobody: runs are begun, and nobody goes on with them."""

    free = 0

    def start(self, work: Callable[[], None]) -> None:
        raise AssertionError("nobody is free")

    def close(self) -> None:
        """Nothing is under way."""


@pytest.fixture
def stores(stub_world: World) -> Iterator[tuple[SqlStore, SqlStore]]:
    """Runs of a dozen tickets, and the stores of two processes."""
    world = with_reasoners(stub_world, reasoners(FunctionModel()))
    world.submit(ticket_rows(RUNS, opened_at=world.clock.now()))
    opened = open_worker(parts=world.parts, stopwatch=world.stopwatch, crew=lambda size: NoHands())
    while opened.worker.run_once():
        pass
    opened.stop()
    parts = world.parts
    other = open_parts(parts.settings, clock=parts.clock, ids=parts.ids, desks=parts.desks)
    yield parts.store, other.store
    other.database.close()


def taken(world: World, store: SqlStore) -> list[LeasedRun]:
    """All runs, in the hands of one worker."""
    now = world.clock.now()
    lease = Lease(owner="worker-1", taken_at=now, until=now + timedelta(minutes=3))
    with store.begin() as unit:
        found = unit.runs.claim_due(now=now, lease=lease, limit=RUNS, desk=DESK)
        unit.commit()
    return list(found)


def call_of(world: World, leased: LeasedRun, number: int) -> ModelCall:
    return ModelCall(
        id=ModelCallId(UUID(int=number + 1)),
        run_id=leased.run.id,
        case_id=leased.run.case_id,
        desk=DESK,
        step=1,
        attempt=1,
        at=world.clock.now(),
        model="m",
        is_scripted=False,
        request_digest=b"",
        counted_tokens=100,
        reserved_micro_usd=WORST,
    )


def spent(world: World) -> dict[str, int]:
    """What of each budget of the day is taken."""
    c = tables.budget_uses.c
    with world.parts.database.reader.connect() as connection:
        rows = connection.execute(select(c.budget, c.amount).where(c.budget.like("model:%")))
        return {row.budget: row.amount for row in rows}


@pytest.mark.parametrize("budget", LIMITED)
def test_same_moment_takes_no_more_than_the_day(
    stub_world: World, stores: tuple[SqlStore, SqlStore], budget: str
) -> None:
    world, budgets = stub_world, LIMITED[budget]
    runs = taken(world, stores[0])
    together = Barrier(RUNS)

    def intend(number: int) -> ModelCall | None:
        call = call_of(world, runs[number], number)
        together.wait(10)
        try:
            with stores[number % 2].begin() as unit:
                unit.runs.intend_call(call, runs[number].epoch, budgets)
                unit.commit()
        except BudgetSpent:
            return None
        return call

    def answered(call: ModelCall) -> bool:
        used = TokenUsage(input=60, output=20, cache_read=40)
        real = replace(call, status=CallStatus.ANSWERED, cost_micro_usd=REAL, usage=used)
        with stores[call.id.int % 2].begin() as unit:
            is_first = unit.runs.end_call(real, budgets)
            unit.commit()
        return is_first

    with ThreadPoolExecutor(RUNS) as pool:
        made = [call for call in pool.map(intend, range(RUNS)) if call is not None]
        assert len(made) == ROOM
        assert set(spent(world).values()) == {ROOM * WORST}
        # Twice at once, as when a process that seemed dead answers after all: it counts once.
        assert sorted(pool.map(answered, [*made, *made])) == [False] * ROOM + [True] * ROOM
        assert set(spent(world).values()) == {ROOM * REAL}
        # What was spared is there again for whoever comes next, and no more than that.
        left = [number for number in range(RUNS) if number + 1 not in {one.id.int for one in made}]
        together = Barrier(len(left))
        again = [call for call in pool.map(intend, left) if call is not None]
    assert len(again) == (ROOM * (WORST - REAL)) // WORST == 2
    assert spent(world) == dict.fromkeys(
        (f"model:desk:{DESK} day", "model:all day"), ROOM * REAL + 2 * WORST
    )
    costs = [world.parts.store.runs.run(one.run.id).cost_micro_usd for one in runs]
    assert sorted(costs) == [0] * 5 + [REAL] * 5 + [WORST] * 2
