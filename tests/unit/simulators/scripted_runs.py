"""Runs of the scripted model on cases of a simulated shop, played by a runtime of a few lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.desk import ReadMade
from engine.desks.orders.contracts import READ_CONTRACTS, WRITE_CONTRACTS
from engine.desks.orders.intake import OrderIntake
from engine.desks.orders.perceive import perceive
from engine.domain.fact import Fact
from engine.domain.model_call import ModelRequest
from engine.domain.run import RunKind, RunStep, facts_of
from engine.domain.run_moves import (
    Answered,
    Asked,
    AskModel,
    AskWrite,
    Finish,
    GiveUp,
    Made,
    ModelSaid,
    Move,
    Observation,
    Recommend,
    ToolReturned,
    UseTool,
    WriteAnswered,
)
from engine.reason.agent.judging import DeskWords
from engine.reason.agent.procedure import AgentProcedure
from engine.reason.brief import Brief, Procedure
from engine.simulators.orders.driver import Player, ShopInProcess
from engine.simulators.orders.trial import NoSink, ShopReads, case_of
from engine.simulators.orders.world import make_sample
from engine.simulators.scripted_model import ScriptedModel
from tests.unit.desks.orders_runs import DESK
from tests.unit.desks.orders_runs import PROCEDURE as WORKFLOW
from tests.unit.desks.shop_world import SetClock, ShopWorld
from tests.unit.simulators.playing import AFTER, START

AGENT = AgentProcedure(DeskWords(amount_problem=DESK.amount_problem, label=DESK.label_of))
SEED, CASES, MOST_STEPS = 3, 24, 60
Decide = Callable[[AskWrite], WriteAnswered]


def decided(answered: Answered, why: str = "for a reason") -> WriteAnswered:
    return WriteAnswered(answered=answered, by="ada", why=why, answer_id="a1")


@dataclass(frozen=True, kw_only=True)
class ShopCase:
    """A case with its facts, and the shop it can be read in."""

    signal: Any
    facts: tuple[Fact, ...]
    read: ShopReads

    def brief(self, kind: RunKind) -> Brief:
        """What a run is told: an agent all tools, a workflow those of its path."""
        reads, writes = tuple(READ_CONTRACTS.values()), tuple(WRITE_CONTRACTS.values())
        scope = WORKFLOW.scope(self.signal.case_type) if kind is RunKind.WORKFLOW else None
        if scope is not None:
            reads = tuple(one for one in reads if one.name in scope.reads)
            writes = tuple(one for one in writes if one.name in scope.writes)
        return Brief(
            case_id=case_of(self.signal).id,
            desk=DESK.name,
            case_type=self.signal.case_type,
            title=self.signal.title,
            goal=DESK.goal,
            constraints=(),
            signal=self.signal.payload,
            target=DESK.target_of(self.signal),
            facts=self.facts,
            reads=reads,
            writes=writes,
            at=max(one.observed_at for one in self.facts),
            seconds=0.0,
        )

    def saying(self, text: str) -> ShopCase:
        """The same with another message of the customer."""
        row = {**self.signal.payload, "customer_message": text}
        signal = replace(self.signal, payload=row)
        at = max(one.observed_at for one in self.facts)
        return replace(self, signal=signal, facts=tuple(perceive(signal, self.read, at)))


def cases_of(world: ShopWorld) -> list[ShopCase]:
    """All cases of a small simulated world, as they stand when the last one is raised."""
    world.clock = SetClock(AFTER)
    plan = make_sample(SEED, CASES, START, hours=24)
    sends = ShopInProcess(shop=world.shop)
    player = Player(seed=plan.seed, send=sends, sink=NoSink(), episodes=iter(plan.episodes))
    player.prepare(plan.prologue)
    player.advance(plan.episodes[-1].row.opened_at)
    read = ShopReads(shop=world.shop)
    signals = (OrderIntake().read(one.row.columns()).signal for one in plan.episodes)
    return [
        ShopCase(signal=one, facts=tuple(perceive(one, read, one.as_of)), read=read)
        for one in signals
    ]


@dataclass
class Played:
    """A run, move by move."""

    case: ShopCase
    kind: RunKind
    model: ScriptedModel
    decide: Decide = lambda move: decided(Answered.APPROVED)
    steps: list[RunStep] = field(default_factory=list)
    requests: list[ModelRequest] = field(default_factory=list)

    @property
    def writes(self) -> Sequence[AskWrite]:
        """The changes that it asked for."""
        return [one.move for one in self.steps if isinstance(one.move, AskWrite)]

    @property
    def reads(self) -> Sequence[str]:
        """The tools that it read."""
        return [one.move.tool for one in self.steps if isinstance(one.move, UseTool)]

    def to_its_end(self) -> Finish | GiveUp | Recommend:
        """Play it."""
        brief = self.case.brief(self.kind)
        procedure: Procedure = AGENT if self.kind is RunKind.AGENT else WORKFLOW
        for number in range(1, MOST_STEPS):
            move = procedure.next_move(brief, self.steps)
            if isinstance(move, Finish | GiveUp | Recommend):
                return move
            made, seen = self._performed(brief, move)
            self.steps.append(RunStep(number=number, move=made, observation=seen, at=brief.at))
        raise AssertionError(f"no end after {MOST_STEPS} steps")

    def _performed(self, brief: Brief, move: Move) -> tuple[Made, Observation]:
        match move:
            case AskModel():
                self.requests.append(move.request)
                said = ModelSaid(answer=self.model.ask(move.request))
                digest = move.request.digest.hex()
                asked = Asked(purpose=move.purpose, context=move.context, request_digest=digest)
                return asked, said
            case UseTool():
                return move, self._read(brief, move)
            case AskWrite():
                return move, self.decide(move)
        raise AssertionError(f"a script does not {move}")

    def _read(self, brief: Brief, move: UseTool) -> ToolReturned:
        result = self.case.read(move.tool, move.arguments)
        made = ReadMade(
            target=brief.target,
            tool=move.tool,
            arguments=move.arguments,
            result=result,
            known=(*brief.facts, *facts_of(self.steps)),
            at=brief.at,
        )
        return ToolReturned(result=result, facts=tuple(DESK.facts_of_read(made)))


def without_names(request: ModelRequest) -> ModelRequest:
    """A request as it is on the wire, where no block has a name."""
    return replace(
        request,
        system=tuple(replace(one, name="") for one in request.system),
        messages=tuple(
            replace(one, blocks=tuple(replace(block, name="") for block in one.blocks))
            for one in request.messages
        ),
    )
