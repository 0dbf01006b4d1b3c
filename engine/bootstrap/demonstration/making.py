"""Making: a whole history, from the first case to now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random

from engine.adapters.notices import Silent
from engine.bootstrap.demonstration.clockwork import Alone, HistorySchedule, Timeline
from engine.bootstrap.demonstration.comparing import Comparing
from engine.bootstrap.demonstration.governing import Governing
from engine.bootstrap.demonstration.opening import Opened
from engine.bootstrap.demonstration.reviewing import Reviewing, reviewers_of
from engine.bootstrap.demonstration.watching import Watching
from engine.bootstrap.demonstration.world import Arrivals
from engine.bootstrap.workers import OpenWorker, open_worker
from engine.desks.orders.words import DESK
from engine.errors import ConfigError
from engine.simulators.orders.driver import Send
from engine.simulators.orders.world import make_plan
from engine.simulators.reviewers.cast import CAST, OFFICER, OWNER, SENIOR

CASES_A_DAY = 12.0
DAYS = 14.0
LEFT_OPEN = timedelta(hours=8)
"""So long before the end the last reviewer goes home."""
AUDITS_LEFT = timedelta(days=2)
"""So long before the end nobody answers audit cards any more: some wait too."""
MOST_ROUNDS = 10_000
_AUDITS_AT = (11, 15)
_UNDOES_EVERY = timedelta(days=3)

Progress = Callable[[float], None]
"""Told how much of the history is there, 0 to 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryPlan:
    """How much history, and of which world."""

    seed: int
    begins_at: datetime
    """Aware."""
    ends_at: datetime
    cases_a_day: float = CASES_A_DAY

    @property
    def days(self) -> float:
        """How long."""
        return (self.ends_at - self.begins_at) / timedelta(days=1)

    @property
    def cases(self) -> int:
        """How many cases the world draws; those of its last hours may come later than its end."""
        return max(1, round(self.days * self.cases_a_day))


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """What there is now."""

    cases: int
    decided: int
    """Answers that let something happen."""
    audited: int
    held: int
    undone: int
    refused: int
    """Requests that the engine turned down."""
    runs: int
    """Of reasoners that looked at a case beside its way."""
    next_number: int
    """Of the world's next case."""


@dataclass(kw_only=True)
class History:
    """Runs a plan on an opened database."""

    opened: Opened
    send: Send
    plan: HistoryPlan
    _worker: OpenWorker = field(init=False)

    def make(self, progress: Progress = lambda share: None) -> Made:
        """Let everything happen.

        Raises:
            ConfigError: The engine does not come to rest.
            ToolError: The shop refuses what the world does.
            ToolUnavailable: The shop is out of reach.
        """
        plan, timeline = self.plan, Timeline(self.opened.clock)
        world = make_plan(plan.seed, plan.begins_at, cases=plan.cases, days=plan.days)
        arrivals = Arrivals(engine=self.opened.engine, send=self.send, desk=DESK)
        cases = arrivals.begin(world, timeline, plan.ends_at)
        reviewing = self._reviewing(timeline)
        watching = self._watching(timeline, reviewing)
        governing = self._governing(timeline)
        governing.plan(plan.begins_at, plan.ends_at)
        self._plan_days(timeline, watching, reviewing)
        comparing = self._comparing(timeline)
        if self.opened.parts.reasoners.model is not None:
            comparing.plan(world.episodes, plan.ends_at)
        self._run(timeline, reviewing, watching, progress)
        return Made(
            cases=cases,
            decided=len(reviewing.answered),
            audited=watching.audited,
            held=watching.held,
            undone=watching.undone,
            refused=reviewing.refused + governing.refused,
            runs=comparing.begun,
            next_number=len(world.episodes) + 1,
        )

    def _reviewing(self, timeline: Timeline) -> Reviewing:
        plan, opened = self.plan, self.opened
        return Reviewing(
            engine=opened.engine,
            timeline=timeline,
            reviewers=tuple(reviewers_of(opened.people, CAST, plan.seed)),
            seed=plan.seed,
            until=plan.ends_at - min(LEFT_OPEN, (plan.ends_at - plan.begins_at) / 10),
        )

    def _governing(self, timeline: Timeline) -> Governing:
        people = self.opened.people
        return Governing(
            engine=self.opened.engine,
            timeline=timeline,
            desk=DESK,
            owner=people[OWNER.name],
            officer=people[OFFICER.name],
            senior=people[SENIOR.name],
        )

    def _comparing(self, timeline: Timeline) -> Comparing:
        owner = self.opened.people[OWNER.name]
        return Comparing(engine=self.opened.engine, timeline=timeline, owner=owner)

    def _watching(self, timeline: Timeline, reviewing: Reviewing) -> Watching:
        senior = next(one for one in reviewing.reviewers if one.player is SENIOR)
        return Watching(
            engine=self.opened.engine,
            timeline=timeline,
            desk=DESK,
            watcher=senior,
            auditor=self.opened.people[OFFICER.name],
            dice=Random(f"{self.plan.seed}/watching"),
        )

    def _plan_days(self, timeline: Timeline, watching: Watching, reviewing: Reviewing) -> None:
        until = self.plan.ends_at - min(AUDITS_LEFT, (self.plan.ends_at - self.plan.begins_at) / 5)
        midnight = self.plan.begins_at.replace(hour=0, minute=0, second=0, microsecond=0)
        for day in range(round(self.plan.days) + 1):
            for hour in _AUDITS_AT:
                moment = midnight + timedelta(days=day, hours=hour)
                if moment < until:
                    timeline.at(moment, watching.answer_audits)
        undo_at = midnight + timedelta(days=1, hours=15)
        while undo_at < self.plan.ends_at:
            timeline.at(undo_at, partial(watching.undo_one, reviewing))
            undo_at += _UNDOES_EVERY

    def _run(
        self, timeline: Timeline, reviewing: Reviewing, watching: Watching, progress: Progress
    ) -> None:
        plan, clock = self.plan, self.opened.clock
        self._worker = open_worker(
            parts=self.opened.parts,
            notifier=Silent(),
            clockwork=lambda jobs: HistorySchedule(jobs, clock),
            stopwatch=lambda: 0.0,  # how fast the machine is must not change what happened
            crew=lambda size: Alone(),
        )
        try:
            while timeline.next(plan.ends_at):
                if self._work():
                    reviewing.wake()
                watching.look()
                progress((clock.now() - plan.begins_at) / (plan.ends_at - plan.begins_at))
            clock.move_to(plan.ends_at)
            self._work()
            self._worker.seal()
        finally:
            self._worker.stop()
        progress(1.0)

    def _work(self) -> int:
        """Let the worker advance everything that is due; gives how many cases it moved."""
        moved = 0
        for _ in range(MOST_ROUNDS):
            now = self._worker.worker.run_once()
            if not now:
                return moved
            moved += now
        raise ConfigError("The worker of the history does not come to rest.")
