"""The worker process of the bench: `python -m engine.bench.stub_worker FOLDER`.

The product's own worker over the stub desk. It says `ready`, works until its input ends, and then
says in one line of JSON what it saw. It notes the moment at which each call of the tool returned
and each result was committed; both clocks of one machine agree between processes on Linux
(`CLOCK_MONOTONIC`), so the asking process may subtract.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from threading import Event, Thread
from time import perf_counter, process_time

from engine.act.crash_points import CrashPoint, RunPoint
from engine.bench.machine import peak_mb
from engine.bench.stub_parts import open_stub_parts
from engine.bootstrap import open_worker

ACTED, RECORDED = CrashPoint.AFTER_CALL, CrashPoint.AFTER_RESULT
"""The tool has returned, and its verified result is committed."""


def run(folder: Path) -> None:
    """Work until the input ends, then report."""
    moments: dict[CrashPoint | RunPoint, list[float]] = {ACTED: [], RECORDED: []}

    def reach(point: CrashPoint | RunPoint) -> None:
        if point in moments:
            moments[point].append(perf_counter())

    opened = open_worker(parts=open_stub_parts(folder), reach=reach)
    stopping = _stop_with_input()
    _say("ready")
    start = process_time()
    opened.worker.run(stopping.is_set)
    used_s = process_time() - start
    opened.close()
    _say(
        json.dumps(
            {
                "acted_at": moments[ACTED],
                "recorded_at": moments[RECORDED],
                "cpu_s": used_s,
                "peak_mb": peak_mb(),
            }
        )
    )


def _stop_with_input() -> Event:
    stopping = Event()

    def watch() -> None:
        sys.stdin.read()
        stopping.set()

    Thread(target=watch, daemon=True).start()
    return stopping


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    run(Path(sys.argv[1]))
