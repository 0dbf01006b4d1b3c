"""Runs of a workflow without a runtime: every move is performed at once and journaled."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from engine.desk import ReadMade
from engine.domain.canonical import Json, canonical_text, parse
from engine.domain.fact import Fact
from engine.domain.failure import FailureCode
from engine.domain.model_call import (
    ModelAnswer,
    ModelRequest,
    StopReason,
    TextBlock,
    TokenUsage,
)
from engine.domain.run import RunStep
from engine.domain.run_moves import (
    Asked,
    AskModel,
    Made,
    ModelFailed,
    ModelSaid,
    Move,
    Observation,
    ToolFailed,
    ToolReturned,
    UseTool,
    move_from_json,
    move_to_json,
    observation_from_json,
    observation_to_json,
)
from engine.errors import ToolError
from engine.ports import ReadTool
from engine.reason.brief import Brief
from engine.reason.workflow import WorkflowProcedure

MODEL = "test"
Answering = Callable[[str, ModelRequest], Json | ModelAnswer | ModelFailed]
"""What the model says to a step: a JSON value, or something it should not say."""
FactsOfRead = Callable[[ReadMade], Sequence[Fact]]


@dataclass(frozen=True)
class Ran:
    """A run that has come to its end."""

    last: Move
    steps: tuple[RunStep, ...]
    asked: tuple[AskModel, ...] = ()

    @property
    def purposes(self) -> list[str]:
        return [one.purpose for one in self.asked]

    @property
    def reads(self) -> list[str]:
        return [one.move.tool for one in self.steps if isinstance(one.move, UseTool)]


@dataclass
class Runner:
    """Performs the moves of one procedure."""

    procedure: WorkflowProcedure
    model: Answering
    read: ReadTool
    facts_of_read: FactsOfRead = lambda read: ()
    asked: list[AskModel] = field(default_factory=list)

    def run(self, brief: Brief) -> Ran:
        """Go on to the end; what is journaled is read back from its stored form."""
        steps: list[RunStep] = []
        while True:
            move = self.procedure.next_move(brief, steps)
            if not isinstance(move, AskModel | UseTool):
                return Ran(last=move, steps=tuple(steps), asked=tuple(self.asked))
            seen = self._performed(brief, steps, move)
            steps.append(
                RunStep(
                    number=len(steps) + 1,
                    move=move_from_json(parse(canonical_text(move_to_json(_made(move))))),
                    observation=observation_from_json(
                        parse(canonical_text(observation_to_json(seen)))
                    ),
                    at=brief.at,
                )
            )
            brief = replace(brief, seconds=brief.seconds + 0.1)

    def _performed(
        self, brief: Brief, steps: Sequence[RunStep], move: AskModel | UseTool
    ) -> Observation:
        if isinstance(move, AskModel):
            self.asked.append(move)
            said = self.model(move.purpose, move.request)
            if isinstance(said, ModelFailed):
                return said
            return ModelSaid(answer=said if isinstance(said, ModelAnswer) else saying(said))
        try:
            result = self.read(move.tool, move.arguments)
        except ToolError as error:
            return ToolFailed(code=FailureCode.READ_REFUSED, why=str(error))
        made = ReadMade(
            target=brief.target,
            tool=move.tool,
            arguments=move.arguments,
            result=result,
            known=self.procedure.facts(brief, steps),
            at=brief.at,
        )
        return ToolReturned(result=result, facts=tuple(self.facts_of_read(made)))


def _made(move: Move) -> Made:
    if not isinstance(move, AskModel):
        return move
    return Asked(
        purpose=move.purpose, context=move.context, request_digest=move.request.digest.hex()
    )


def saying(said: Json, **changes: Any) -> ModelAnswer:
    """An answer; a text as it is, anything else as JSON."""
    text = said if isinstance(said, str) else canonical_text(said)
    answer = ModelAnswer(
        stop=StopReason.END,
        blocks=(TextBlock(text=text),),
        usage=TokenUsage(input=900, output=100),
        model=MODEL,
    )
    return replace(answer, **changes)


def no_reads(name: str, arguments: Mapping[str, Any]) -> Json:
    """Nothing can be read."""
    raise ToolError("nothing can be read")


def cited(fact: str, strength: str = "strong") -> Json:
    return {"fact": fact, "why": "It shows that.", "strength": strength}


def grounds(*facts: str, confidence: float = 0.5, **changes: Any) -> dict[str, Json]:
    """Good grounds on some facts."""
    return {
        "because": "That is what the facts show.",
        "cites": [cited(one) for one in facts],
        "against": [],
        "missing": [],
        "confidence": confidence,
        **changes,
    }


def fact(name: str, value: Any, at: datetime, ttl_s: int | None = None) -> Fact:
    """A fact by its id."""
    where, _, source = name.rpartition("@")
    entity, _, attribute = where.rpartition(".")
    return Fact(
        entity=entity,
        attribute=attribute,
        value=value,
        source=source,
        observed_at=at,
        ttl_s=ttl_s,
    )


def block_of(request: ModelRequest, name: str) -> str:
    """The text of a block of a window by its name."""
    blocks = (
        *request.system,
        *(one for message in request.messages for one in message.blocks),
    )
    return next(one.text for one in blocks if isinstance(one, TextBlock) and one.name == name)


def rows_of(request: ModelRequest, name: str) -> list[str]:
    """The lines of data in a block, without its marks."""
    text = block_of(request, name)
    return text.partition(">\n")[2].rpartition("\n</data>")[0].split("\n")
