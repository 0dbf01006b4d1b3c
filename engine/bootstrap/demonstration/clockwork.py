"""Clockwork of a history: a clock that is set, ids that follow from a seed, and due jobs by it."""

from __future__ import annotations

import heapq
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from uuid import UUID

from engine.bootstrap.workers import SEALING
from engine.runtime.jobs import Job

TICK = timedelta(milliseconds=5)
"""Between two looks at the clock: more than a call to the shop takes on an idle machine."""
SEAL_EVERY_S = 6 * 3600.0
"""Of the history's clock; its last seal covers it whole."""
_FORMAT = "%Y-%m-%dT%H:%M:%S.%f+00:00"
_VERSION_7 = 0x7 << 76
_VARIANT = 0x2 << 62


class HistoryClock:
    """A clock that is set, and goes a little on at every look; a file tells the shop's process.

    What happens within one step keeps its order that way, and stays the same in every run.
    """

    def __init__(self, at: datetime, file: Path | None = None) -> None:
        """Start at a moment.

        Args:
            at: Aware.
            file: Where another process reads the time; None: nobody does.
        """
        self._at = at.astimezone(UTC)
        self._descriptor = None if file is None else os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        self._tell()

    def now(self) -> datetime:
        """Aware UTC; later at every look."""
        now, self._at = self._at, self._at + TICK
        self._tell()
        return now

    def move_to(self, at: datetime) -> None:
        """Let it be later; earlier it never becomes."""
        if at > self._at:
            self._at = at.astimezone(UTC)
            self._tell()

    def close(self) -> None:
        """Give back the file; the time in it stays."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _tell(self) -> None:
        """Written in place and always as long, so that a reader finds no half of a time."""
        if self._descriptor is not None:
            os.pwrite(self._descriptor, self._at.strftime(_FORMAT).encode("ascii"), 0)


class SeededIds:
    """Identifiers and salts that follow from a seed: the same history bears the same names.

    For simulated data alone: whoever knows the seed knows its tokens. A history ends every session
    it begins.
    """

    def __init__(self, seed: int, clock: HistoryClock) -> None:
        """Draw from a seed; ids bear the clock's time."""
        self._random = Random(f"{seed}/ids")
        self._clock = clock
        self._count = 0

    def new(self) -> UUID:
        """The next UUIDv7."""
        self._count += 1
        millisecond = int(self._clock.now().timestamp() * 1000)
        low = (self._count >> 12) & ((1 << 30) - 1)
        high = self._count & 0xFFF
        rest = (low << 32) | self._random.getrandbits(32)
        return UUID(int=(millisecond << 80) | _VERSION_7 | (high << 64) | _VARIANT | rest)

    def token(self, size: int = 16) -> bytes:
        """The next bytes."""
        return self._random.randbytes(size)


class HistorySchedule:
    """Periodic jobs by the history's clock; sealing, which syncs a file, comes less often."""

    def __init__(self, jobs: Sequence[Job], clock: HistoryClock) -> None:
        """Take the jobs; each is due at the first question."""
        self._clock = clock
        self._jobs = [
            replace(job, every_s=SEAL_EVERY_S) if job.name == SEALING else job for job in jobs
        ]
        self._ran: dict[str, datetime] = {}

    def due(self) -> Sequence[Job]:
        """Those whose period is over."""
        now = self._clock.now()
        found = [job for job in self._jobs if self._is_due(job, now)]
        self._ran |= dict.fromkeys((job.name for job in found), now)
        return found

    def stop(self) -> None:
        """Nothing runs beside."""

    def _is_due(self, job: Job, now: datetime) -> bool:
        ran_at = self._ran.get(job.name)
        return ran_at is None or now - ran_at >= timedelta(seconds=job.every_s)


class Alone:
    """A crew of one for runs: whoever asks does the work, so that its order is always the same."""

    free = 1

    def start(self, work: Callable[[], None]) -> None:
        """Do it now."""
        work()

    def close(self) -> None:
        """Nothing is under way."""


class Timeline:
    """What is to happen, in order of time; the clock jumps from one to the next."""

    def __init__(self, clock: HistoryClock) -> None:
        """Begin with nothing to happen."""
        self.clock = clock
        self._ahead: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = count()

    def at(self, moment: datetime, act: Callable[[], None]) -> None:
        """Let something happen then; what is past happens next."""
        heapq.heappush(self._ahead, (moment, next(self._numbers), act))

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        """Let something happen so long from now."""
        self.at(self.clock.now() + timedelta(seconds=seconds), act)

    def next(self, until: datetime) -> bool:
        """Let the next thing happen; False where nothing is left before a moment."""
        if not self._ahead or self._ahead[0][0] >= until:
            return False
        moment, _, act = heapq.heappop(self._ahead)
        self.clock.move_to(moment)
        act()
        return True
