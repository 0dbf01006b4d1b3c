"""The drill's campaign: cases come in, workers work, and workers are killed at random instants.

Progress is measured in ledger entries and intents. A kill comes once it has passed a random mark,
plus a few random milliseconds, so that kills are spread over the whole way of the work. All
randomness has one seed.
"""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from random import Random

from sqlalchemy import func, select

from engine.bench.faults_books import SETTLED
from engine.bench.faults_site import FaultSite
from engine.bench.faults_world import DrillCase, drill_cases
from engine.domain.case_status import CaseStatus
from engine.errors import EngineError
from engine.store import tables

INTENT_WEIGHT = 3
"""As much as so many ledger entries: most kills are to come while calls are on their way."""
CASE_WEIGHT = 10
"""What a case adds at the least on average."""
BATCH = 500
"""Cases taken in at once."""
LOOK_S = 0.05
STOPS_IN_S = 60.0
KILLED = -signal.SIGKILL

_cases = tables.cases.c


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultPlan:
    """What a campaign does, and from which seed."""

    cases: int
    kills: int
    seed: int
    workers: tuple[str, ...] = ("worker-1",)
    patience_s: float = 7_200.0
    """The campaign is given up after so long."""


@dataclass
class FaultCampaign:
    """One run of a plan."""

    site: FaultSite
    plan: FaultPlan
    say: Callable[[str], None] = lambda line: None
    killed_in: Counter[str] = field(default_factory=Counter)
    """What cases were in the middle of when a worker was killed."""
    kills: int = 0
    took_s: float = 0.0
    _workers: dict[str, ForkServerProcess] = field(default_factory=dict)

    def run(self) -> None:
        """Submit, kill and restart until every case is settled; then stop cleanly.

        Raises:
            EngineError: It does not end, or a worker ends by itself.
        """
        random, began = Random(self.plan.seed), time.monotonic()
        self._submit()
        marks = self._marks(random)
        told = 0
        try:
            while open_cases := self._open():
                self._keep_running(began)
                if marks and self._progress() >= marks[0]:
                    marks.pop(0)
                    self._kill(random)
                time.sleep(LOOK_S)
                told = self._tell(open_cases, told)
            self.took_s = time.monotonic() - began
            self._stop()
        finally:
            for worker in self._workers.values():
                worker.kill()

    def _submit(self) -> None:
        cases: Sequence[DrillCase] = drill_cases("D", self.plan.cases, self.site.parts.clock.now())
        for start in range(0, len(cases), BATCH):
            self.site.submit(cases[start : start + BATCH])

    def _marks(self, random: Random) -> list[int]:
        """A random place in each of as many equal parts of the way as there are kills."""
        begun, way = self._progress(), self.plan.cases * CASE_WEIGHT
        kills = self.plan.kills
        return [begun + int(way * (number + random.random()) / kills) for number in range(kills)]

    def _keep_running(self, began: float) -> None:
        if time.monotonic() - began > self.plan.patience_s:
            raise EngineError(f"The campaign did not end; its seed is {self.plan.seed}.")
        for name in self.plan.workers:
            worker = self._workers.get(name)
            if worker is None or not worker.is_alive():
                if worker is not None and worker.exitcode != KILLED:
                    raise EngineError(f"{name} ended by itself with {worker.exitcode}.")
                self._workers[name] = self.site.start_worker(name)

    def _kill(self, random: Random) -> None:
        time.sleep(random.uniform(0, 0.05))
        victim = self._workers[random.choice(self.plan.workers)]
        victim.kill()
        victim.join()
        self.kills += 1
        for status in self._under_way():
            self.killed_in[status] += 1

    def _stop(self) -> None:
        for worker in self._workers.values():
            worker.terminate()
        for worker in self._workers.values():
            worker.join(STOPS_IN_S)
            # One that was started only just now has not begun to listen to SIGTERM.
            if worker.exitcode not in (0, -signal.SIGTERM):
                raise EngineError(f"A worker stopped with {worker.exitcode}.")

    def _tell(self, open_cases: int, told: int) -> int:
        share = 10 * (self.plan.cases - open_cases) // self.plan.cases
        if share > told:
            self.say(f"{10 * share} % of the cases settled, {self.kills} kills")
        return max(share, told)

    # --- what can be seen

    def _open(self) -> int:
        query = select(func.count()).where(_cases.status.not_in([one.value for one in SETTLED]))
        with self.site.parts.database.reader.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def _under_way(self) -> list[str]:
        stages = (CaseStatus.PERCEIVED, CaseStatus.REASONING, CaseStatus.GRANTED)
        acting = (CaseStatus.EXECUTING, CaseStatus.UNKNOWN, CaseStatus.COMPENSATING)
        wanted = [one.value for one in (*stages, *acting)]
        query = select(_cases.status).where(_cases.status.in_(wanted)).distinct()
        with self.site.parts.database.reader.connect() as connection:
            return list(connection.execute(query).scalars())

    def _progress(self) -> int:
        with self.site.parts.database.reader.connect() as connection:
            entries = connection.execute(select(func.sum(_cases.ledger_sequence))).scalar()
            intents = connection.execute(select(func.count(tables.effects.c.id))).scalar_one()
        return int(entries or 0) + INTENT_WEIGHT * int(intents)
