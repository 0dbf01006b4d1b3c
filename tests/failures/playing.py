"""Playing: scripts in the place of a model, on cases of a real engine with a simulated shop.

Engine, procedures, policy, executor and shop are the product's own. Of its parts only the model is
a stand-in, and people who answer what scripts say they answer. First a model that is nearly always
right earns a calibrated confidence, so that policy lets runs act alone; then all scripts are played
on one desk, clean ones among failing ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from engine.bootstrap.reasoners import open_reasoners
from engine.desk import Desk
from engine.desks.orders.words import DESK, Resolution
from engine.domain.actor import Role
from engine.domain.case import Case
from engine.domain.case_status import FOR_PEOPLE, OPEN, CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.run import Journal, RunKind
from engine.govern.envelope import EnvelopeDocument
from engine.govern.limits import OWN
from engine.simulators.orders.events import Episode, Outcome
from engine.testing.world import START
from tests.failures.scenes import SUSPICIOUS, proper
from tests.failures.script import Answer, Mode, Script
from tests.failures.scripted_model import ScriptedModel
from tests.failures.scripts_workflow import honest
from tests.failures.seen import Said, Seen
from tests.failures.staging import Staging
from tests.scenario.orders.living import OrdersWorld, labelled, open_orders, with_envelope
from tests.scenario.orders.wrong_values import autonomy

HISTORY = 36
"""Cases of before, for each kind of run."""
_WRONG_EVERY = 12
_LATER = timedelta(days=30)
_ROUNDS = 6
"""Looks, half a minute apart, within which a window of a minute is over."""


@dataclass(frozen=True, kw_only=True)
class Played:
    """What became of one script."""

    script: Script
    source_id: str
    order_id: str
    case: Case
    runs: tuple[Journal, ...]
    """Oldest first: the script's own, and whoever took over."""

    @property
    def journal(self) -> Journal:
        """The script's own run."""
        return next(one for one in self.runs if one.run.kind is self.script.kind)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A desk on which models have earned a confidence, ready for scripts."""

    orders: OrdersWorld
    staging: Staging
    model: ScriptedModel

    def play(self, scripts: Sequence[Script]) -> tuple[Played, ...]:
        """Play scripts, all of one kind of run at the same time.

        Workflows come first: an agent that fails would else hand its case to one.
        """
        return (
            *self._of_kind(RunKind.WORKFLOW, scripts),
            *self._of_kind(RunKind.AGENT, scripts),
        )

    def _of_kind(self, kind: RunKind, scripts: Sequence[Script]) -> Iterator[Played]:
        chosen = [one for one in scripts if one.kind is kind]
        if not chosen:
            return
        now = self.orders.world.clock.now()
        plan = self.staging.plan([one.scene for one in chosen], now)
        pairs = list(zip(chosen, plan.episodes, strict=True))
        self.model.scripts.update({one.row.order_id: script.play for script, one in pairs})
        self._reasons(kind)
        self.orders.live(plan)
        self._settle()
        self._answers(pairs)
        for script, one in pairs:
            yield self._played(script, one)

    def earn(self, kind: RunKind) -> None:
        """Let a model that is nearly always right reason about cases whose truth comes out."""
        clock = self.orders.world.clock
        plan = self.staging.plan([SUSPICIOUS] * HISTORY, clock.now())
        for number, one in enumerate(plan.episodes):
            self.model.scripts[one.row.order_id] = _surely if number % _WRONG_EVERY else _hardly
        self._reasons(kind)
        self.orders.live(plan)
        self.orders.work()
        reader = self.orders.world.parts.store.reader
        told = []
        for number, one in enumerate(plan.episodes):
            made = reader.recommendation(self.orders.case(one.row.id))
            assert made, f"no advice for {one.row.id}"
            truth = made.draft.label if number % _WRONG_EVERY else Resolution.REFUND
            known = Outcome(
                case_id=one.row.id,
                cause="",
                y_resolution=Resolution(truth),
                label_known_at=clock.now() + timedelta(hours=1),
            )
            told.append(labelled(one.row, known))
        clock.move(hours=2)
        self.orders.submit(told)
        self.orders.work()

    def _reasons(self, kind: RunKind) -> None:
        """Let one kind of run reason about new cases, and nobody but the playbook take over."""
        world = self.orders.world
        settings = replace(world.parts.settings, reasoner=kind.value)
        made = open_reasoners(settings, world.parts.desks, world.clock, self.model)
        own = {key: one for key, one in made.procedures.items() if key[1] is kind}
        world.parts = replace(world.parts, reasoners=replace(made, procedures=own))

    def _settle(self) -> None:
        for _ in range(_ROUNDS):
            self.orders.work()
            waiting = {one for one, count in self.orders.world.statuses().items() if count}
            if not waiting & (OPEN - FOR_PEOPLE):
                return
            for _ in range(3):
                self.orders.world.clock.move(seconds=10)
                with self.orders.world.parts.store.begin() as unit:
                    unit.housekeeping.heartbeat("worker-1", START, self.orders.world.clock.now())
                    unit.commit()

    def _answers(self, pairs: Sequence[tuple[Script, Episode]]) -> None:
        """Let people say what the scripts want them to say, those that wait longer later."""
        for round_ in range(max(len(script.person) for script, _ in pairs)):
            due = [
                (script.person[round_], script, one)
                for script, one in pairs
                if len(script.person) > round_
            ]
            for minutes in sorted({answer.minutes for answer, _, _ in due}):
                self.orders.world.clock.move(minutes=minutes)
                for answer, script, one in due:
                    if answer.minutes == minutes:
                        self._answer(answer, script, one)
                self._settle()

    def _answer(self, answer: Answer, script: Script, one: Episode) -> None:
        world, case = self.orders.world, self.orders.case(one.row.id)
        if case.status is not CaseStatus.PENDING or case.recommendation_id is None:
            return
        if script.meanwhile == "refund":
            self._refund_by_hand(one.row.order_id)
        person = world.person("sonja", Role.OPERATOR, Role.SENIOR_OPERATOR)
        if answer.kind is DecisionKind.APPROVE:
            world.decide(case, person, answer.kind)
        else:
            world.decide(case, person, answer.kind, reason_code=answer.code, note=answer.note)

    def _refund_by_hand(self, order_id: str) -> None:
        last = self.orders.shop.payments(order_id)["payments"][-1]
        self.orders.shop.happen(
            "refund",
            order_id=order_id,
            payment_id=last["id"],
            amount_minor=last["captured_minor"],
            currency=last["currency"],
            to="original",
            reason="Paid back by the shop",
        )

    def _played(self, script: Script, one: Episode) -> Played:
        case, runs = self.orders.case(one.row.id), self.orders.world.parts.store.runs
        return Played(
            script=script,
            source_id=one.row.id,
            order_id=one.row.order_id,
            case=case,
            runs=tuple(runs.journal(run.id) for run in runs.runs_of(case.id)),
        )


@contextmanager
def open_stage(
    folder: Path,
    document: EnvelopeDocument | None = None,
    kinds: Sequence[RunKind] = (RunKind.WORKFLOW, RunKind.AGENT),
) -> Iterator[Stage]:
    """A desk with a history.

    Args:
        folder: Where files go.
        document: The envelope; by default one in which software does much alone.
        kinds: Runs whose confidence is earned.
    """
    change: Callable[[Desk], Desk] = with_envelope(document or models_alone())
    url = f"sqlite:///{folder / 'engine.db'}"
    with open_orders(folder, url, over_http=False, change=change) as orders:
        stage = Stage(orders=orders, staging=Staging(), model=ScriptedModel(scripts={}))
        assert list(orders.world.parts.desks) == [DESK]
        for kind in kinds:
            stage.earn(kind)
        orders.world.clock.at = START + _LATER
        yield stage


def models_alone() -> EnvelopeDocument:
    """Limits in which software does much alone, also on the advice of agents and workflows."""
    document = autonomy()
    earned_by = (OWN, RunKind.AGENT.value, RunKind.WORKFLOW.value)
    limits = document.limits.model_copy(update={"earned_by": earned_by})
    return document.model_copy(update={"limits": limits})


def mixed(scripts: Sequence[Script]) -> list[Script]:
    """Clean and failing scripts evenly among each other, in an order that is always the same."""
    clean = [one for one in scripts if one.mode is Mode.CLEAN]
    failing = [one for one in scripts if one.mode is not Mode.CLEAN]
    places = [(index / len(clean), 0, one) for index, one in enumerate(clean)]
    places += [(index / len(failing), 1, one) for index, one in enumerate(failing)]
    return [one for *_, one in sorted(places, key=lambda place: place[:2])]


def _surely(seen: Seen) -> Iterator[Said]:
    if "Names of what may be said" in seen.text:
        while True:
            yield honest(seen)
    yield proper(seen)


def _hardly(seen: Seen) -> Iterator[Said]:
    if "Names of what may be said" in seen.text:
        while True:
            yield honest(seen).replace('"confidence": 0.85', '"confidence": 0.3')
    yield proper(seen, confidence=0.3)
