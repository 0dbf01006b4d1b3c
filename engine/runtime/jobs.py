"""Jobs: what a worker does periodically, and what is kept about each run."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from engine.errors import EngineError
from engine.ports import Clock, ScheduleRun, Store

log = logging.getLogger("countersign.jobs")


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """Something periodic; it runs on the worker's own thread, between batches."""

    name: str
    every_s: float
    run: Callable[[], None]


class JobRunner:
    """Runs jobs and keeps last run, next run and failures for the page."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Bind store and clock."""
        self._store = store
        self._clock = clock
        self._failures: dict[str, int] = {}

    def run(self, job: Job) -> None:
        """Run a job; its failure is noted and must not stop the worker."""
        error = ""
        try:
            job.run()
        except EngineError as failure:
            error = failure.message
            self._failures[job.name] = self._failures.get(job.name, 0) + 1
            log.warning("%s failed: %s", job.name, error)
        self._note(job, error)

    def _note(self, job: Job, error: str) -> None:
        now = self._clock.now()
        state = ScheduleRun(
            name=job.name,
            every=f"{job.every_s:g} s",
            last_run=now,
            next_run=now + timedelta(seconds=job.every_s),
            failures=self._failures.get(job.name, 0),
            last_error=error,
        )
        try:
            with self._store.begin() as unit:
                unit.housekeeping.record_run(state)
                unit.commit()
        except EngineError as failure:
            log.warning("the run of %s could not be noted: %s", job.name, failure.message)
