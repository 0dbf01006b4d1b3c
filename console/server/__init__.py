"""The web process: console, API, sign-in and signs of life behind one address.

`python -m console.server` runs it. No engine work happens here; the worker is a process of its own.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from console import navigation, session
from console.server import door_pages
from console.server.doors import LOOPBACK, Doors, page
from console.server.guard import (
    API_PREFIX,
    HEALTH_PATH,
    SecurityHeaders,
    SessionGuard,
    console_policy,
)
from engine.api.app import BODY_LIMIT, PREFIX, create_api
from engine.api.healthz import HealthCheck
from engine.api.problems import problem
from engine.errors import EngineError
from engine.service.engine import Engine

COLLECT_EVERY_S = 600.0
"""A full garbage collection on a timer, because it is off after each click."""

_SCRIPT = Path(__file__).resolve().parent.parent / "app.py"
_STREAMLIT_PAGE = Path(st.__file__).parent / "static" / "index.html"

REQUIRED: Mapping[str, Any] = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "type",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "global.developmentMode": False,
    # A browser drops what the server believes it kept when runs overlap; the page then stands.
    "global.minCachedMessageSize": 1e12,
    "logger.hideWelcomeMessage": True,  # the product says itself where it answers
    "runner.magicEnabled": False,
    "runner.postScriptGC": False,
    "server.enableAgentApi": False,
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "server.xsrfCookieSameSite": "strict",
}
"""Settings of Streamlit that hold wherever the process is started from."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where the process listens, and what people type to reach it."""

    host: str = "127.0.0.1"
    port: int = 8501
    public_url: str = ""


class OpenedOnce:
    """Opens the engine when it is first needed; tries again after a failure."""

    def __init__(self, open_engine: Callable[[], Engine]) -> None:
        """Open nothing yet."""
        self._open = open_engine
        self._engine: Engine | None = None
        self._lock = Lock()

    def __call__(self) -> Engine:
        """The one engine of this process."""
        if self._engine is None:
            with self._lock:
                if self._engine is None:
                    self._engine = self._open()
        return self._engine


def create_app(
    open_engine: Callable[[], Engine],
    *,
    now: Callable[[], datetime] | None = None,
    public_url: str = "",
    body_limit: int = BODY_LIMIT,
    host: str = "127.0.0.1",
) -> st.App:
    """Make the web application.

    Args:
        open_engine: Opens the engine; called once.
        now: The wall clock, aware UTC; the machine's by default.
        public_url: The address people type where a proxy stands in front.
        body_limit: Largest request body of the API in bytes.
        host: The address the process listens on.
    """
    opened = OpenedOnce(open_engine)
    clock = _Clock(now)
    doors = Doors(opened, public_url, host=host)
    check = HealthCheck(opened, clock)

    @asynccontextmanager
    async def lifespan(app: st.App) -> AsyncIterator[None]:
        _warm_up(opened, clock)
        collecting = asyncio.create_task(_collect_on_a_timer())
        yield
        collecting.cancel()

    api = create_api(opened, clock=clock, body_limit=body_limit)
    return st.App(
        _SCRIPT,
        lifespan=lifespan,
        routes=[*doors.routes(), *_api_routes(api, check), *_guessed_pages()],
        middleware=[
            Middleware(SecurityHeaders, console_policy=console_policy(_STREAMLIT_PAGE)),
            Middleware(SessionGuard, is_signed_in=doors.is_signed_in),
        ],
        exception_handlers={EngineError: _on_engine_error},
    )


def streamlit_settings(address: Address) -> dict[str, Any]:
    """All settings of Streamlit for this address: the theme's, the required ones, the address."""
    public_host = urlsplit(address.public_url).hostname
    settings = _theme() | dict(REQUIRED)
    settings |= {"server.address": address.host, "server.port": address.port}
    if address.public_url:
        settings["server.corsAllowedOrigins"] = [address.public_url.rstrip("/")]
    if address.host in LOOPBACK or public_host:  # else any name may lead here
        known = {*LOOPBACK, address.host, public_host or address.host}
        settings["server.allowedHosts"] = sorted(known)
    return settings


def serve(address: Address, *, body_limit: int = BODY_LIMIT) -> None:
    """Run the web process until it is told to stop."""
    from engine.bootstrap import open_engine

    app = create_app(
        open_engine, public_url=address.public_url, body_limit=body_limit, host=address.host
    )
    app.run(config=streamlit_settings(address))


class _Clock:
    """The wall clock, found when it is first asked."""

    def __init__(self, now: Callable[[], datetime] | None) -> None:
        self._now = now

    def now(self) -> datetime:
        if self._now is None:
            from engine.bootstrap import open_clock

            self._now = open_clock().now
        return self._now()


def _api_routes(api: Any, check: HealthCheck) -> list[BaseRoute]:
    def healthz(request: Request) -> Response:
        health = check()
        status = 200 if health.status == "ok" else 503
        return JSONResponse(health.model_dump(), status, {"Cache-Control": "no-store"})

    def no_such_api(request: Request) -> Response:
        return problem(404, "NOT_FOUND", f"The API is under {PREFIX}.")

    return [
        Route(HEALTH_PATH, healthz, methods=["GET"]),
        Mount(PREFIX, api),
        Route(API_PREFIX + "{rest:path}", no_such_api),
    ]


def _guessed_pages() -> list[BaseRoute]:
    """Addresses as people type them lead to the page that is meant; the first one is the root."""
    first = navigation.PAGES[0]
    return [
        Route(f"/{guess}", _to(navigation.address_of(page) if page is not first else ""))
        for page in navigation.PAGES
        for guess in sorted(navigation.guesses_of(page))
    ]


def _to(address: str) -> Callable[[Request], Response]:
    def lead(request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/{address}{query}", 307, {"Cache-Control": "no-store"})

    return lead


def _warm_up(opened: OpenedOnce, clock: _Clock) -> None:
    """Pay for imports and the first connection now instead of with the first visitor's time."""
    for name in ("pandas", "plotly.graph_objects", "console.navigation", "console.app"):
        import_module(name)
    with suppress(EngineError):  # /healthz and every page say it; it is tried again
        opened()
    session.wire(replace(session.current_wiring(), open_engine=opened, now=clock.now))
    gc.collect()
    gc.freeze()


async def _collect_on_a_timer() -> None:
    while True:
        await asyncio.sleep(COLLECT_EVERY_S)
        await asyncio.to_thread(gc.collect)


def _theme() -> dict[str, Any]:
    """The theme of `.streamlit/config.toml`, which Streamlit reads from the working folder only."""
    import tomllib

    file = _SCRIPT.parent.parent / ".streamlit" / "config.toml"
    if not file.is_file():
        return {}
    return dict(_dotted("theme", tomllib.loads(file.read_text("utf-8")).get("theme", {})))


def _dotted(prefix: str, table: Mapping[str, Any]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in table.items():
        path = f"{prefix}.{name}"
        found += _dotted(path, value) if isinstance(value, dict) else [(path, value)]
    return found


def _on_engine_error(request: Request, error: EngineError) -> Response:
    words = "The engine cannot answer now. Try again in a moment; its log says why."
    return page(door_pages.notice_page("Out of reach", words), 503)
