"""Scripted messages: the scripted model as the brain of the local Messages API.

What stands in a request on the wire is all it sees, so whatever the form leaves out or changes on
the way is missing here as it would be for a real model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.domain.model_call import (
    Block,
    Message,
    ModelRequest,
    ModelTool,
    Speaker,
    TextBlock,
    ToolAnswer,
    ToolUse,
)
from engine.simulators.scripted_model import answer
from engine.testing.messages_server import Asked, Reply


def scripted(asked: Asked) -> Reply:
    """What the scripted model says to a request."""
    blocks = answer(request_of(asked.body))
    uses = any(isinstance(block, ToolUse) for block in blocks)
    return Reply(
        content=tuple(_sent(block) for block in blocks), stop="tool_use" if uses else "end_turn"
    )


def request_of(body: Mapping[str, Any]) -> ModelRequest:
    """A request as it is read off the wire; no block has a name there."""
    output = body.get("output_config", {}).get("format", {}).get("schema")
    return ModelRequest(
        system=tuple(TextBlock(text=one["text"]) for one in body.get("system", ())),
        messages=tuple(
            Message(speaker=Speaker(one["role"]), blocks=_read(one["content"]))
            for one in body["messages"]
        ),
        max_tokens=body["max_tokens"],
        tools=tuple(
            ModelTool(name=one["name"], description=one["description"], schema=one["input_schema"])
            for one in body.get("tools", ())
        ),
        output=output,
    )


def _read(content: Sequence[Mapping[str, Any]]) -> tuple[Block, ...]:
    return tuple(_block(one) for one in content)


def _block(one: Mapping[str, Any]) -> Block:
    match one["type"]:
        case "tool_use":
            return ToolUse(id=one["id"], name=one["name"], arguments=dict(one["input"]))
        case "tool_result":
            is_error = bool(one.get("is_error"))
            return ToolAnswer(id=one["tool_use_id"], text=one["content"], is_error=is_error)
    return TextBlock(text=one["text"])


def _sent(block: TextBlock | ToolUse) -> dict[str, Any]:
    if isinstance(block, TextBlock):
        return {"type": "text", "text": block.text}
    return {"type": "tool_use", "id": block.id, "name": block.name, "input": block.arguments}
