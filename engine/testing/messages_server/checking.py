"""Checking: what the API does not take, as its documentation has it for the default model. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.testing.messages_server.counting import count

_KNOWN = frozenset(
    {
        "cache_control", "max_tokens", "messages", "metadata", "model", "output_config",
        "stop_sequences", "stream", "system", "thinking", "tool_choice", "tools",
    }
)  # fmt: skip
_TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_THINKING = frozenset({"adaptive", "between_tools"})
_MOST_MARKS = 4
_SCHEMA_WORDS = frozenset(
    {
        "$defs", "$ref", "additionalProperties", "allOf", "anyOf", "const", "default",
        "description", "enum", "format", "items", "minItems", "properties", "required", "title",
        "type",
    }
)  # fmt: skip


class NotTaken(Exception):
    """The request is refused; the message says why."""


def check(body: Any, *, window: int, is_count: bool) -> None:
    """Look at a request.

    Args:
        body: As it came.
        window: Tokens that fit into the model's window.
        is_count: Whether only its tokens are to be counted.

    Raises:
        NotTaken: The API would refuse it.
    """
    for problem in _problems(body, is_count):
        raise NotTaken(problem)
    if (tokens := count(body)) > window:
        raise NotTaken(f"prompt is too long: {tokens} tokens > {window} maximum")


def _problems(body: Any, is_count: bool) -> Iterator[str]:
    if not isinstance(body, dict):
        yield "the body is no object"
    yield from (f"{name}: Extra inputs are not permitted" for name in sorted(set(body) - _KNOWN))
    if not isinstance(body.get("model"), str):
        yield "model: Field required"
    if not is_count and not (isinstance(body.get("max_tokens"), int) and body["max_tokens"] > 0):
        yield "max_tokens: Field required"
    yield from _turns(body.get("messages"))
    yield from _tools(body)
    yield from _marks(body)
    yield from _manner(body)


def _turns(turns: Any) -> Iterator[str]:
    if not isinstance(turns, list) or not turns:
        yield "messages: at least one message is required"
    asked: set[str] = set()
    for at, turn in enumerate(turns):
        if turn.get("role") not in ("user", "assistant"):
            yield f"messages.{at}.role: Input should be 'user' or 'assistant'"
        blocks = [block for block in turn["content"] if isinstance(block, Mapping)]
        yield from (
            f"messages.{at}: text content blocks must be non-empty"
            for block in blocks
            if block["type"] == "text" and not block["text"].strip()
        )
        answered = {block["tool_use_id"] for block in blocks if block["type"] == "tool_result"}
        if answered - asked:
            yield f"messages.{at}: unexpected `tool_use_id` found in `tool_result` blocks"
        if asked - answered:
            yield f"messages.{at}: `tool_use` ids were found without `tool_result` blocks after"
        asked = {block["id"] for block in blocks if block["type"] == "tool_use"}
    if turns[-1]["role"] == "assistant":
        yield "This model does not support assistant message prefill."


def _tools(body: Mapping[str, Any]) -> Iterator[str]:
    for at, tool in enumerate(body.get("tools", ())):
        if not _TOOL_NAME.fullmatch(tool["name"]):
            yield f"tools.{at}.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'"
        if tool["input_schema"].get("type") != "object":
            yield f"tools.{at}.input_schema.type: Field required"
    if body.get("tool_choice", {}).get("type") in ("any", "tool"):
        yield "tool_choice: forced tool use is not supported on this model"


def _marks(body: Mapping[str, Any]) -> Iterator[str]:
    turns: list[Any] = [body.get("tools", ()), body.get("system", ())]
    turns += [turn["content"] for turn in body["messages"]]
    marks = sum(
        "cache_control" in block for turn in turns for block in turn if isinstance(block, Mapping)
    )
    if marks > _MOST_MARKS:
        yield f"A maximum of 4 blocks with cache_control may be provided. Found {marks}."


def _manner(body: Mapping[str, Any]) -> Iterator[str]:
    thinking = body.get("thinking")
    if thinking is not None and thinking.get("type") not in _THINKING:
        yield f"thinking.type: {thinking.get('type')!r} is not supported on this model"
    form = body.get("output_config", {}).get("format")
    if form is not None:
        yield from _schema(form["schema"], "output_config.format.schema")


def _schema(schema: Mapping[str, Any], place: str) -> Iterator[str]:
    yield from (f"{place}: {word} is not supported" for word in sorted(set(schema) - _SCHEMA_WORDS))
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        yield f"{place}: for 'object' type, 'additionalProperties' must be false"
    inner: list[tuple[str, Mapping[str, Any]]] = [
        *((name, one) for name, one in schema.get("properties", {}).items()),
        *((name, one) for name, one in schema.get("$defs", {}).items()),
        *((str(at), one) for at, one in enumerate(_variants(schema))),
    ]
    if "items" in schema:
        inner.append(("items", schema["items"]))
    for name, one in inner:
        yield from _schema(one, f"{place}.{name}")


def _variants(schema: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return [*schema.get("anyOf", ()), *schema.get("allOf", ())]
