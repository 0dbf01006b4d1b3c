"""Supervisor: keeps the parts of the product running as one unit.

Parts are processes started by command line; nothing of them is imported. Each hears of the
supervisor's end by the end of its input, so that none is left behind, however it ends.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event, Thread
from time import monotonic

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_AFTER_S = 30.0
"""So long without a crash, and the next one counts as the first."""
BAD_USAGE = 2
"""A vital part that leaves with this code would do so again; it is not restarted."""

_LOOK_S = 0.1


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One process of the product."""

    name: str
    command: tuple[str, ...]
    stop_s: float
    """How long it gets to finish after SIGTERM."""
    is_vital: bool = True
    """Whether everything ends with it where it cannot run; else it is tried again for ever."""


@dataclass(kw_only=True, slots=True)
class _Running:
    part: Part
    process: subprocess.Popen[str] | None = None
    started_at: float = 0.0
    crashes: int = 0
    restart_at: float = 0.0
    reader: Thread | None = field(default=None, repr=False)


class Supervisor:
    """Starts parts, restarts the crashed ones with growing pauses, stops them in order."""

    def __init__(
        self,
        parts: Sequence[Part],
        environment: Mapping[str, str],
        say: Callable[[str], None],
    ) -> None:
        """Prepare; nothing is started yet.

        Args:
            parts: In the order in which they start and stop.
            environment: Variables of every part.
            say: Takes a line of output with its part's name before it.
        """
        self._running = [_Running(part=part) for part in parts]
        self._environment = dict(environment)
        self._say = say
        self._width = max(len(part.name) for part in parts)

    def run(self, stopping: Event, on_tick: Callable[[], None] = lambda: None) -> int:
        """Run until told to stop.

        Args:
            stopping: Set from outside, for instance by a signal.
            on_tick: Called several times a second while the parts run.

        Returns:
            0 after a stop that was asked for, else the code of the part that cannot run.
        """
        for running in self._running:
            self._start(running)
        code = 0
        while not stopping.wait(_LOOK_S):
            code = self._look_after()
            if code:
                break
            on_tick()
        self._stop()
        return code

    def pids(self) -> dict[str, int]:
        """Process ids of the parts that run."""
        return {one.part.name: one.process.pid for one in self._running if one.process is not None}

    def _start(self, running: _Running) -> None:
        running.process = subprocess.Popen(
            running.part.command,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops in order
        )
        running.started_at = monotonic()
        running.reader = Thread(target=self._relay, args=[running.part.name, running.process])
        running.reader.daemon = True
        running.reader.start()

    def _relay(self, name: str, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                if line.strip():
                    self._say(f"{name.ljust(self._width)} | {line.rstrip()}")

    def _look_after(self) -> int:
        """Restart what is due; the code of a vital part that says it can never run."""
        for running in self._running:
            if running.process is None:
                if monotonic() >= running.restart_at:
                    self._start(running)
                continue
            code = running.process.poll()
            if code is None:
                continue
            self._forget(running)
            if code == BAD_USAGE and running.part.is_vital:
                self._say(f"{running.part.name.ljust(self._width)} | cannot run; stopping")
                return code
            self._plan_restart(running, code)
        return 0

    def _plan_restart(self, running: _Running, code: int) -> None:
        if monotonic() - running.started_at >= STEADY_AFTER_S:
            running.crashes = 0
        pause_s = min(FIRST_PAUSE_S * 2**running.crashes, LONGEST_PAUSE_S)
        running.crashes += 1
        running.restart_at = monotonic() + pause_s
        how = f"ended by signal {-code}" if code < 0 else f"ended with code {code}"
        if code == BAD_USAGE:
            how = "cannot run as things are, see above; the rest goes on without it"
        self._say(f"{running.part.name.ljust(self._width)} | {how}; starts again in {pause_s:g} s")

    def _forget(self, running: _Running) -> None:
        process = running.process
        if process is not None and process.stdin is not None:
            process.stdin.close()
        if running.reader is not None:
            running.reader.join(2.0)
        running.process = None

    def _stop(self) -> None:
        """Stop one after the other: first nothing new comes in, then what is open is finished."""
        for running in self._running:
            process = running.process
            if process is None:
                continue
            process.terminate()
            try:
                process.wait(running.part.stop_s)
            except subprocess.TimeoutExpired:
                self._say(f"{running.part.name.ljust(self._width)} | did not stop; killed")
                process.kill()
                process.wait()
            self._forget(running)
