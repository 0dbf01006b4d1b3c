"""Model call: what a language model is asked, and what it answers.

Values only. What is put into the question is `reason`'s; how it travels is an adapter's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from engine.domain.canonical import Json, digest


class Speaker(StrEnum):
    """Who says a message."""

    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, kw_only=True, slots=True)
class TextBlock:
    """Text in a window or in an answer."""

    text: str
    name: str = ""
    """What it is in the context ledger (`goal`, `facts`); empty in an answer."""
    is_cached: bool = False
    """Whether everything up to here is the same in the next call, and worth keeping there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolUse:
    """A tool call that the model asks for."""

    id: str
    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolAnswer:
    """What came of a tool call, as the model is told."""

    id: str
    """Of the `ToolUse` it answers."""
    text: str
    is_error: bool = False
    name: str = ""
    """What it is in the context ledger."""


Block = TextBlock | ToolUse | ToolAnswer


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One turn of a window."""

    speaker: Speaker
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelTool:
    """A tool that the model may ask for."""

    name: str
    description: str
    schema: Mapping[str, Any]
    """JSON Schema of its arguments."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelRequest:
    """One question to a model: all it will see, and how much it may say."""

    system: tuple[TextBlock, ...]
    messages: tuple[Message, ...]
    max_tokens: int
    tools: tuple[ModelTool, ...] = ()
    must_use_tool: bool = False
    """Whether an answer without a tool call is of no use."""
    output: Mapping[str, Any] | None = None
    """JSON Schema that the text of the answer has to keep; None: any text."""

    @property
    def digest(self) -> bytes:
        """SHA-256 of everything the model sees."""
        return digest(_json(self))


class StopReason(StrEnum):
    """Why an answer ends."""

    END = "END"
    """The model has said what it had to say."""
    TOOL_USE = "TOOL_USE"
    """It waits for the tools it asked for."""
    MAX_TOKENS = "MAX_TOKENS"
    """It was cut at its limit; what it says is not whole."""
    REFUSAL = "REFUSAL"
    """It will not answer this."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenUsage:
    """Tokens of a call, as the model's server counts them."""

    input: int = 0
    """Read afresh: neither read from the cache nor written to it."""
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0

    def __add__(self, other: TokenUsage) -> TokenUsage:
        """Both together."""
        return TokenUsage(
            input=self.input + other.input,
            output=self.output + other.output,
            cache_read=self.cache_read + other.cache_read,
            cache_write=self.cache_write + other.cache_write,
        )

    @property
    def window(self) -> int:
        """Tokens of all that was put into the window, cached or not."""
        return self.input + self.cache_read + self.cache_write

    @property
    def total(self) -> int:
        """All tokens, in and out."""
        return self.window + self.output


_MILLION = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelPrice:
    """What a model costs, in micro-dollars a million tokens (3 USD a million are 3,000,000)."""

    input: int
    output: int
    cache_read: int
    cache_write: int

    @property
    def is_known(self) -> bool:
        """Whether anything costs anything; a cost of 0 is else no amount of money."""
        return any((self.input, self.output, self.cache_read, self.cache_write))

    def cost(self, usage: TokenUsage) -> int:
        """Micro-dollars of a call, rounded up."""
        sum_ = (
            usage.input * self.input
            + usage.output * self.output
            + usage.cache_read * self.cache_read
            + usage.cache_write * self.cache_write
        )
        return -(-sum_ // _MILLION)


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelAnswer:
    """What a model said to one request."""

    stop: StopReason
    blocks: tuple[TextBlock | ToolUse, ...]
    usage: TokenUsage
    model: str
    """The model that answered, as its server names it."""
    id: str = ""
    """The server's name for this answer; what its support asks for."""

    @property
    def text(self) -> str:
        """All it says in words."""
        return "".join(block.text for block in self.blocks if isinstance(block, TextBlock))

    @property
    def tool_uses(self) -> tuple[ToolUse, ...]:
        """The calls it asks for, in order."""
        return tuple(block for block in self.blocks if isinstance(block, ToolUse))


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelIdentity:
    """Which model answers, and what it takes."""

    name: str
    is_scripted: bool
    """A stand-in whose answers are written beforehand: it costs nothing and proves nothing."""
    price: ModelPrice = field(default=ModelPrice(input=0, output=0, cache_read=0, cache_write=0))
    manner: str = ""
    """How it is told to answer, beside what it is asked; empty: its own way."""

    def asking(self, procedure: str) -> str:
        """The identity or the version of a procedure, where this model is asked in its manner."""
        return f"{self.manner}.{procedure}" if self.manner else procedure


def _json(request: ModelRequest) -> Json:
    return {
        "system": [block.text for block in request.system],
        "messages": [
            {"speaker": one.speaker, "blocks": [_block(block) for block in one.blocks]}
            for one in request.messages
        ],
        "max_tokens": request.max_tokens,
        "tools": [
            {"name": tool.name, "description": tool.description, "schema": dict(tool.schema)}
            for tool in request.tools
        ],
        "must_use_tool": request.must_use_tool,
        "output": None if request.output is None else dict(request.output),
    }


def _block(block: Block) -> Json:
    match block:
        case TextBlock():
            return {"text": block.text}
        case ToolUse():
            return {"use": block.id, "name": block.name, "arguments": block.arguments}
        case ToolAnswer():
            return {"answer": block.id, "text": block.text, "is_error": block.is_error}
