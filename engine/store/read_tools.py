"""A tool as people fill it in: its fields, what can be chosen in them, and who may choose it.

One that does not answer offers free text instead of its choices.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from engine.domain.actor import Role
from engine.domain.tool import Strict
from engine.errors import ToolError
from engine.ports import EffectTool
from engine.service.rows import ToolChoice


def tool_choice(tool: EffectTool, target: str, deciders: tuple[Role, ...] = ()) -> ToolChoice:
    """A tool with its fields and what can be chosen in them."""
    contract = tool.contract
    schema = _schema_of(contract.arguments)
    options = {name: _options(tool, name) for name in schema.get("properties", {})}
    return ToolChoice(
        tool=contract.name,
        title=contract.title,
        effect_class=contract.effect_class.value,
        schema=schema,
        options={name: values for name, values in options.items() if values},
        fixed={contract.target_argument: target} if contract.target_argument else {},
        deciders=deciders,
    )


@cache
def _schema_of(arguments: type[Strict]) -> Mapping[str, Any]:
    """Made once: anew for every tool of every card, they were a third of its time."""
    return arguments.model_json_schema()


def _options(tool: EffectTool, argument: str) -> tuple[str, ...]:
    try:
        return tool.options(argument)
    except ToolError:
        return ()
