"""Tools of an agent: those of its desk as the model is offered them, and the two of its own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field

from engine.domain.canonical import canonical_text
from engine.domain.model_call import ModelTool
from engine.domain.tool import EffectClass, Strict, ToolContract
from engine.reason.brief import Brief
from engine.reason.checks import Grounds, Words

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

_BEYOND_SHAPE = frozenset(
    {"title", "description", "default", "pattern", "minLength", "maxLength", "minItems", "maxItems"}
)
_NONE: Mapping[str, Any] = MappingProxyType({})

_EFFECTS: Mapping[EffectClass, str] = {
    EffectClass.READ: "It only reads.",
    EffectClass.REVERSIBLE: "It can be undone.",
    EffectClass.COMPENSABLE: "It can be made good, not undone.",
    EffectClass.IRREVERSIBLE: "It can never be undone.",
}


def offered(brief: Brief) -> tuple[ModelTool, ...]:
    """The tools of a window, always in the same order, so that they can be cached."""
    return (
        *(_read(one) for one in brief.reads),
        *(_write(one) for one in brief.writes),
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


def _read(contract: ToolContract) -> ModelTool:
    text = f"{contract.title}. It only reads and is answered at once."
    return ModelTool(name=contract.name, description=text, schema=_own(contract.arguments))


def _write(contract: ToolContract) -> ModelTool:
    own, grounds, others = _own(contract.arguments), _short(Grounds), _short(OtherCalls)
    schema = {
        **own,
        "properties": {
            **own.get("properties", {}),
            **grounds["properties"],
            **others["properties"],
        },
        "required": [*own.get("required", []), *grounds["required"]],
    }
    text = (
        f"{contract.title}. It changes something: your call goes before policy, and you are told "
        f"what was decided. {_EFFECTS[contract.effect_class]}"
    )
    return ModelTool(name=contract.name, description=text, schema=schema)


def _of_agent(name: str, arguments: type[Strict]) -> ModelTool:
    text = (arguments.__doc__ or "").strip()
    return ModelTool(name=name, description=text, schema=_own(arguments))


@cache
def _own(arguments: type[Strict]) -> Mapping[str, Any]:
    """A schema as it is, without the titles that only repeat names."""
    return _without(arguments.model_json_schema(), frozenset({"title"}))


@cache
def _short(arguments: type[Strict]) -> Mapping[str, Any]:
    """A schema's shape alone: it stands in every write, and the prompt says what it means.

    Whatever is left out here is still checked when a call comes. Definitions are put where they are
    used, for beside a tool's own they may clash.
    """
    schema = arguments.model_json_schema()
    definitions = schema.pop("$defs", {})
    return _without(schema, _BEYOND_SHAPE, definitions)


def _without(
    schema: Mapping[str, Any], left_out: frozenset[str], put_in: Mapping[str, Any] = _NONE
) -> dict[str, Any]:
    """A schema without some of its keywords; names of properties are no keywords."""
    if "$ref" in schema and put_in:
        return _without(put_in[schema["$ref"].rsplit("/", 1)[1]], left_out, put_in)
    kept: dict[str, Any] = {}
    for name, value in schema.items():
        if name in ("properties", "$defs"):
            kept[name] = {one: _without(of, left_out, put_in) for one, of in value.items()}
        elif isinstance(value, dict) and name not in left_out:
            kept[name] = _without(value, left_out, put_in)
        elif name not in left_out:
            kept[name] = value
    return kept
