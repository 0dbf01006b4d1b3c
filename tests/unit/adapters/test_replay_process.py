"""Simulations in a child process: it answers, ends, is started again, and is never trusted."""

import csv
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest

from engine.adapters.json_lines import Ended, JsonLines, TooSlow
from engine.adapters.replay_process import ReplayProcess, serve
from engine.bootstrap.engines import REPLAY_SERVER
from engine.domain.policy import PolicyKind
from engine.errors import InvalidRequest, NotFound, ToolUnavailable
from engine.service.simulation_rows import AskSimulation, SimulationRow
from engine.settings import child_environment
from engine.testing.fake_engine import FakeEngine
from engine.testing.fake_simulation import an_asked_draft
from tests.scenario.incidents.incident_world import bounded_envelope, make_incident_world

SAMPLE = Path(__file__).resolve().parents[3] / "data" / "incidents_sample.csv"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ASKED = an_asked_draft()


class Canned:
    """Answers with a made-up row, or as it is told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.row = FakeEngine(now=lambda: NOW, desk_now=NOW).simulate(ASKED)
        self.error = error
        self.asked: list[AskSimulation] = []

    def simulate(self, asked: AskSimulation) -> SimulationRow:
        self.asked.append(asked)
        if self.error is not None:
            raise self.error
        return replace(self.row, days=asked.days)


@pytest.fixture
def pipes() -> Iterator[tuple[JsonLines, JsonLines]]:
    """Both ends of a conversation."""
    here, there = os.pipe(), os.pipe()
    yield JsonLines(there[0], here[1]), JsonLines(here[0], there[1])
    for descriptor in (*here, *there):
        try:
            os.close(descriptor)
        except OSError:
            continue


def asking(program: str, **how: float) -> ReplayProcess:
    """Asks a child that runs this program."""
    return ReplayProcess((sys.executable, "-c", program), dict(os.environ), **how)


# --- lines -------------------------------------------------------------------------------------


def test_values_come_as_they_were_sent(pipes: tuple[JsonLines, JsonLines]) -> None:
    ours, theirs = pipes
    long = {"text": "ü" * 40_000}

    def send() -> None:
        ours.write(long)
        ours.write([1, 2])

    sender = Thread(target=send)
    sender.start()
    assert (theirs.read(5), theirs.read(5)) == (long, [1, 2])
    sender.join()


def test_silence_and_ends_are_told_apart(pipes: tuple[JsonLines, JsonLines]) -> None:
    ours, theirs = pipes
    with pytest.raises(TooSlow):
        theirs.read(0.01)
    os.close(ours._outgoing)
    with pytest.raises(Ended):
        theirs.read(1)


# --- the child's side --------------------------------------------------------------------------


def test_server_answers_until_nobody_asks(pipes: tuple[JsonLines, JsonLines]) -> None:
    ours, theirs = pipes
    canned = Canned(InvalidRequest("no such thing"))
    server = Thread(target=serve, args=(theirs, canned), kwargs={"idle_s": 0.3})
    server.start()
    ours.write({"desk": "d", "kind": "goals", "document": "x", "days": None})
    assert ours.read(5) == {"error": {"code": "INVALID_REQUEST", "message": "no such thing"}}
    asked = AskSimulation(desk="d", kind=PolicyKind.GOALS, document="x", days=None)
    assert canned.asked == [asked]
    server.join(5)
    assert not server.is_alive()


def test_a_fault_is_answered_without_its_message(pipes: tuple[JsonLines, JsonLines]) -> None:
    ours, theirs = pipes
    server = Thread(target=serve, args=(theirs, Canned(KeyError("secret"))), kwargs={"idle_s": 0.3})
    server.start()
    ours.write({"desk": "d", "kind": "goals", "document": "x"})
    answer = str(ours.read(5))
    assert "KeyError" in answer
    assert "secret" not in answer
    server.join(5)


# --- the parent's side -------------------------------------------------------------------------

ECHO_ERROR = """
import sys
for line in sys.stdin:
    print('{"error": {"code": "INVALID_REQUEST", "message": "no"}}', flush=True)
"""
ONCE = """
import sys
sys.stdin.readline()
print('{"error": {"code": "CONFIG", "message": "line 3"}}', flush=True)
"""


def test_errors_of_the_child_are_the_engines() -> None:
    process = asking(ECHO_ERROR)
    with pytest.raises(InvalidRequest, match="no"):
        process.simulate(ASKED)
    process.close()
    assert process.pid is None


def test_a_child_that_has_ended_is_started_again() -> None:
    process = asking(ONCE)
    pids = set()
    for _ in range(2):
        with pytest.raises(Exception, match="line 3"):
            process.simulate(ASKED)
        pids.add(process.pid)
        _wait_for_end(process)
    process.close()


def _wait_for_end(process: ReplayProcess) -> None:
    until = time.monotonic() + 5
    while process.pid is not None and time.monotonic() < until:
        time.sleep(0.01)
    assert process.pid is None


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("import time; time.sleep(60)", "took longer than"),
        ("raise SystemExit(3)", "ended before it answered"),
        ("print('hello', flush=True); input()", "no readable answer"),
    ],
    ids=["slow", "dead", "garbled"],
)
def test_a_child_without_an_answer_is_an_error(program: str, said: str) -> None:
    process = asking(program, answer_s=0.5)
    with pytest.raises(ToolUnavailable, match=said):
        process.simulate(ASKED)
    assert process.pid is None


def test_the_real_child_answers_like_this_process(tmp_path: Path) -> None:
    place = make_incident_world(tmp_path)
    world = place.world
    with SAMPLE.open(newline="", encoding="utf-8") as lines:
        rows = list(enumerate(csv.DictReader(lines), 2))[:300]
    world.submit(rows, is_replay=True)
    world.work()
    settings = replace(world.parts.settings, desks=("incidents",))
    process = ReplayProcess(REPLAY_SERVER, child_environment(settings))
    draft = bounded_envelope(0.2)
    asked = AskSimulation(desk="incidents", kind=ASKED.kind, document=draft, days=None)
    answer = process.simulate(asked)
    first = process.pid
    assert answer == world.engine.simulate(asked)
    assert answer.history > 0
    with pytest.raises(NotFound):
        process.simulate(replace(asked, desk="nowhere"))
    assert process.pid == first
    process.close()
    place.close()
