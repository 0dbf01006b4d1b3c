"""The HTTP API: one FastAPI application, mounted by the web process beside the console."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse

from engine.adapters.system import SystemClock
from engine.api import cases, controls, problems, reads, runs
from engine.api.access import Caller
from engine.api.bodies import Healthy
from engine.api.body_limit import BodyLimit
from engine.api.healthz import HealthCheck
from engine.api.replies import Replies
from engine.api.token_first import TokenFirst
from engine.ports import Clock
from engine.service.engine import Engine

PREFIX = "/api/v1"
BODY_LIMIT = 16_000_000
"""Bytes."""

_ABOUT = (
    "Send cases in, read the queue and decide. Every route but `/healthz` needs a bearer token "
    "and acts in its person's name, under the same rules as the console. Errors are problem "
    "details (RFC 9457). A POST with an `Idempotency-Key` is carried out once."
)


def create_api(
    open_engine: Callable[[], Engine],
    *,
    clock: Clock | None = None,
    body_limit: int = BODY_LIMIT,
) -> FastAPI:
    """Make the API.

    Args:
        open_engine: Gives the engine of this process; called for every request.
        clock: The wall clock, for signs of life.
        body_limit: Largest request body in bytes.
    """
    app = FastAPI(
        title="Countersign",
        version=_version(),
        description=_ABOUT,
        root_path_in_servers=False,
        servers=[{"url": PREFIX}],
        openapi_url=None,  # it needs a token too
        docs_url=None,
        redoc_url=None,
        responses=problems.RESPONSES,
    )
    app.state.open_engine = open_engine
    app.state.replies = Replies()
    app.add_middleware(BodyLimit, limit=body_limit)
    app.add_middleware(TokenFirst, check=lambda token: open_engine().person_of_token(token))
    problems.install(app)
    for module in (cases, controls, reads, runs):
        app.include_router(module.router)
    _add_own_routes(app, HealthCheck(open_engine, clock or SystemClock()))
    return app


def _add_own_routes(app: FastAPI, check: HealthCheck) -> None:
    app.state.health_check = check

    @app.get("/healthz", response_model=Healthy, tags=["open"], summary="Alive?")
    def healthz(response: Response) -> Healthy:
        """200 where the database answers, else 503; says whether a worker is alive."""
        health = check()
        response.status_code = 200 if health.status == "ok" else 503
        response.headers["Cache-Control"] = "no-store"
        return health

    @app.get("/openapi.json", include_in_schema=False)
    def openapi(person: Caller) -> JSONResponse:
        return JSONResponse(problems.in_document(app.openapi()))


def _version() -> str:
    try:
        return version("countersign")
    except PackageNotFoundError:  # run from a folder that was never installed
        return "0"


def openapi_document() -> dict[str, Any]:
    """The OpenAPI document, without a running engine."""

    def no_engine() -> Engine:
        raise RuntimeError("the document is made without an engine")

    return problems.in_document(create_api(no_engine).openapi())
