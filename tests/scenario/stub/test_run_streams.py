"""A brake reaches an answer that is on its way: the call is given up, and what it cost is kept."""

from collections.abc import Iterator
from threading import Event
from time import perf_counter

import anthropic  # noqa: F401  # takes seconds, and no test is to pay for it
import pytest

from engine.adapters.messages_api import MessagesAccess, MessagesApi
from engine.adapters.model_gate import GateLimits, ModelGate
from engine.bootstrap import OpenWorker, open_worker
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.model_call import ModelPrice
from engine.domain.run_fault import RunFault
from engine.runtime.runs.dispatch import Threads
from engine.service.requests import PauseScope
from engine.testing.messages_server import Asked, MessagesServer, Reply, says
from engine.testing.stub_desk import ticket_rows
from engine.testing.world import World
from tests.scenario.stub.running import A, journals, reasoners, with_reasoners, workflow

PRICE = ModelPrice(input=2_000_000, output=10_000_000, cache_read=200_000, cache_write=2_500_000)
PATIENCE_S = 10.0


class Speech:
    """A server whose answers come for a minute, and whether one has begun."""

    def __init__(self) -> None:
        self.has_begun = Event()

    def __call__(self, asked: Asked) -> Reply:
        self.has_begun.set()
        return says("slow words " * 200, piece_s=0.2)


@pytest.fixture
def speaking(stub_world: World) -> Iterator[tuple[World, OpenWorker]]:
    """A run in a thread of its own, to which a model streams its answer."""
    speech = Speech()
    with MessagesServer(speech) as server:
        access = MessagesAccess(
            url=server.url, key="sk-test-key", model="claude-sonnet-5-5", price=PRICE
        )
        api = MessagesApi(access, stub_world.clock)
        model = ModelGate(api, GateLimits(), chance=lambda: 0.0)
        made = reasoners(model, workflow=workflow)
        world = with_reasoners(stub_world, made)
        world.submit(ticket_rows(1, opened_at=world.clock.now()))
        opened = open_worker(
            parts=world.parts, stopwatch=world.stopwatch, crew=lambda size: Threads(1)
        )
        while not opened.runs.is_busy:
            opened.worker.run_once()
        try:
            assert speech.has_begun.wait(PATIENCE_S)
            yield world, opened
        finally:
            opened.stop()


def test_pause_gives_up_a_streamed_answer(
    speaking: tuple[World, OpenWorker],
) -> None:
    world, opened = speaking
    world.execute(PauseScope(scope="all", reason="stop"), world.person("ann"))
    began = perf_counter()
    while opened.runs.is_busy and perf_counter() - began < PATIENCE_S:
        Event().wait(0.01)
    assert perf_counter() - began < 1.5
    case, (journal,) = world.case(A), journals(world)
    assert journal.run.fault is RunFault.PAUSED
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.PAUSED)
    (call,) = world.parts.store.runs.calls(journal.run.id)
    assert (call.status, call.cost_micro_usd) == ("FAILED", call.reserved_micro_usd)
