"""A runtime of a few lines that plays an agent's run to its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from engine.domain.model_call import (
    ModelAnswer,
    ModelRequest,
)
from engine.domain.run import RunStep
from engine.domain.run_moves import (
    Answered,
    AskModel,
    AskWrite,
    Finish,
    GiveUp,
    Made,
    ModelSaid,
    Move,
    Observation,
    Recall,
    Recommend,
    ToolReturned,
    UseTool,
    WriteAnswered,
)
from engine.reason.agent.procedure import AgentProcedure
from engine.reason.brief import Brief
from tests.unit.reason.agent.agent_world import BRIEF, answered, asked

ModelScript = Callable[[ModelRequest, int], ModelAnswer]
"""Answers the n-th question, from 1."""


@dataclass
class Played:
    """Performs moves as the runtime does, and keeps every question."""

    model: ModelScript
    read: Callable[[UseTool], Observation]
    write: Callable[[AskWrite], WriteAnswered] = lambda move: answered(Answered.EXECUTED, "policy")
    brief: Brief = BRIEF
    procedure: AgentProcedure = field(default_factory=AgentProcedure)
    steps: list[RunStep] = field(default_factory=list)
    questions: list[AskModel] = field(default_factory=list)

    def to_its_end(self, most: int = 1_000) -> Finish | GiveUp:
        for number in range(1, most + 1):
            move = self.procedure.next_move(self.brief, self.steps)
            seen, made = self._performed(move)
            self.steps.append(RunStep(number=number, move=made, observation=seen, at=self.brief.at))
            if isinstance(move, Finish | GiveUp):
                return move
        raise AssertionError(f"the run is not at its end after {most} steps")

    def _performed(self, move: Move) -> tuple[Observation | None, Made]:
        match move:
            case AskModel():
                self.questions.append(move)
                return ModelSaid(answer=self.model(move.request, len(self.questions))), asked(move)
            case UseTool():
                return self.read(move), move
            case Recall():
                return ToolReturned(result=None), move
            case AskWrite():
                return self.write(move), move
            case Finish() | GiveUp() | Recommend():
                return None, move
