"""A system that answers slowly holds up the cases of its own desk, and nobody else's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pytest

from engine.bootstrap import OpenWorker
from engine.desk import Desk
from engine.domain.case import Case, Origin, Signal
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.fact import Fact
from engine.ports import ReadTool
from engine.runtime.turns import SHARE_S
from engine.testing.stub_desk import DESK, perceive, stub_desk, stub_envelope, ticket_rows
from engine.testing.world import START, FakeClock, World, make_world

SLOW = "slow"
ANSWERS_IN_S = 2.0


@dataclass
class SlowSystem:
    """Takes its time for every look and every call; the stopwatch of the worker follows it."""

    clock: FakeClock
    answers_in_s: float = ANSWERS_IN_S
    passed_s: float = 0.0
    looked: list[str] = field(default_factory=list)

    def take_time(self, name: str = "") -> None:
        self.clock.move(seconds=self.answers_in_s)
        self.passed_s += self.answers_in_s

    def perceive(self, signal: Signal, read: ReadTool, at: datetime) -> Sequence[Fact]:
        self.take_time()
        self.looked.append(signal.source_id)
        return perceive(signal, read, at)


@dataclass
class Place:
    """A slow desk and, after it, a quick one; one worker for both."""

    world: World
    system: SlowSystem
    opened: OpenWorker

    def submit(self, desk: str, prefix: str, count: int) -> None:
        rows = ticket_rows(count, opened_at=START, prefix=prefix)
        self.world.engine.submit(desk, rows, origin=Origin.REAL, submitted_by="test")

    def statuses(self, prefix: str, count: int) -> list[CaseStatus]:
        return [self.case(prefix, number).status for number in range(count)]

    def case(self, prefix: str, number: int = 0) -> Case:
        return self.world.case(f"{prefix}{number:06d}")

    def approve(self, prefix: str, number: int = 0) -> None:
        ada = self.world.person("ada")
        self.world.decide(self.case(prefix, number), ada, DecisionKind.APPROVE)

    def round(self) -> float:
        """One round of the worker; how long the slow system kept it."""
        before = self.system.passed_s
        self.opened.worker.run_once()
        return self.system.passed_s - before

    def rest(self) -> None:
        """Rounds until nothing is due."""
        while self.opened.worker.run_once():
            pass


@pytest.fixture
def place(tmp_path: Path, database_url: str) -> Iterator[Place]:
    systems: list[SlowSystem] = []

    def desks(folder: Path, clock: FakeClock) -> dict[str, Desk]:
        system = SlowSystem(clock)
        systems.append(system)
        slow = stub_desk(folder / "slow.db", before_call=system.take_time)
        document = stub_envelope().model_copy(update={"desk": SLOW})
        return {
            SLOW: replace(slow, name=SLOW, perceive=system.perceive, envelope=document),
            DESK: stub_desk(folder / "quick.db"),
        }

    world = make_world(tmp_path, desks, database_url=database_url)
    (system,) = systems
    world.stopwatch = lambda: system.passed_s
    opened = world.open_worker()
    yield Place(world=world, system=system, opened=opened)
    opened.stop()
    world.close()


def test_slow_intake_holds_up_no_other_desk(place: Place) -> None:
    place.submit(DESK, "Q", 2)
    place.rest()
    place.submit(SLOW, "S", 50)
    place.submit(DESK, "N", 20)
    place.approve("Q")
    assert place.round() == ANSWERS_IN_S  # and not fifty times as long
    assert place.case("Q").status is CaseStatus.DONE
    place.approve("Q", 1)
    assert place.round() + place.round() <= ANSWERS_IN_S
    assert place.case("Q", 1).status is CaseStatus.DONE
    assert {*place.statuses("N", 20)} == {CaseStatus.PENDING}


def test_slow_calls_hold_up_no_other_desk(place: Place) -> None:
    place.submit(SLOW, "S", 8)
    place.rest()
    for number in range(8):
        place.approve("S", number)
    place.submit(DESK, "N", 20)
    assert place.round() == ANSWERS_IN_S
    assert {*place.statuses("N", 20)} == {CaseStatus.PENDING}
    place.rest()
    assert {*place.statuses("S", 8)} == {CaseStatus.DONE}


def test_slow_cases_are_all_read_once(place: Place) -> None:
    place.submit(SLOW, "S", 60)
    place.rest()
    assert {*place.statuses("S", 60)} == {CaseStatus.PENDING}
    assert place.system.looked == [f"S{number:06d}" for number in range(60)]


def test_quick_cases_are_read_many_a_turn(place: Place) -> None:
    place.system.answers_in_s = SHARE_S / 8
    place.submit(SLOW, "S", 30)
    assert place.round() == SHARE_S
    assert len(place.system.looked) == 8
