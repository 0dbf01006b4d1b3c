"""Worker: claims due cases and advances them, desk by desk, one lane after the other.

What is about to act comes first, then passed deadlines, then what is to be reasoned about. No
tool, model or reasoner runs inside a write transaction: everything is computed first, then written.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from engine.desk import Desk
from engine.domain.case import Case, Lease
from engine.domain.failed_steps import interrupted
from engine.domain.span import Stage
from engine.errors import Conflict, EngineError, StoreUnavailable, ToolError
from engine.ports import Clock, Store, Wakeup
from engine.runtime.acting import Acting
from engine.runtime.intake import Intake
from engine.runtime.jobs import Job, JobRunner
from engine.runtime.maturing import Maturing
from engine.runtime.patience import Patience
from engine.runtime.policy import PolicyView
from engine.runtime.runs.dispatch import Dispatch
from engine.runtime.turns import Turn, Turns, give_back

ACT, INTAKE, TIMER, WINDOW = 0, 1, 2, 3
ACT_BATCH = 8
LEASE_S = 120.0
"""Longer than the tool timeouts of a whole batch plus 30 s."""
HEARTBEAT_S = 2.0
IDLE_S = 0.25
SHORTEST_IDLE_S = 0.02

log = logging.getLogger("countersign.worker")


@dataclass(frozen=True, kw_only=True)
class WorkerParts:
    """What a worker drives."""

    store: Store
    clock: Clock
    wakeup: Wakeup
    """Ends the sleep of an idle worker."""
    desks: Mapping[str, Desk]
    policy: PolicyView
    acting: Acting
    intake: Intake
    runs: Dispatch
    maturing: Maturing
    patience: Patience
    jobs: JobRunner
    turns: Turns
    """Shares its time out among the desks."""


class Worker:
    """One worker process' loop."""

    def __init__(
        self,
        name: str,
        parts: WorkerParts,
        *,
        due_jobs: Callable[[], Sequence[Job]] = lambda: (),
        takes_intake: bool = True,
    ) -> None:
        """Bind the parts.

        Args:
            name: Unique among workers of this database.
            parts: What it drives.
            due_jobs: Periodic jobs that are due now.
            takes_intake: Whether it perceives and reasons; one worker a database does.
        """
        self._name = name
        self._store = parts.store
        self._clock = parts.clock
        self._wakeup = parts.wakeup
        self._desks = parts.desks
        self._policy = parts.policy
        self._acting = parts.acting
        self._intake = parts.intake
        self._runs = parts.runs
        self._maturing = parts.maturing
        self._patience = parts.patience
        self._jobs = parts.jobs
        self._turns = parts.turns
        self._due_jobs = due_jobs
        self._takes_intake = takes_intake

    def run(self, is_stopping: Callable[[], bool]) -> None:
        """Work until told to stop; a passing failure of the database is waited out."""
        while not is_stopping():
            try:
                if not self.run_once():
                    self._wakeup.wait(self._idle_s())
            except StoreUnavailable as error:
                log.warning("the database is out of reach: %s", error.message)
                self._wakeup.wait(1.0)
            except Exception:  # a bug in one round must not stop the others
                log.exception("a round of the worker failed")
                self._wakeup.wait(1.0)

    def drain(self, is_stopping: Callable[[], bool] = lambda: False) -> None:
        """Work until nothing is due, about to be released or waiting to be tried again."""
        while not is_stopping():
            if self.run_once():
                continue
            if self._runs.is_busy:
                self._wakeup.wait(SHORTEST_IDLE_S)
                continue
            due = (
                self._store.reader.next_wake(ACT),
                self._patience.next_try(),
                self._runs.next_wake(),
            )
            known = [wake_at for wake_at in due if wake_at is not None]
            if not known:
                return
            self._wakeup.wait(self._until(min(known), 1.0))

    def run_once(self) -> int:
        """One round: a turn of every desk, then the periodic jobs.

        Returns:
            How many cases were advanced.
        """
        moved = self._turns.round(self._go_on) + self._runs.begin()
        for job in self._due_jobs():  # last: a worker whose rounds fail gives no sign of life
            self._jobs.run(job)
        return moved

    def _go_on(self, name: str, turn: Turn) -> int:
        """One turn of a desk: its lanes, what is about to act first."""
        desk = self._desks[name]
        acted = self._act(desk, turn)
        moved = acted + self._act(desk, turn, WINDOW) + self._time_out(desk)
        if self._takes_intake and not acted:
            use_grants = partial(self._use_grants, desk, turn)
            moved += self._intake.advance(desk, turn, self._claim, use_grants)
        return moved

    def _idle_s(self) -> float:
        due = [self._store.reader.next_wake(lane) for lane in (ACT, WINDOW)]
        due.append(self._runs.next_wake())
        known = [wake_at for wake_at in due if wake_at is not None]
        return self._until(min(known), IDLE_S) if known else IDLE_S

    def _until(self, wake_at: datetime, longest_s: float) -> float:
        """Seconds to sleep; never none, since a due case may be leased to another worker."""
        left_s = (wake_at - self._clock.now()).total_seconds()
        return min(longest_s, max(SHORTEST_IDLE_S, left_s))

    def _claim(self, lane: int, now: datetime, limit: int, desk: str = "") -> tuple[Case, ...]:
        taken_at = self._clock.now()
        lease = Lease(
            owner=self._name, taken_at=taken_at, until=taken_at + timedelta(seconds=LEASE_S)
        )
        with self._store.begin(is_lasting=False) as unit:
            cases = unit.claim_due(lane=lane, now=now, lease=lease, limit=limit, desk=desk)
            unit.commit()
        return cases

    def _act(self, desk: Desk, turn: Turn, lane: int = ACT) -> int:
        now = self._clock.now()
        if not self._store.reader.is_due(lane, now):
            return 0
        cases = self._claim(lane, now, ACT_BATCH, desk.name)
        done = 0
        try:
            for case in cases:
                if done and turn.is_over:
                    break
                self._guarded(case, self._acting.advance)
                done += 1
        finally:
            self._acting.finish()
        give_back(self._store, cases[done:], self._clock.now())
        return done

    def _use_grants(self, desk: Desk, turn: Turn) -> None:
        while self._act(desk, turn):
            pass

    def _time_out(self, desk: Desk) -> int:
        now = self._store.reader.desk_time(desk.name) or self._clock.now()
        wake_at = self._store.reader.next_wake(TIMER)
        if wake_at is None or wake_at > now:
            return 0
        cases = self._claim(TIMER, now, ACT_BATCH, desk.name)
        for case in cases:
            self._guarded(case, self._expire)
        return len(cases)

    def _expire(self, case: Case) -> None:
        action = self._store.reader.action(case)
        envelope = self._policy.current().envelope_of(case, action)
        with self._store.begin() as unit:
            unit.apply([self._maturing.timed_out(case, envelope)])
            unit.commit()

    def _guarded(self, case: Case, advance: Callable[[Case], None]) -> None:
        """Run one case; its failure must not stop the others."""
        try:
            advance(case)
            self._patience.came_through(case.id)
        except Conflict as error:
            log.info("case %s: %s", case.id, error.message)
        except ToolError as error:
            if given_up := self._patience.failed(case, error, Stage.ACT):
                self._guarded(case, lambda case: self._acting.give_up(case, given_up))
        except StoreUnavailable:
            raise
        except EngineError as error:
            log.error("case %s: %s %s", case.id, error.code, error.message)
            self._note(case, error)
        except Exception as error:  # a bug in one case's way must not stop the others
            log.exception("case %s failed; it is tried again when its lease has ended", case.id)
            self._note(case, error)

    def _note(self, case: Case, error: Exception) -> None:
        failed = interrupted(case, error, Stage.ACT, self._clock.now())
        with self._store.begin(is_lasting=False) as unit:
            unit.note_failures([failed])
            unit.commit()
