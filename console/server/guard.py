"""Guard: nothing of the console is served to somebody who is not signed in.

Closed unless listed: whatever Streamlit serves is behind the session, its web socket included,
but for its fixed assets and its liveness check. The API checks its own tokens.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from re import DOTALL, finditer
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.server import door_pages
from console.server.doors import PERSONA_PATH, SET_UP_PATH, SIGN_OUT_PATH, page
from console.session import COOKIE, SIGN_IN_PATH
from engine.errors import EngineError

HEALTH_PATH = "/healthz"
API_PREFIX = "/api/"

_OPEN_PATHS = frozenset(
    {SIGN_IN_PATH, SIGN_OUT_PATH, SET_UP_PATH, PERSONA_PATH, HEALTH_PATH}
    | {"/_stcore/health", "/_stcore/host-config", "/favicon.png", "/favicon.ico"}
)
_OPEN_PREFIXES = (API_PREFIX, "/static/")
_POLICY_VIOLATION = 1008

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class SessionGuard:
    """ASGI middleware that asks for a session before anything else answers."""

    def __init__(self, app: ASGIApp, is_signed_in: Callable[[str], Awaitable[bool]]) -> None:
        """Wrap an application.

        Args:
            app: What answers people who are signed in.
            is_signed_in: Whether a session token stands for somebody.
        """
        self._app = app
        self._is_signed_in = is_signed_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or show the way in."""
        if scope["type"] == "lifespan" or is_open(scope["path"]):
            await self._app(scope, receive, send)
            return
        asked = HTTPConnection(scope)
        try:
            is_known = await self._is_signed_in(asked.cookies.get(COOKIE, ""))
        except EngineError as error:
            await _refuse(scope, receive, send, PlainTextResponse(error.message, 503))
            return
        if is_known:
            await self._app(scope, receive, send)
        else:
            await _refuse(scope, receive, send, _way_in(asked))


class SecurityHeaders:
    """ASGI middleware that adds the headers every answer carries."""

    def __init__(self, app: ASGIApp, console_policy: str) -> None:
        """Wrap an application.

        Args:
            app: What answers.
            console_policy: Content security policy of the console's own pages.
        """
        self._app = app
        self._console_policy = console_policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with headers added to the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", self._console_policy)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def is_open(path: str) -> bool:
    """Whether a path is answered without a session."""
    return path in _OPEN_PATHS or path.startswith(_OPEN_PREFIXES)


def console_policy(index: Path) -> str:
    """The content security policy of Streamlit's page: nothing from anywhere else.

    Its inline scripts are allowed by their hashes, as they stand in the installed page; `blob:` is
    how it loads the scripts of the console's own components.
    """
    found = finditer(r"<script>(.*?)</script>", index.read_text("utf-8"), DOTALL)
    hashes = " ".join(f"'sha256-{_hash(match.group(1))}'" for match in found)
    return (
        f"default-src 'self'; script-src 'self' blob: 'wasm-unsafe-eval' {hashes}; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "connect-src 'self'; worker-src 'self' blob:; media-src 'self' blob:; object-src 'none'; "
        "form-action 'self'; base-uri 'self'; frame-src 'self'; frame-ancestors 'none'"
    )


def _hash(script: str) -> str:
    return b64encode(sha256(script.encode()).digest()).decode()


def _way_in(asked: HTTPConnection) -> Response:
    if asked.scope["type"] == "websocket" or "text/html" not in asked.headers.get("accept", ""):
        return PlainTextResponse("Sign in first.", 401, {"Cache-Control": "no-store"})
    if asked.headers.get("sec-fetch-site") == "cross-site":
        return page(door_pages.come_again_page())
    wanted = asked.url.path + (f"?{asked.url.query}" if asked.url.query else "")
    target = "" if wanted == "/" else f"?next={quote(wanted, safe='')}"
    return RedirectResponse(SIGN_IN_PATH + target, 303, {"Cache-Control": "no-store"})


async def _refuse(scope: Scope, receive: Receive, send: Send, response: Response) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
    else:
        await response(scope, receive, send)
