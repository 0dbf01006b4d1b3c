"""One arm of the memory bench: a simulated world of orders through the whole engine.

Cases come in at their time, a person lets every recommendation run, the shop acts, and labels come
when they are known. A stand-in answers for the model: what it says is the playbook's, and every
call of it is counted like a real one.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from engine.bench.paired import Judged
from engine.bootstrap import OpenWorker, open_worker
from engine.desks.orders.reasoner import PlaybookReasoner
from engine.desks.orders.shop.operations import Shop
from engine.desks.orders.words import DESK
from engine.domain.actor import Person, Role
from engine.domain.case import Case, Origin
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.fact import fact_set
from engine.domain.outcome import LabelSource
from engine.domain.run import RunKind, RunStep
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import GiveUp, Move, Recommend
from engine.errors import EngineError
from engine.ports import Reader
from engine.reason.brief import Brief
from engine.runtime.runs.reasoners import Reasoners
from engine.simulators.orders.driver import ShopInProcess, play
from engine.simulators.orders.events import Episode, Outcome
from engine.simulators.orders.world import make_plan
from engine.testing.run_scripts import FunctionModel, FunctionProcedure, Inline, question
from engine.testing.straight_shop import straight_orders
from engine.testing.world import World

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
CALLS = 2
"""Of the stand-in for each case: no workflow of this desk asks for fewer."""
_PEOPLE = ("ann", "ben")
"""Two, as some calls take two."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OrdersArm:
    """What one arm is made of."""

    seed: int
    cases: int
    days: float
    asks_memory: bool


def run_orders(arm: OrdersArm, folder: Path) -> tuple[Judged, ...]:
    """Run one arm; gives every case in the order in which it came in.

    Args:
        arm: Which.
        folder: Empty; takes the databases.
    """
    with straight_orders(folder) as (world, shop):
        made = _reasoners(world.parts.store.reader, asks_memory=arm.asks_memory)
        world.parts = replace(world.parts, reasoners=made)
        return _Walk(world, shop).run(arm)


def _reasoners(reader: Reader, *, asks_memory: bool) -> Reasoners:
    """A workflow that asks the stand-in, and recommends what the playbook would."""
    playbook = PlaybookReasoner()

    def next_move(brief: Brief, steps: Sequence[RunStep]) -> Move:
        if len(steps) < CALLS:
            return question(f"Question {len(steps) + 1} about {brief.target}")
        case = reader.case(brief.case_id)
        draft = playbook.recommend(case, fact_set(case.id, 1, brief.facts), None)
        if draft is None:
            return GiveUp(fault=RunFault.NO_PROGRESS, why="the stand-in has no answer")
        named = replace(draft, reasoner=RunKind.WORKFLOW.value, reasoner_version="stand-in")
        return Recommend(draft=named)

    procedure = FunctionProcedure(function=next_move, kind=RunKind.WORKFLOW)
    return Reasoners(
        procedures={(DESK, RunKind.WORKFLOW): procedure},
        live={DESK: RunKind.WORKFLOW},
        model=FunctionModel(),
        asks_memory=asks_memory,
    )


class _Walk:
    """Lets a world happen, one event after the other."""

    def __init__(self, world: World, shop: Shop) -> None:
        self._world = world
        self._send = ShopInProcess(shop=shop)
        roles = (Role.OPERATOR, Role.SENIOR_OPERATOR)
        self._people = [world.person(name, *roles) for name in _PEOPLE]

    def run(self, arm: OrdersArm) -> tuple[Judged, ...]:
        world = self._world
        plan = make_plan(arm.seed, START, cases=arm.cases, days=arm.days)
        world.clock.at = START
        play(self._send, plan.prologue, key=f"{arm.seed}-prologue")
        worker = open_worker(
            parts=world.parts, stopwatch=world.stopwatch, crew=lambda size: Inline()
        )
        try:
            self._happen(plan.episodes, worker)
        finally:
            worker.stop()
        return tuple(self._judged(episode) for episode in plan.episodes)

    def _happen(self, episodes: Sequence[Episode], worker: OpenWorker) -> None:
        waiting: list[tuple[datetime, int, Episode]] = []
        for episode in episodes:
            while waiting and waiting[0][0] <= episode.row.opened_at:
                self._label(heapq.heappop(waiting)[2], worker)
            self._case(episode, worker)
            heapq.heappush(waiting, (episode.outcome.label_known_at, episode.number, episode))
        while waiting:
            self._label(heapq.heappop(waiting)[2], worker)

    def _case(self, episode: Episode, worker: OpenWorker) -> None:
        self._move_to(episode.row.opened_at)
        play(self._send, episode.events, key=f"{episode.row.id}-events")
        self._submit(episode)
        _work(worker)
        for person in self._people:
            case = self._world.case(episode.row.id)
            if case.status in (CaseStatus.PENDING, CaseStatus.SECOND_PENDING):
                self._approve(case, person)
                _work(worker)

    def _approve(self, case: Case, person: Person) -> None:
        try:
            self._world.decide(case, person, DecisionKind.APPROVE)
        except EngineError:  # policy binds people too: it stays with them
            return

    def _label(self, episode: Episode, worker: OpenWorker) -> None:
        self._move_to(episode.outcome.label_known_at)
        self._submit(episode, episode.outcome)
        self._world.clock.move(seconds=1)
        _work(worker)

    def _move_to(self, at: datetime) -> None:
        clock = self._world.clock
        clock.at = max(clock.at, at)

    def _submit(self, episode: Episode, outcome: Outcome | None = None) -> None:
        row = {**episode.row.columns(), **({} if outcome is None else outcome.columns())}
        self._world.submit([(2, row)], origin=Origin.SIMULATED)

    def _judged(self, episode: Episode) -> Judged:
        store = self._world.parts.store
        case = self._world.case(episode.row.id)
        live = [run for run in store.runs.runs_of(case.id) if not run.is_shadow]
        effects = store.reader.effects(case.id)
        told = store.reader.outcomes(case.id)
        return Judged(
            source_id=case.source_id,
            calls=sum(len(store.runs.calls(run.id)) for run in live),
            is_settled=case.status is CaseStatus.DONE and all(one.is_correct for one in effects),
            is_right=any(
                bool(one.is_recommendation_correct)
                for one in told
                if one.label_source is LabelSource.RECORD
            ),
            is_by_memory=live[-1].kind is RunKind.PRECEDENT if live else False,
        )


def _work(worker: OpenWorker) -> None:
    while worker.worker.run_once():
        pass
