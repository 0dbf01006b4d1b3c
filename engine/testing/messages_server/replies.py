"""Replies: what the server is told to answer, and what a script may look at before it does.

A script is a list, taken in order, or a function of the request. Counting takes nothing from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from engine.domain.canonical import Json


class Tear(StrEnum):
    """What becomes of an answer on its way."""

    END = "end"
    """The stream ends in good order, before all has been said."""
    DROP = "drop"
    """The connection is closed."""
    RESET = "reset"
    """The connection is reset."""
    ERROR = "error"
    """The server says in the middle of a stream that it cannot go on."""
    GARBAGE = "garbage"
    """What comes is no JSON."""
    HANG = "hang"
    """Nothing more comes, and the connection stays."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """An answer."""

    content: tuple[Mapping[str, Json], ...]
    """Blocks, as the API has them."""
    stop: str = "end_turn"
    wait_s: float = 0.0
    """Before anything comes."""
    piece_s: float = 0.0
    """Between the events of a stream."""
    tear: Tear | None = None
    tear_after: int = 0
    """Events of a stream that are whole before; an answer at once is torn in its middle."""
    error: str = "overloaded_error"
    """What kind of error comes, where one does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """A status that is no answer."""

    status: int
    message: str = "It failed."
    retry_after: str = ""
    """The header, seconds or a date."""
    wait_s: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A request for an answer, as a script sees it."""

    number: int
    """Among the requests for answers, from 1."""
    body: Mapping[str, Any]
    key: str = field(repr=False)
    """What the caller showed; for scripts that are to repeat it."""

    @property
    def text(self) -> str:
        """All text of the window, system first."""
        turns = [self.body.get("system", ()), *(one["content"] for one in self.body["messages"])]
        return "\n".join(
            str(block.get("text") or block.get("content") or "") for turn in turns for block in turn
        )

    @property
    def tool_names(self) -> tuple[str, ...]:
        """Tools it may ask for."""
        return tuple(tool["name"] for tool in self.body.get("tools", ()))


Said: TypeAlias = Reply | Failure
Script: TypeAlias = Sequence[Said] | Callable[[Asked], Said]


def says(text: str, **more: Any) -> Reply:
    """Words."""
    return Reply(content=({"type": "text", "text": text},), **more)


def uses(
    tool: str, arguments: Mapping[str, Json], *, text: str = "", id: str = "toolu_1", **more: Any
) -> Reply:
    """A call of a tool, after some words where there are any."""
    call = {"type": "tool_use", "id": id, "name": tool, "input": dict(arguments)}
    words = ({"type": "text", "text": text},) if text else ()
    return Reply(content=(*words, call), stop="tool_use", **more)


def refuses(text: str = "", **more: Any) -> Reply:
    """The model will not answer."""
    words = ({"type": "text", "text": text},) if text else ()
    return Reply(content=words, stop="refusal", **more)


def is_cut(text: str, **more: Any) -> Reply:
    """Words that end at the limit of the answer."""
    return Reply(content=({"type": "text", "text": text},), stop="max_tokens", **more)


def fails(status: int, message: str = "It failed.", *, retry_after: str = "") -> Failure:
    """A status that is no answer; the kind of error follows from it."""
    return Failure(status=status, message=message, retry_after=retry_after)


def said_of(line: Mapping[str, Any]) -> Said:
    """A reply from a line of a script file: the fields of `Reply` or `Failure`, or `text` alone."""
    if "status" in line:
        return Failure(**line)
    fields = dict(line)
    if "text" in fields:
        fields["content"] = [{"type": "text", "text": fields.pop("text")}]
    if "tear" in fields:
        fields["tear"] = Tear(fields["tear"])
    return Reply(**{**fields, "content": tuple(fields["content"])})
