"""TokenFirst: whoever has no token gets an answer before any of their body is read."""

from __future__ import annotations

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.api.problems import problem
from engine.errors import EngineError, NotSignedIn

UNAUTHORIZED = 401
_WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_SCHEME = b"bearer "


class TokenFirst:
    """ASGI middleware; the routes ask for the person of the token all the same."""

    def __init__(self, app: ASGIApp, check: Callable[[str], object]) -> None:
        """Wrap an application.

        Args:
            app: What answers requests.
            check: Raises `NotSignedIn` for a token that stands for nobody.
        """
        self._app = app
        self._check = check

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401, or pass on."""
        if scope["type"] == "http" and scope["method"] in _WITH_BODY:
            try:
                await run_in_threadpool(self._check, _token(scope))
            except NotSignedIn as error:
                response = problem(UNAUTHORIZED, error.code, error.message)
                await response(scope, receive, send)
                return
            except EngineError:
                pass  # the route meets it too, and says it better
        await self._app(scope, receive, send)


def _token(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"authorization" and value.lower().startswith(_SCHEME):
            return str(value[len(_SCHEME) :].decode("latin-1").strip())
    raise NotSignedIn("Send a bearer token: Authorization: Bearer <token>.")
