"""Moves of a run, and the observations that answer them, with their stored form."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from pydantic import TypeAdapter

from engine.domain.canonical import Json
from engine.domain.context import ContextEntry
from engine.domain.fact import Fact
from engine.domain.failure import FailureCode
from engine.domain.model_call import ModelAnswer, ModelRequest
from engine.domain.recommendation import Draft
from engine.domain.run_fault import RunFault

# --- moves: what a run does next -----------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class AskModel:
    """Ask the model; its answer is the observation."""

    purpose: str
    """The step of the path, or `next` of an agent."""
    request: ModelRequest
    context: tuple[ContextEntry, ...]
    """Tokens as estimated; they are made exact when the window has been counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """`AskModel` as a journal keeps it: the texts stand under the digests of the entries."""

    purpose: str
    context: tuple[ContextEntry, ...]
    """Tokens exact: together the counted window."""
    request_digest: str
    """SHA-256 of the request, in hex."""
    kind: Literal["asked"] = "asked"


@dataclass(frozen=True, kw_only=True, slots=True)
class UseTool:
    """Call a read tool now, under a read permit of its own."""

    tool: str
    arguments: dict[str, Any]
    use_id: str = ""
    """Of the model's request; empty where code asked."""
    kind: Literal["use_tool"] = "use_tool"


@dataclass(frozen=True, kw_only=True, slots=True)
class Recall:
    """Read again what an earlier step gave; nothing is called."""

    step: int
    use_id: str
    kind: Literal["recall"] = "recall"


@dataclass(frozen=True, kw_only=True, slots=True)
class AskWrite:
    """Put a call with an effect before policy; the run waits until it is known what came of it."""

    draft: Draft
    """The recommendation it becomes: one proposal with its grounds."""
    use_id: str
    kind: Literal["ask_write"] = "ask_write"


@dataclass(frozen=True, kw_only=True, slots=True)
class Recommend:
    """Hand over a recommendation; the run is at its end."""

    draft: Draft
    kind: Literal["recommend"] = "recommend"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finish:
    """Nothing more is to be done; the run is at its end."""

    summary: str
    kind: Literal["finish"] = "finish"


@dataclass(frozen=True, kw_only=True, slots=True)
class GiveUp:
    """The run cannot end well; the next reasoner takes over, or a person."""

    fault: RunFault
    why: str
    """For the person, in a sentence."""
    kind: Literal["give_up"] = "give_up"


Move = AskModel | UseTool | Recall | AskWrite | Recommend | Finish | GiveUp
"""What a procedure answers."""
Made = Asked | UseTool | Recall | AskWrite | Recommend | Finish | GiveUp
"""What stands in a journal."""


# --- observations: what came of it -----------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelSaid:
    """The model answered."""

    answer: ModelAnswer
    kind: Literal["model_said"] = "model_said"


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelFailed:
    """It did not, for good: it was asked again as often as is allowed."""

    fault: RunFault
    why: str
    kind: Literal["model_failed"] = "model_failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolReturned:
    """A read came through, or an earlier one was shown again."""

    result: Json
    facts: tuple[Fact, ...] = ()
    """What the desk takes from it."""
    kind: Literal["tool_returned"] = "tool_returned"


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolFailed:
    """A read did not come through, or is not allowed."""

    code: FailureCode
    why: str
    kind: Literal["tool_failed"] = "tool_failed"


class Answered(StrEnum):
    """What came of a write that an agent asked for."""

    EXECUTED = "EXECUTED"
    """Policy let it run, and it was read back as asked for."""
    APPROVED = "APPROVED"
    """A person approved; it ran, and was read back as asked for."""
    OVERRIDDEN = "OVERRIDDEN"
    """A person put another call in its place, and that ran."""
    REJECTED = "REJECTED"
    """A person said no."""
    FACT_GIVEN = "FACT_GIVEN"
    """A person asked for a fact, and somebody gave it."""
    TIMED_OUT = "TIMED_OUT"
    """Nobody answered in time: neither a yes nor a no."""
    DENIED = "DENIED"
    """Policy forbids it, to people too."""
    FAILED = "FAILED"
    """It was allowed, and did not do what was asked for; nothing of it stands."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteAnswered:
    """A write was decided, and where it was allowed it has run."""

    answered: Answered
    by: str
    """A person's sign-in name, or the rule."""
    why: str
    """The reason given, or the rules it broke."""
    result: Json = None
    answer_id: str = ""
    """What answered: a decision or an effect; a run takes each but once."""
    kind: Literal["write_answered"] = "write_answered"


Observation = ModelSaid | ModelFailed | ToolReturned | ToolFailed | WriteAnswered


_MADE: TypeAdapter[Made] = TypeAdapter(Made)
_OBSERVATION: TypeAdapter[Observation] = TypeAdapter(Observation)


def move_to_json(move: Made) -> Json:
    """The stored form of a move."""
    return _MADE.dump_python(move, mode="json")


def move_from_json(stored: Json) -> Made:
    """Read the form `move_to_json` writes."""
    return _MADE.validate_python(stored)


def observation_to_json(observation: Observation) -> Json:
    """The stored form of an observation."""
    return _OBSERVATION.dump_python(observation, mode="json")


def observation_from_json(stored: Json) -> Observation:
    """Read the form `observation_to_json` writes."""
    return _OBSERVATION.validate_python(stored)
