"""Calls of models: none stays open for ever, none is made twice, and every try takes time."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from time import perf_counter_ns

from engine.bootstrap.reasoners import lease_s_of
from engine.domain.case import Lease
from engine.domain.model_call import ModelRequest
from engine.domain.run import RunStatus
from engine.errors import ModelUnavailable
from engine.ports import LeasedRun
from engine.testing.run_scripts import FunctionModel
from engine.testing.stub_desk import DESK, ticket_rows
from engine.testing.world import World
from tests.scenario.stub.boundaries import ANSWER, WORST
from tests.scenario.stub.running import A, journals, reasoners, submitted, with_reasoners

Cancelled = Callable[[], bool]
TIMEOUT_S = 120.0
TRY_US = 20_000


class Killed(BaseException):
    """The process ends here."""


def calls_of(world: World) -> list[list[tuple[str, int]]]:
    """Status and cost of every call, run by run."""
    found = [world.parts.store.runs.calls(journal.run.id) for journal in journals(world)]
    return [[(one.status.value, one.cost_micro_usd) for one in calls] for calls in found]


def test_call_of_a_superseded_run_is_lost(stub_world: World) -> None:
    """The worker dies while the model is asked, and the case comes in with other content."""

    def die(request: ModelRequest, cancelled: Cancelled) -> str:
        raise Killed

    world = with_reasoners(stub_world, reasoners(FunctionModel(function=die)))
    with suppress(Killed):
        submitted(world)
    assert calls_of(world) == [[("INTENDED", 0)]]
    with_reasoners(world, reasoners(FunctionModel()))
    world.submit(ticket_rows(1, opened_at=world.clock.now(), owner="south", text="anew"))
    world.clock.move(hours=1)
    world.work()
    old, new = journals(world)
    assert (old.run.status, new.run.status) == (RunStatus.SUPERSEDED, RunStatus.SUSPENDED)
    assert calls_of(world) == [[("LOST", WORST)], [("ANSWERED", ANSWER)]]
    assert (old.run.cost_micro_usd, new.run.cost_micro_usd) == (WORST, ANSWER)


def test_slow_counting_and_answering_ask_once(stub_world: World) -> None:
    """Both take nearly as long as they may, while another worker looks for what is due."""
    world, claimed = stub_world, list[LeasedRun]()

    def slow(request: ModelRequest) -> int:
        world.clock.move(seconds=TIMEOUT_S - 1)
        return 100

    def answer(request: ModelRequest, cancelled: Cancelled) -> str:
        world.clock.move(seconds=TIMEOUT_S - 1)
        now = world.clock.now()
        lease = Lease(owner="worker-2", taken_at=now, until=now + timedelta(minutes=3))
        with world.parts.store.begin() as unit:
            claimed.extend(unit.runs.claim_due(now=now, lease=lease, limit=1, desk=DESK))
            unit.commit()
        return "well"

    model = FunctionModel(function=answer, tokens=slow)
    submitted(with_reasoners(world, replace(reasoners(model), lease_s=lease_s_of(TIMEOUT_S))))
    assert (claimed, calls_of(world)) == ([], [[("ANSWERED", ANSWER)]])


def test_time_of_failed_tries_belongs_to_the_step(stub_world: World) -> None:
    tries = iter([True, True, False])

    def answer(request: ModelRequest, cancelled: Cancelled) -> str:
        until = perf_counter_ns() + TRY_US * 1000
        while perf_counter_ns() < until:
            pass
        if next(tries):
            raise ModelUnavailable("busy", status=529)
        return "well"

    world = submitted(with_reasoners(stub_world, reasoners(FunctionModel(function=answer))))
    for _ in range(2):
        world.clock.move(minutes=5)
        world.work()
    (journal,) = journals(world)
    calls = world.parts.store.runs.calls(journal.run.id)
    assert [one.status.value for one in calls] == ["FAILED", "FAILED", "ANSWERED"]
    assert min(one.duration_ms for one in calls) >= TRY_US // 1000
    assert journal.steps[0].duration_us >= 1000 * sum(one.duration_ms for one in calls)
    assert journal.steps[0].duration_us >= 3 * TRY_US
    assert world.case(A).run_id == journal.run.id
