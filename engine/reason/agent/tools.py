"""Tools of an agent: those of its desk as the model is offered them, and the two of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from engine.domain.canonical import canonical_text
from engine.domain.model_call import ModelTool
from engine.domain.tool import EffectClass, Strict, ToolContract
from engine.reason.brief import Brief
from engine.reason.checks import Grounds, Words
from engine.reason.schemas import called_schema, outlined, purpose

FINISH = "finish"
RECALL = "recall"
OTHERS = "alternatives"
"""Argument of every write under which other calls may be named."""
CASE_STEP = 0
"""`recall` of this step shows what came in."""

Outcome = Literal["done", "nothing_to_do", "needs_person"]


class FinishArguments(Strict):
    """End the run. Nothing is changed by it."""

    outcome: Outcome = Field(
        description="done: the goal is reached by what was carried out; nothing_to_do: the case "
        "needs no change; needs_person: somebody else has to decide."
    )
    summary: Words = Field(description="What was found and what was done, in two sentences.")


class RecallArguments(Strict):
    """Show an earlier result again, word for word."""

    step: Annotated[int, Field(ge=0, le=100_000)] = Field(
        description="Number of the step that gave it; 0 is what came in."
    )
    part: Annotated[int, Field(ge=1, le=100_000)] = Field(
        default=1, description="Which part of it, from 1, where it is too long for one."
    )


class OtherCall(Strict):
    """Another call that was thought of."""

    tool: Annotated[str, Field(min_length=1, max_length=200)]
    arguments: dict[str, Any]
    probability: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = Field(
        description="That this would have been the right one."
    )


class OtherCalls(Strict):
    """The other calls of a write."""

    alternatives: Annotated[list[OtherCall], Field(max_length=3)] = Field(default=[])


GROUND_NAMES = (*Grounds.model_fields, OTHERS)
"""Arguments of a write that are not the tool's."""

_EFFECTS: Mapping[EffectClass, str] = {
    EffectClass.READ: "It changes nothing.",
    EffectClass.REVERSIBLE: "It can be undone.",
    EffectClass.COMPENSABLE: "It can be made good, not undone.",
    EffectClass.IRREVERSIBLE: "It can never be undone.",
}


def offered(brief: Brief) -> tuple[ModelTool, ...]:
    """The tools of a window, always in the same order, so that they can be cached.

    Each says what it is for and the form of its own arguments. What is the same for all of them
    stands once, in the prompt: what a read and a change is, and the form of grounds; a preview
    takes what its change takes.
    """
    return offers(brief.reads, brief.writes)


def offers(reads: Iterable[ToolContract], writes: Iterable[ToolContract]) -> tuple[ModelTool, ...]:
    """These tools as the model is offered them, and the two of the agent."""
    changes = tuple(writes)
    previewed = {one.preview: one for one in changes if one.preview}
    return (
        *(_read(one, previewed) for one in reads),
        *map(_write, changes),
        _of_agent(RECALL, RecallArguments),
        _of_agent(FINISH, FinishArguments),
    )


def misnamed(brief: Brief) -> str:
    """What in the names of the desk's tools and arguments collides with the agent's; empty: none.

    A mistake of the desk's author; the conformance checks of a desk should not let it pass.
    """
    names = [one.name for one in (*brief.reads, *brief.writes)]
    twice = {name for name in names if names.count(name) > 1} | ({FINISH, RECALL} & set(names))
    if twice:
        return f"The tool name {min(twice)!r} is taken twice; rename the desk's tool."
    for one in brief.writes:
        if taken := set(GROUND_NAMES) & set(one.arguments.model_fields):
            text = f"{one.name} has an argument {min(taken)!r}, which grounds are given under"
            return f"{text}; rename the tool's argument."
    return ""


def comparable(arguments: Mapping[str, Any]) -> str:
    """Arguments as a model wrote them, as a text that is equal for equal ones; never fails."""
    try:
        return canonical_text(arguments)
    except (TypeError, ValueError, RecursionError):
        return f"no JSON: {sorted(str(name) for name in arguments)}"


def _read(contract: ToolContract, previewed: Mapping[str, ToolContract]) -> ModelTool:
    write = previewed.get(contract.name)
    if write is not None and write.arguments is contract.arguments:
        text = f"{contract.title}. Shows what {write.name} with these arguments would change."
        return ModelTool(name=contract.name, description=text, schema=outlined(contract.arguments))
    return ModelTool(
        name=contract.name,
        description=_description(contract, "Reads only."),
        schema=called_schema(contract.arguments),
    )


def _write(contract: ToolContract) -> ModelTool:
    own, grounds, others = (
        called_schema(contract.arguments),
        outlined(Grounds),
        outlined(OtherCalls),
    )
    schema = {
        **own,
        "properties": {
            **own.get("properties", {}),
            **grounds["properties"],
            **others["properties"],
        },
        "required": [*own.get("required", []), *grounds["required"]],
    }
    text = _description(contract, f"A change. {_EFFECTS[contract.effect_class]}")
    return ModelTool(name=contract.name, description=text, schema=schema)


def _description(contract: ToolContract, kind: str) -> str:
    return " ".join(one for one in (f"{contract.title}.", purpose(contract.arguments), kind) if one)


def _of_agent(name: str, arguments: type[Strict]) -> ModelTool:
    return ModelTool(name=name, description=purpose(arguments), schema=called_schema(arguments))
