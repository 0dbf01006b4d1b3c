"""BodyLimit: refuse request bodies that are too large before they fill the memory."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.api.problems import problem

TOO_LARGE = 413


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
        if _declared(scope) > self._limit:
            response = problem(TOO_LARGE, "CONTENT_TOO_LARGE", self._words())
            await response(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit:
                raise HTTPException(TOO_LARGE, self._words())
            return message

        await self._app(scope, counted, send)

    def _words(self) -> str:
        return f"The body is larger than {self._limit / 1e6:g} MB; send it in parts."


def _declared(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
