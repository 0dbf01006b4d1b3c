"""The bench of the engine: both sides in turns, each run in an empty folder of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.bench import langgraph_peer
from engine.bench.engine_side import EngineRun, run_engine
from engine.bench.langgraph_peer import PeerRun, run_peer
from engine.bench.machine import describe_machine
from engine.bench.report import EngineReport
from engine.errors import InvalidRequest

CASES = 1_000
REPEATS = 3
LONE_SHARE = 4
"""One lone approval to so many cases, at least one."""

_OURS = ("sqlalchemy", "pydantic")


def bench_engine(
    cases: int = CASES,
    repeats: int = REPEATS,
    *,
    with_peer: bool = True,
    say: Callable[[str], None] = lambda line: None,
) -> EngineReport:
    """Measure the engine, and LangGraph beside it where it is installed.

    Args:
        cases: Cases a run, at least 1.
        repeats: Runs a side, at least 1.
        with_peer: Whether to measure the peer where it is installed.
        say: Hears of the progress.

    Raises:
        InvalidRequest: A number is too small.
        EngineError: A run lost, doubled or damaged something, or did not end.
    """
    if cases < 1 or repeats < 1:
        raise InvalidRequest("The bench needs at least one case and one run.")
    has_peer = with_peer and langgraph_peer.is_installed()
    runs: list[EngineRun] = []
    peer_runs: list[PeerRun] = []
    with TemporaryDirectory(prefix="countersign-bench-") as folder:
        machine = describe_machine(Path(folder), (*_OURS, *langgraph_peer.LIBRARIES))
        for number in range(1, repeats + 1):
            say(f"run {number} of {repeats}: Countersign")
            runs.append(run_engine(_new(folder, f"ours-{number}"), cases, _lone(cases)))
            if has_peer:
                say(f"run {number} of {repeats}: LangGraph")
                peer_runs.append(run_peer(_new(folder, f"peer-{number}"), cases))
    return EngineReport(machine=machine, runs=runs, peer_runs=peer_runs)


def _lone(cases: int) -> int:
    return max(1, cases // LONE_SHARE)


def _new(folder: str, name: str) -> Path:
    made = Path(folder) / name
    made.mkdir()
    return made
