"""Runs in threads of their own: a bounded number at once, cancelled and given back at a stop."""

from collections.abc import Callable
from threading import Event, Lock

from engine.bootstrap import OpenWorker, open_worker
from engine.domain.case_status import CaseStatus
from engine.domain.model_call import ModelRequest
from engine.domain.run import RunStatus
from engine.errors import ModelCancelled
from engine.runtime.runs.dispatch import Threads
from engine.testing.run_scripts import FunctionModel
from engine.testing.stub_desk import ticket_rows
from engine.testing.world import World
from tests.scenario.stub.running import A, journals, reasoners, with_reasoners

PATIENCE_S = 10.0


def open_with(world: World, threads: int) -> OpenWorker:
    return open_worker(
        parts=world.parts, stopwatch=world.stopwatch, crew=lambda size: Threads(threads)
    )


def test_so_many_runs_ask_at_once_and_no_more(stub_world: World) -> None:
    lock, both, going = Lock(), Event(), Event()
    counts = {"now": 0, "most": 0}

    def answer(request: ModelRequest, cancelled: Callable[[], bool]) -> str:
        with lock:
            counts["now"] += 1
            counts["most"] = max(counts.values())
            if counts["now"] == 2:
                both.set()
        assert going.wait(PATIENCE_S)
        with lock:
            counts["now"] -= 1
        return "well"

    world = with_reasoners(stub_world, reasoners(FunctionModel(function=answer)))
    world.submit(ticket_rows(4, opened_at=world.clock.now()))
    opened = open_with(world, threads=2)
    opened.worker.run_once()
    opened.worker.run_once()
    assert both.wait(PATIENCE_S)
    assert opened.worker.run_once() == 0  # nobody is free, and nobody waits for them
    going.set()
    opened.worker.drain()
    opened.stop()
    assert counts["most"] == 2
    names = [f"T{number:06d}" for number in range(4)]
    assert {world.case(name).status for name in names} == {CaseStatus.PENDING}


def test_stop_cancels_a_question_and_gives_the_run_back(stub_world: World) -> None:
    asked, left = Event(), Event()

    def answer(request: ModelRequest, cancelled: Callable[[], bool]) -> str:
        asked.set()
        while not cancelled():
            left.wait(0.01)
        raise ModelCancelled

    world = with_reasoners(stub_world, reasoners(FunctionModel(function=answer)))
    world.submit(ticket_rows(1, opened_at=world.clock.now()))
    opened = open_with(world, threads=1)
    opened.worker.run_once()
    opened.worker.run_once()
    assert asked.wait(PATIENCE_S)
    opened.stop()
    (journal,) = journals(world)
    assert (journal.run.status, journal.steps) == (RunStatus.RUNNING, ())
    assert world.parts.store.runs.lease_epoch(journal.run.id) is None
    assert world.parts.store.runs.is_due(world.clock.now())
    with_reasoners(world, reasoners(FunctionModel())).work()
    assert world.case(A).status is CaseStatus.PENDING
    calls = world.parts.store.runs.calls(journal.run.id)
    assert [(call.status, call.cost_micro_usd) for call in calls] == [
        ("FAILED", 750),
        ("ANSWERED", 328),
    ]
