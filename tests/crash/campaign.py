"""A campaign: people decide, workers work, and workers are killed at random instants.

Progress is measured in ledger entries. The next kill comes once the ledger has grown past a random
mark, plus up to a few random milliseconds, so that kills are spread over the whole way of the work
and over the whole of a worker's round. All randomness has one seed.
"""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess

from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.errors import Conflict
from tests.crash import doomed
from tests.crash.site import KILLED, UNSURE, Site, rows_of

PREFIXES = {"A": 66, "P": 14, "O": 7, "R": 5, "U": 4, "V": 4}
"""Of a hundred cases: alone; approved, overridden, rejected; alone and undone; approved, undone."""
ENTRIES = {"A": 7, "P": 8, "O": 8, "R": 6, "U": 13, "V": 14}
"""Ledger entries of a case that nothing disturbs."""
ANSWERS = {
    "P": DecisionKind.APPROVE,
    "O": DecisionKind.OVERRIDE,
    "R": DecisionKind.REJECT,
    "U": DecisionKind.REJECT,
    "V": DecisionKind.APPROVE,
}
FINAL = {"A": "DONE", "P": "DONE", "O": "DONE"}
UNDONE = ("U", "V")
AT_ONCE = 4
"""Answers between two looks at the progress."""
LONGEST_S = 500.0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a campaign does, and from which seed."""

    cases: int
    kills: int
    seed: int
    workers: tuple[str, ...] = ("worker-1",)

    def of(self, prefix: str) -> int:
        """How many cases go this way."""
        return self.cases * PREFIXES[prefix] // 100

    @property
    def entries(self) -> int:
        """How many ledger entries it makes at the least."""
        return sum(self.of(prefix) * ENTRIES[prefix] for prefix in PREFIXES)


@dataclass
class Campaign:
    """One run of a plan."""

    site: Site
    plan: Plan
    killed_in: Counter[str] = field(default_factory=Counter)
    """What cases were in the middle of when a worker was killed."""
    kills: int = 0
    _workers: dict[str, ForkServerProcess] = field(default_factory=dict)

    def run(self) -> None:
        """Submit, decide, kill and restart until everything is settled; then stop cleanly."""
        self._random = random.Random(self.plan.seed)
        self._deadline = time.monotonic() + LONGEST_S
        self._start = self.site.progress()
        for prefix in PREFIXES:
            confidence = {} if prefix in "AU" else {"confidence": UNSURE}
            self.site.submit(rows_of(prefix, self.plan.of(prefix), **confidence))
        mark = self._next_mark()
        while not self._is_over():
            self._keep_running()
            answered = self._answer()
            if self.kills < self.plan.kills and self.site.progress() >= mark:
                self._kill()
                mark = self._next_mark()
            elif not answered:
                next(iter(self._workers.values())).join(0.005)
        self._stop()

    # --- workers

    def _keep_running(self) -> None:
        assert time.monotonic() < self._deadline, f"not done in time, seed {self.plan.seed}"
        for name in self.plan.workers:
            worker = self._workers.get(name)
            if worker is None or not worker.is_alive():
                code = KILLED if worker is None else worker.exitcode
                assert code == KILLED, f"{name} ended by itself with {code}"
                self._workers[name] = self.site.start(doomed.work, name=name)

    def _next_mark(self) -> int:
        """Somewhere in the part of the way that this kill's share of what is left spans."""
        now = self.site.progress()
        left = max(0, self._start + self.plan.entries - 1 - now)
        share = left / max(1, self.plan.kills - self.kills)
        return now + int(self._random.uniform(0, min(left, 1.6 * share)))

    def _kill(self) -> None:
        time.sleep(self._random.uniform(0, 0.006))
        victim = self._workers[self._random.choice(self.plan.workers)]
        victim.kill()
        victim.join()
        self.kills += 1
        for status in (CaseStatus.RELEASING, CaseStatus.GRANTED, CaseStatus.EXECUTING):
            self.killed_in[status] += bool(self.site.standing(status, limit=1))
        self.killed_in[CaseStatus.COMPENSATING] += bool(
            self.site.standing(CaseStatus.COMPENSATING, limit=1)
        )

    def _stop(self) -> None:
        for worker in self._workers.values():
            worker.terminate()
        for worker in self._workers.values():
            worker.join(30)
            # One that was started only just now has not begun to listen to SIGTERM.
            assert worker.exitcode in (0, -signal.SIGTERM)

    # --- people

    def _answer(self) -> int:
        answered = 0
        for case in self._waiting():
            try:
                answered += self._take(case)
            except Conflict:  # a worker was faster: look again in the next round
                continue
        return answered

    def _waiting(self) -> Iterator[Case]:
        yield from self.site.standing(CaseStatus.PENDING, limit=AT_ONCE)
        for prefix in UNDONE:
            yield from self.site.standing(CaseStatus.DONE, prefix, limit=1)

    def _take(self, case: Case) -> bool:
        way = case.source_id[0]
        if case.status is CaseStatus.DONE:
            self.site.undo(case)
        elif case.attention is Attention.UNDONE:
            self.site.decide(case, DecisionKind.REJECT)
        else:
            self.site.decide(case, ANSWERS[way])
        return True

    # --- the end

    def _is_over(self) -> bool:
        return self.kills == self.plan.kills and all(
            self.site.count(wanted_status(prefix), prefix) == self.plan.of(prefix)
            for prefix in PREFIXES
        )


def wanted_status(prefix: str) -> CaseStatus:
    """Where the cases of a way end."""
    return CaseStatus(FINAL.get(prefix, "CLOSED_NO_ACTION"))


def wanted_book(plan: Plan) -> Counter[tuple[str, str]]:
    """How often what is to stand in the outside system's book: (way, owner)."""
    owners = {"A": ["north"], "P": ["north"], "O": ["south"], "R": []}
    owners |= {"U": ["north", ""], "V": ["north", ""]}
    return Counter(
        {(way, owner): plan.of(way) for way, wanted in owners.items() for owner in wanted}
    )
