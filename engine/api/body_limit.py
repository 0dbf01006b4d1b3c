"""BodyLimit: refuse request bodies that are too large before they fill the memory."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.api.problems import problem

TOO_LARGE = 413
INTAKE = "/cases"
"""End of the only path whose bodies may be long."""
SMALL = 1_000_000
"""Bytes, for every other path."""


class BodyLimit:
    """ASGI middleware; counts what arrives and does not trust Content-Length alone."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        """Wrap an application.

        Args:
            app: What answers requests.
            limit: Largest body in bytes.
        """
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413, or pass on with a counting `receive`."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit if scope["path"].endswith(INTAKE) else min(self._limit, SMALL)
        if _declared(scope) > limit:
            response = problem(TOO_LARGE, "CONTENT_TOO_LARGE", _words(limit))
            await response(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise HTTPException(TOO_LARGE, _words(limit))
            return message

        await self._app(scope, counted, send)


def _words(limit: int) -> str:
    return f"The body is larger than {limit / 1e6:g} MB; send it in parts."


def _declared(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
