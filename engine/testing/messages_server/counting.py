"""Counting: how many tokens this server says a request has. Pure.

A token is four bytes of UTF-8, a begun one counted whole. Every tool, block of text, call and
result has three more, and the request three; a call, a tool and the schema of the answer, which the
API tells the model before all else, are counted as their JSON. So the count of a request is that of
its parts, and the same text always counts the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PART_TOKENS = 3
_BYTES = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A piece of a window, as the API lines them up: form of the answer, tools, system, turns."""

    content: str
    """All that tells it from another."""
    tokens: int
    is_marked: bool
    """Whether a prefix of the window is to be kept that ends here."""


def tokens_of(text: str) -> int:
    """Tokens of a text."""
    return -(-len(text.encode()) // _BYTES)


def parts_of(body: Mapping[str, Any]) -> tuple[Part, ...]:
    """The parts of a request's window."""
    return tuple(_parts(body))


def count(body: Mapping[str, Any]) -> int:
    """Tokens of a request's whole window."""
    return PART_TOKENS + sum(part.tokens for part in parts_of(body))


def tokens_out(content: Sequence[Mapping[str, Any]]) -> int:
    """Tokens of an answer."""
    return max(sum(tokens_of(_text(block)) for block in content), 1)


def _parts(body: Mapping[str, Any]) -> Iterator[Part]:
    if form := body.get("output_config", {}).get("format"):
        yield _part("output", form)
    for tool in body.get("tools", ()):
        yield _part("tool", tool)
    for block in _blocks(body.get("system", ())):
        yield _part("system", block)
    for turn in body["messages"]:
        for block in _blocks(turn["content"]):
            yield _part(turn["role"], block)


def _part(place: str, block: Mapping[str, Any]) -> Part:
    plain = {name: value for name, value in block.items() if name != "cache_control"}
    return Part(
        content=f"{place} {_json(plain)}",
        tokens=PART_TOKENS + tokens_of(_text(plain)),
        is_marked=bool(block.get("cache_control")),
    )


def _blocks(content: Any) -> Sequence[Mapping[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _text(block: Mapping[str, Any]) -> str:
    match block.get("type"):
        case "text":
            return str(block["text"])
        case "thinking":
            return str(block["thinking"])
        case "tool_result" if isinstance(block["content"], str):
            return str(block["content"])
    return _json(block)


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
