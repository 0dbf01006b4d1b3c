"""Schedule: APScheduler as the clockwork of periodic jobs; the jobs run on the worker's thread."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from queue import Empty, SimpleQueue

from engine.runtime.jobs import Job


class Schedule:
    """Tells which jobs are due; a job that is due twice runs once."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        """Start the clockwork.

        Args:
            jobs: What is to run, each with its period.
        """
        from apscheduler.schedulers.background import BackgroundScheduler

        # Its only errors are those of a job that comes due in the instant of stopping.
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
        self._due: SimpleQueue[Job] = SimpleQueue()
        self._scheduler = BackgroundScheduler(timezone="UTC")
        for job in jobs:
            self._scheduler.add_job(
                self._due.put,
                "interval",
                args=[job],
                seconds=job.every_s,
                coalesce=True,
                misfire_grace_time=None,
            )
        self._scheduler.start()

    def due(self) -> tuple[Job, ...]:
        """The jobs that came due since the last call."""
        found: dict[str, Job] = {}
        while True:
            try:
                job = self._due.get_nowait()
            except Empty:
                return tuple(found.values())
            found[job.name] = job

    def stop(self) -> None:
        """Stop the clockwork."""
        self._scheduler.shutdown(wait=False)
