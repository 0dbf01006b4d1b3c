"""Runs of several desks take turns, so that one with thousands of them starves no other."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from engine.bootstrap import open_worker
from engine.domain.run import RunKind, RunStep
from engine.domain.run_moves import Finish, Move
from engine.reason.brief import Brief
from engine.runtime.runs.reasoners import Reasoners
from engine.testing.run_scripts import FunctionModel, FunctionProcedure
from engine.testing.stub_desk import DESK, stub_desk, ticket_rows
from engine.testing.world import World

OTHER = "other"


class Hands:
    """A crew of so many who do nothing before they are told to."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.work: list[Callable[[], None]] = []

    @property
    def free(self) -> int:
        return self.size - len(self.work)

    def start(self, work: Callable[[], None]) -> None:
        self.work.append(work)

    def close(self) -> None:
        while self.work:
            self.work.pop(0)()


@pytest.fixture
def two_desks(stub_world: World, tmp_path: Path) -> tuple[World, list[str]]:
    """Nine cases of one desk before three of another; and the desks in the order of their runs."""
    world, order = stub_world, list[str]()

    def script(brief: Brief, steps: Sequence[RunStep]) -> Move:
        order.append(brief.desk)
        return Finish(summary="nothing to do")

    envelope = world.desk.envelope.model_copy(update={"desk": OTHER})
    other = replace(stub_desk(tmp_path / "other.db", envelope=envelope), name=OTHER)
    procedure = FunctionProcedure(function=script)
    made = Reasoners(
        procedures={(desk, RunKind.AGENT): procedure for desk in (DESK, OTHER)},
        live=dict.fromkeys((DESK, OTHER), RunKind.AGENT),
        model=FunctionModel(),
    )
    world.parts = replace(world.parts, desks={DESK: world.desk, OTHER: other}, reasoners=made)
    now = world.clock.now()
    world.engine.submit(DESK, ticket_rows(9, opened_at=now), submitted_by="test")
    world.engine.submit(OTHER, ticket_rows(3, opened_at=now, prefix="N"), submitted_by="test")
    return world, order


@pytest.mark.parametrize("size", [1, 2])
def test_desks_take_turns_with_few_hands(two_desks: tuple[World, list[str]], size: int) -> None:
    world, order = two_desks
    hands = Hands(size)
    opened = open_worker(parts=world.parts, stopwatch=world.stopwatch, crew=lambda _: hands)
    while opened.worker.run_once() or hands.work:
        assert len(hands.work) <= size
        if hands.work:
            hands.work.pop(0)()
    opened.stop()
    assert order.count(DESK) == 9
    assert [order[:6].count(desk) for desk in (DESK, OTHER)] == [3, 3]
    assert order[6:] == [DESK] * 6
