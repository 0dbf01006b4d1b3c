"""Messages form: a request as the Messages API takes it, and its answer as the engine takes it.

Pure. How either travels, and what may go wrong on the way, is `messages_api`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from engine.domain.answer_limits import MOST_TOKENS, too_much
from engine.domain.canonical import Json
from engine.domain.model_call import (
    Block,
    ModelAnswer,
    ModelRequest,
    ModelTool,
    StopReason,
    TextBlock,
    TokenUsage,
    ToolAnswer,
    ToolUse,
)
from engine.errors import ModelRefused

MOST_MARKS = 4
"""Cache marks that a request may bear."""
DEFAULT_THINKING = "default"
"""Whatever the model does where it is not told."""

_STOPS = MappingProxyType(
    {
        "end_turn": StopReason.END,
        "stop_sequence": StopReason.END,
        "tool_use": StopReason.TOOL_USE,
        "max_tokens": StopReason.MAX_TOKENS,
        "model_context_window_exceeded": StopReason.MAX_TOKENS,
        "refusal": StopReason.REFUSAL,
    }
)
_CUT = frozenset({StopReason.MAX_TOKENS, StopReason.REFUSAL})
_MUTE = frozenset({"thinking", "redacted_thinking"})
"""Blocks that are nobody's answer; their tokens are among those of the output."""


class Unreadable(Exception):
    """An answer that is not of the form the API promises; the message says where."""


def window_of(request: ModelRequest, *, model: str, thinking: str) -> dict[str, Any]:
    """All that fills the window, as `messages.create` and `messages.count_tokens` take it.

    A tool call is never forced, also where the request cannot do without one: current models
    refuse a request that forces it. Whoever asked finds none in the answer, and asks anew.

    Args:
        request: What is asked.
        model: Name of the model.
        thinking: How it may think first, in the API's words; `default` leaves it to the model.

    Raises:
        ModelRefused: The schema of the answer is none that can be asked for.
    """
    window: dict[str, Any] = {
        "model": model,
        "messages": [
            {"role": one.speaker.value, "content": _content(one.blocks)} for one in request.messages
        ],
    }
    if system := _content(request.system):
        window["system"] = system
    if request.tools:
        window["tools"] = [_tool(tool) for tool in request.tools]
    if request.output is not None:
        window["output_config"] = {"format": _format(request.output)}
    if thinking != DEFAULT_THINKING:
        window["thinking"] = {"type": thinking}
    _keep_last_marks(window)
    return window


def answer_of(said: Json) -> ModelAnswer:
    """An answer of the API, whether it came at once or in pieces.

    An answer that was cut keeps its words alone: the last call it asks for may be cut as well.

    Args:
        said: The message as JSON.

    Raises:
        Unreadable: It is not of the form the API promises, or beyond what an answer may be.
    """
    stop = _STOPS.get(_text(said, "stop_reason"))
    if stop is None:
        raise Unreadable(f"it stops for the reason {said['stop_reason']!r}")
    blocks = [block for one in _list(said, "content") if (block := _block(one)) is not None]
    if stop in _CUT:
        blocks = [block for block in blocks if isinstance(block, TextBlock)]
    answer = ModelAnswer(
        stop=stop,
        blocks=tuple(blocks),
        usage=usage_of(_mapping(said, "usage")),
        model=_text(said, "model"),
        id=_text(said, "id"),
    )
    if stop is StopReason.TOOL_USE and not answer.tool_uses:
        raise Unreadable("it waits for tools and names none")
    if beyond := too_much(answer):
        raise Unreadable(beyond)
    return answer


def usage_of(said: Mapping[str, Any]) -> TokenUsage:
    """Tokens as the API counts them.

    Raises:
        Unreadable: They are no numbers, or larger than a call can come to.
    """
    return TokenUsage(
        input=_count(said, "input_tokens"),
        output=_count(said, "output_tokens"),
        cache_read=_count(said, "cache_read_input_tokens"),
        cache_write=_count(said, "cache_creation_input_tokens"),
    )


def told_usage(said: Json) -> TokenUsage:
    """Tokens of an answer that may be misshapen otherwise; none where it tells none."""
    try:
        return usage_of(_mapping(said, "usage"))
    except Unreadable:
        return TokenUsage()


def _content(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """Blocks of a turn; blank text, which the API refuses, is left out."""
    return [
        _sent(block)
        for block in blocks
        if not (isinstance(block, TextBlock) and not block.text.strip())
    ]


def _sent(block: Block) -> dict[str, Any]:
    match block:
        case TextBlock():
            mark = {"cache_control": {"type": "ephemeral"}} if block.is_cached else {}
            return {"type": "text", "text": block.text, **mark}
        case ToolUse():
            return {
                "type": "tool_use",
                "id": block.id,
                "name": block.name,
                "input": block.arguments,
            }
        case ToolAnswer():
            return {
                "type": "tool_result",
                "tool_use_id": block.id,
                "content": block.text,
                "is_error": block.is_error,
            }


def _tool(tool: ModelTool) -> dict[str, Any]:
    return {
        "name": tool.name,
        "description": tool.description,
        "input_schema": dict(tool.schema),
    }


def _format(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema in the part of JSON Schema that the API enforces.

    What it cannot enforce (lengths, ranges) becomes words in a description, so whoever asked still
    checks the answer against the whole schema.
    """
    from anthropic import transform_schema

    try:
        return {"type": "json_schema", "schema": transform_schema(dict(schema))}
    except (AssertionError, AttributeError, TypeError, ValueError) as error:
        why = str(error).splitlines()[:1]
    raise ModelRefused(f"The answer's schema cannot be asked for: {''.join(why)}")


def _keep_last_marks(window: Mapping[str, Any]) -> None:
    """Take off what is too many, from the front: a later mark keeps all before it as well."""
    turns = [window.get("system", []), *(one["content"] for one in window["messages"])]
    marked = [block for turn in turns for block in turn if "cache_control" in block]
    for block in marked[:-MOST_MARKS]:
        del block["cache_control"]


def _block(said: Json) -> TextBlock | ToolUse | None:
    kind = _text(said, "type")
    if kind in _MUTE:
        return None
    if kind == "text":
        return TextBlock(text=_text(said, "text"))
    if kind == "tool_use":
        arguments = dict(_mapping(said, "input"))
        return ToolUse(id=_text(said, "id"), name=_text(said, "name"), arguments=arguments)
    raise Unreadable(f"it has a block of the kind {kind!r}")


def _text(said: Json, name: str) -> str:
    found = said.get(name) if isinstance(said, Mapping) else None
    if not isinstance(found, str):
        raise Unreadable(f"{name} is missing or no text")
    return found


def _list(said: Json, name: str) -> list[Any]:
    found = said.get(name) if isinstance(said, Mapping) else None
    if not isinstance(found, list):
        raise Unreadable(f"{name} is missing or no list")
    return found


def _mapping(said: Json, name: str) -> Mapping[str, Any]:
    found = said.get(name) if isinstance(said, Mapping) else None
    if not isinstance(found, Mapping):
        raise Unreadable(f"{name} is missing or no object")
    return found


def _count(said: Mapping[str, Any], name: str) -> int:
    found = said.get(name)
    if found is None:
        return 0
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= MOST_TOKENS:
        raise Unreadable(f"{name} is no number of tokens")
    return found
