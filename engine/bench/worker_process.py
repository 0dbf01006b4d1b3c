"""WorkerProcess: the bench's handle on its worker process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import EngineError

STOP_S = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Worked:
    """What a worker process saw."""

    acted_at: Sequence[float]
    """`perf_counter` as each tool call had returned, in the order of the calls."""
    recorded_at: Sequence[float]
    """The same as each verified result was committed."""
    cpu_s: float
    """Processor time from ready to stop."""
    peak_mb: float


class WorkerProcess:
    """A started worker that works until it is stopped."""

    def __init__(self, folder: Path) -> None:
        """Start it and wait until it is ready.

        Raises:
            EngineError: It ended instead.
        """
        self._process = subprocess.Popen(
            [sys.executable, "-m", "engine.bench.stub_worker", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is the bench's; the worker stops with its input
        )
        assert self._process.stdout is not None
        if self._process.stdout.readline().strip() != "ready":
            self.kill()
            raise EngineError("The worker process did not start; its message stands above.")

    def stop(self) -> Worked:
        """Let it finish, seal and end.

        Raises:
            EngineError: It ended badly or not at all.
        """
        try:
            said, _ = self._process.communicate(timeout=STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise EngineError(f"The worker process did not stop within {STOP_S:g} s.") from None
        if self._process.returncode:
            raise EngineError("The worker process failed; its message stands above.")
        return Worked(**json.loads(said))

    def kill(self) -> None:
        """End it now, where it still runs, and take back its pipes."""
        self._process.kill()
        self._process.communicate()
