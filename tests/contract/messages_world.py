"""Requests and models for tests of the Messages API, over real HTTP and with the real client."""

import anthropic  # noqa: F401  # takes seconds, and no test is to pay for it

from engine.adapters.messages_api import MessagesAccess, MessagesApi
from engine.adapters.system import SystemClock
from engine.domain.model_call import (
    Message,
    ModelPrice,
    ModelRequest,
    ModelTool,
    Speaker,
    TextBlock,
)
from engine.ports import Clock, Model
from engine.testing.messages_server import MessagesServer

KEY = "sk-test-Ab3_9-never-shown"
MODEL = "claude-sonnet-5-5"
PRICE = ModelPrice(input=2_000_000, output=10_000_000, cache_read=100_000, cache_write=2_500_000)
LOOK = ModelTool(
    name="look_up_order",
    description="Reads an order.",
    schema={
        "type": "object",
        "properties": {"order_id": {"type": "string"}},
        "required": ["order_id"],
    },
)


def model_at(
    server: MessagesServer | str,
    *,
    timeout_s: float = 10.0,
    name: str = MODEL,
    key: str = KEY,
    clock: Clock | None = None,
    thinking: str = "between_tools",
) -> Model:
    access = MessagesAccess(
        url=server if isinstance(server, str) else server.url,
        key=key,
        model=name,
        thinking=thinking,
        timeout_s=timeout_s,
        price=PRICE,
    )
    return MessagesApi(access, clock or SystemClock())


def turn(text: str, *, is_cached: bool = False) -> Message:
    return Message(speaker=Speaker.USER, blocks=(TextBlock(text=text, is_cached=is_cached),))


def request(text: str = "What now?", *, policy: str = "Be brief.", **more: object) -> ModelRequest:
    """A question under a policy that is worth keeping."""
    given: dict[str, object] = {
        "system": (TextBlock(text=policy, is_cached=True),),
        "messages": (turn(text),),
        "max_tokens": 100,
    }
    return ModelRequest(**{**given, **more})  # type: ignore[arg-type]  # fields of tests' choice
