"""Events: an answer as the API streams it, one server-sent event after the other. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

PIECE = 8
"""Characters of text, or of a call's arguments, an event brings."""


def events_of(message: Mapping[str, Any]) -> Iterator[bytes]:
    """The events of a whole message.

    The usage of the beginning tells what went in; what came out is told at the end.
    """
    begun = {
        **message,
        "content": [],
        "stop_reason": None,
        "usage": {**message["usage"], "output_tokens": 1},
    }
    yield event({"type": "message_start", "message": begun})
    yield event({"type": "ping"})
    for index, block in enumerate(message["content"]):
        yield from _block(index, block)
    yield event(
        {
            "type": "message_delta",
            "delta": {"stop_reason": message["stop_reason"], "stop_sequence": None},
            "usage": {"output_tokens": message["usage"]["output_tokens"]},
        }
    )
    yield event({"type": "message_stop"})


def event(said: Mapping[str, Any]) -> bytes:
    """One event."""
    return f"event: {said['type']}\ndata: {json.dumps(said)}\n\n".encode()


def _block(index: int, block: Mapping[str, Any]) -> Iterator[bytes]:
    empty, deltas = _opened(block)
    yield event({"type": "content_block_start", "index": index, "content_block": empty})
    for delta in deltas:
        yield event({"type": "content_block_delta", "index": index, "delta": delta})
    yield event({"type": "content_block_stop", "index": index})


def _opened(block: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A block without what its pieces bring, and the pieces."""
    match block["type"]:
        case "text":
            return {**block, "text": ""}, _deltas("text_delta", "text", block["text"])
        case "thinking":
            thought = _deltas("thinking_delta", "thinking", block["thinking"])
            signed = {"type": "signature_delta", "signature": block.get("signature", "")}
            return {**block, "thinking": "", "signature": ""}, [*thought, signed]
        case "tool_use":
            given = block["input"]
            arguments = given if isinstance(given, str) else json.dumps(given)
            return {**block, "input": {}}, _deltas("input_json_delta", "partial_json", arguments)
    return dict(block), []


def _deltas(kind: str, name: str, text: str) -> list[dict[str, Any]]:
    return [{"type": kind, name: text[at : at + PIECE]} for at in range(0, len(text), PIECE)]
