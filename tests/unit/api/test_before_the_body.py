"""What is answered before a body is read: strangers, and bodies that are too long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from starlette.types import Message, Receive, Scope, Send

from engine.api.body_limit import SMALL, BodyLimit
from engine.api.token_first import TokenFirst
from engine.errors import NotSignedIn, StoreUnavailable

Check = Callable[[str], object]


def known(token: str) -> object:
    if token == "away":
        raise StoreUnavailable("The database is out of reach.")
    if token != "good":
        raise NotSignedIn("The token is unknown.")
    return token


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def answered(
    app: Callable[[Scope, Receive, Send], object], path: str = "/queue", **headers: str
) -> tuple[int, int]:
    """Status of the answer, and how often the body was asked for."""
    read, statuses = [], []

    async def receive() -> Message:
        read.append(1)
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "headers": [
            (name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()
        ],
    }
    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]  # both are coroutines
    return statuses[0], len(read)


@pytest.mark.parametrize(
    "sent", [{}, {"authorization": "Bearer bad"}, {"authorization": "Basic x"}]
)
def test_stranger_is_answered_without_being_read(sent: dict[str, str]) -> None:
    assert answered(TokenFirst(echo, known), **sent) == (401, 0)


@pytest.mark.parametrize("token", ["good", "away"])
def test_route_decides_about_everybody_else(token: str) -> None:
    assert answered(TokenFirst(echo, known), authorization=f"bearer {token}") == (200, 1)


def test_only_intake_takes_long_bodies() -> None:
    app, length = BodyLimit(echo, 5 * SMALL), str(2 * SMALL)
    assert answered(app, "/queue", content_length=length) == (413, 0)
    assert answered(app, "/api/v1/cases", content_length=length) == (200, 1)
