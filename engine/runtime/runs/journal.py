"""Journal: writes the steps of runs, each in one transaction, with what they mean for a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from time import perf_counter_ns

from engine.act.crash_points import Reach, RunPoint
from engine.domain.run import RunStatus, RunStep
from engine.domain.run_calls import ModelBudgets, ModelCall
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import Made, Observation
from engine.domain.transition import RunMoved, Transition
from engine.errors import Conflict
from engine.ports import Clock, Store
from engine.runtime.runs.held import Held


@dataclass(frozen=True, kw_only=True, slots=True)
class Performed:
    """A move with what came of it, before it stands in the journal."""

    move: Made
    observation: Observation | None = None
    duration_us: int = 0
    cost_micro_usd: int = 0
    scopes: tuple[str, ...] = ()
    verdict: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Of a window, by the digests of its context entries."""
    call: ModelCall | None = None
    """The answered call of a model, to be written with it."""


class Stopwatch:
    """How long a step takes."""

    def __init__(self) -> None:
        """Begin."""
        self._began = perf_counter_ns()

    @property
    def us(self) -> int:
        """Microseconds since it began."""
        return (perf_counter_ns() - self._began) // 1000


@dataclass(frozen=True, kw_only=True)
class Journal:
    """Writes what runs do; every write is fenced by the lease of the run."""

    store: Store
    clock: Clock
    lease_s: float
    budgets: ModelBudgets
    reach: Reach

    def append(self, held: Held, done: Performed) -> None:
        """Write the next step of a run that goes on.

        Raises:
            Conflict: The run is no longer in these hands; nothing was written.
        """
        step = self.step(held, done)
        run = replace(held.run, steps=step.number)
        self._write(held, RunMoved(run=run, step=step, lease_epoch=held.epoch), done)
        held.run = run
        # As it was written, so that a run goes on as it would after a restart.
        held.steps.append(self.store.runs.step(run.id, step.number))

    def end(
        self,
        held: Held,
        status: RunStatus,
        done: Performed,
        note: str = "",
        fault: RunFault | None = None,
    ) -> None:
        """Write the last step of a run whose case does not change with it; see `ended`."""
        self._write(held, self.ended(held, status, done, note, fault), done)

    def _write(self, held: Held, moved: RunMoved, done: Performed) -> None:
        self.reach(RunPoint.BEFORE_STEP_WRITTEN)
        until = self.clock.now() + timedelta(seconds=self.lease_s)
        with self.store.begin() as unit:
            if done.call is not None and not unit.runs.end_call(done.call, self.budgets):
                raise Conflict(f"Run {held.run.id} was taken over while its model answered.")
            unit.runs.append(moved, until=until, texts=done.texts)
            unit.commit()
        self.reach(RunPoint.AFTER_STEP)

    def ended(
        self,
        held: Held,
        status: RunStatus,
        done: Performed | None,
        note: str = "",
        fault: RunFault | None = None,
    ) -> RunMoved:
        """The record of a run that is laid down, for the transition of its case.

        Args:
            held: The run.
            status: Suspended, or how it ended.
            done: Its last step; None: there is none.
            note: What it came to, in a sentence.
            fault: Why it failed, where it did.
        """
        step = None if done is None else self.step(held, done)
        is_over = status not in (RunStatus.RUNNING, RunStatus.SUSPENDED)
        run = replace(
            held.run,
            status=status,
            steps=held.run.steps + (step is not None),
            ended_at=self.clock.now() if is_over else None,
            end_note=note,
            fault=fault,
        )
        return RunMoved(run=run, step=step, lease_epoch=held.epoch)

    def step(self, held: Held, done: Performed) -> RunStep:
        """The next step of the journal."""
        return RunStep(
            number=held.number,
            move=done.move,
            observation=done.observation,
            at=self.clock.now(),
            duration_us=done.duration_us,
            cost_micro_usd=done.cost_micro_usd,
            scopes=done.scopes,
            verdict=done.verdict,
        )

    def commit(self, step: Transition) -> None:
        """Write where a case goes, with what that means for its run.

        Raises:
            Conflict: The case or the run moved on; nothing was written.
        """
        self.reach(RunPoint.BEFORE_STEP_WRITTEN)
        with self.store.begin() as unit:
            if unit.apply([step]):
                raise Conflict(f"Case {step.before.id} moved on.")
            unit.commit()
        self.reach(RunPoint.AFTER_STEP)
