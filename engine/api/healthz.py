"""Healthz: signs of life for whoever watches the process, without a token and without secrets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Lock
from time import perf_counter

from engine.api.bodies import Healthy
from engine.errors import EngineError
from engine.ports import Clock
from engine.service.engine import Engine

KEPT_S = 1.0
"""So often at most is the database asked, however often this is."""
LATE_AFTER = timedelta(seconds=15)


class HealthCheck:
    """Asks the engine how it is, at most once a second."""

    def __init__(self, open_engine: Callable[[], Engine], clock: Clock) -> None:
        """Ask nothing yet."""
        self._open_engine = open_engine
        self._clock = clock
        self._lock = Lock()
        self._asked_at = float("-inf")
        self._last = Healthy(
            status="unavailable", database="unavailable", worker="unknown", worker_seen_s=None
        )

    def __call__(self) -> Healthy:
        """The present state, up to a second old."""
        with self._lock:
            if perf_counter() - self._asked_at >= KEPT_S:
                self._last = self._ask()
                self._asked_at = perf_counter()
            return self._last

    def _ask(self) -> Healthy:
        try:
            queries = self._open_engine().queries
            seen_at = queries.health().worker_seen_at
            is_demonstration = queries.demonstration() is not None
        except EngineError:
            return Healthy(
                status="unavailable", database="unavailable", worker="unknown", worker_seen_s=None
            )
        if seen_at is None:
            return Healthy(
                status="ok",
                database="ok",
                worker="absent",
                worker_seen_s=None,
                is_demonstration=is_demonstration,
            )
        age = self._clock.now() - seen_at
        return Healthy(
            status="ok",
            database="ok",
            worker="ok" if age <= LATE_AFTER else "late",
            worker_seen_s=round(max(age.total_seconds(), 0.0), 1),
            is_demonstration=is_demonstration,
        )
