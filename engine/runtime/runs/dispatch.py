"""Dispatch: due runs are claimed for a bounded number of threads, the desks in turn."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from threading import Event, Lock
from typing import Protocol

from engine.domain.case import Lease
from engine.ports import Clock, LeasedRun, Store
from engine.runtime.runs.runner import Runner

log = logging.getLogger("countersign.runs")


class Crew(Protocol):
    """Those who advance runs, so many at once."""

    @property
    def free(self) -> int:
        """How many of them have nothing to do."""
        ...

    def start(self, work: Callable[[], None]) -> None:
        """Let one of them do something."""
        ...

    def close(self) -> None:
        """Wait until all are done; they are told to stop before."""
        ...


class Threads:
    """A crew of threads."""

    def __init__(self, size: int) -> None:
        """Start none yet."""
        self._size = size
        self._busy = 0
        self._lock = Lock()
        self._pool = ThreadPoolExecutor(max_workers=size, thread_name_prefix="run")

    @property
    def free(self) -> int:
        """How many threads have nothing to do."""
        with self._lock:
            return self._size - self._busy

    def start(self, work: Callable[[], None]) -> None:
        """Let a thread do something."""
        with self._lock:
            self._busy += 1
        self._pool.submit(self._do, work)

    def _do(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException:  # nobody waits for the answer of a thread
            log.exception("a run's thread failed")
        finally:
            with self._lock:
                self._busy -= 1

    def close(self) -> None:
        """Wait until all threads are done."""
        self._pool.shutdown(wait=True)


class Dispatch:
    """Hands due runs to a crew."""

    def __init__(
        self,
        name: str,
        *,
        store: Store,
        clock: Clock,
        desks: Iterable[str],
        runner: Runner,
        crew: Crew,
        stopping: Event,
        lease_s: float,
    ) -> None:
        """Bind the parts; `name` is the worker's, `stopping` ends what its runner does."""
        self._name = name
        self._store = store
        self._clock = clock
        self._turns = list(desks)
        """Those whose last run began longest ago come first."""
        self._runner = runner
        self._crew = crew
        self._stopping = stopping
        self._lease = timedelta(seconds=lease_s)
        self._lock = Lock()
        self._going: Counter[str] = Counter()

    def begin(self) -> int:
        """Start due runs, as many as there are free hands; gives how many.

        A desk with few runs under way comes before one with many, and of two with as many the one
        that waited longer: so none starves another, however few hands there are.
        """
        if self._crew.free < 1 or not self._store.runs.is_due(self._clock.now()):
            return 0
        begun = 0
        with self._lock:
            in_turn = sorted(self._turns, key=lambda desk: self._going[desk])
        for desk in in_turn:
            if self._crew.free < 1 or self._stopping.is_set():
                break
            for leased in self._claim(desk):
                begun += 1
                self._turns.remove(desk)
                self._turns.append(desk)
                self._start(leased)
        return begun

    @property
    def is_busy(self) -> bool:
        """Whether any run is under way."""
        with self._lock:
            return self._going.total() > 0

    def next_wake(self) -> datetime | None:
        """When the next run is due that nobody holds; None: none waits."""
        return self._store.runs.next_wake()

    def close(self) -> None:
        """Give back every run that is under way, and wait until that is done."""
        self._stopping.set()
        self._crew.close()

    def _claim(self, desk: str) -> tuple[LeasedRun, ...]:
        now = self._clock.now()
        lease = Lease(owner=self._name, taken_at=now, until=now + self._lease)
        with self._store.begin(is_lasting=False) as unit:
            found = unit.runs.claim_due(now=now, lease=lease, limit=1, desk=desk)
            unit.commit()
        return found

    def _start(self, leased: LeasedRun) -> None:
        with self._lock:
            self._going[leased.run.desk] += 1
        self._crew.start(partial(self._advance, leased))

    def _advance(self, leased: LeasedRun) -> None:
        try:
            self._runner.advance(leased)
        finally:
            with self._lock:
                self._going[leased.run.desk] -= 1
