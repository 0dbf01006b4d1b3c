"""The shop over HTTP: one route a call, answers in JSON, errors as problem details (RFC 9457).

It checks, calls and answers; it decides nothing. Nothing of a request is ever logged.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engine.desks.orders.shop.access import Door, check_arguments
from engine.desks.orders.shop.arguments import OfKey
from engine.desks.orders.shop.bodies import checked, parse_arguments, read_body
from engine.desks.orders.shop.operations import Caller, Shop
from engine.desks.orders.shop.refusals import Code, Refused, status_of
from engine.desks.orders.shop.toolbox import (
    BOOKS,
    OPERATION_SCOPE,
    ORDER_DIGEST,
    PREVIEW_SCOPE,
    READS,
    WORLD,
    WRITES,
    ReadTool,
    WriteTool,
)
from engine.domain.canonical import Json
from engine.domain.credential import Claims, PermitKind

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]

BODY_LIMIT = 64_000
"""Bytes, of an engine's call."""
WORLD_BODY_LIMIT = 1_000_000
MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 1

_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_log = logging.getLogger(__name__)


def create_app(shop: Shop, door: Door) -> Starlette:
    """The application.

    Args:
        shop: Its database is prepared.
        door: Checks every credential.
    """
    calls = _Calls(shop, door)
    routes = [
        Route("/healthz", _healthz, methods=["GET"]),
        *(_route(f"/v1/{one.name}", "POST", calls.read(one)) for one in READS.values()),
        *(_route(f"/v1/{one.name}", "POST", calls.write(one)) for one in WRITES.values()),
        *(_route(f"/v1/{one.name}/preview", "POST", calls.preview(one)) for one in WRITES.values()),
        *(_route(_world_path(one), "POST", calls.write(one)) for one in WORLD.values()),
        _route("/v1/orders/{order_id}/digest", "GET", calls.get(ORDER_DIGEST)),
        _route("/v1/books", "GET", calls.get(BOOKS)),
        _route("/v1/operations/{key:path}", "GET", calls.operation),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _on_http_error})


class _Calls:
    """Makes the endpoint of each call."""

    def __init__(self, shop: Shop, door: Door) -> None:
        self._shop = shop
        self._door = door

    def read(self, tool: ReadTool) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            claims = self._admit(request, tool.name, tool.scope, PermitKind.READ)
            body = await read_body(request, BODY_LIMIT)

            def look() -> Json:
                return self._shop.read(tool, checked(tool.arguments, _arguments(claims, body)))

            return JSONResponse(await run_in_threadpool(look))

        return endpoint

    def get(self, tool: ReadTool) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            claims = self._admit(request, tool.name, tool.scope, PermitKind.READ)
            check_arguments(claims, request.path_params)
            arguments = checked(tool.arguments, request.path_params)
            return JSONResponse(await run_in_threadpool(self._shop.read, tool, arguments))

        return endpoint

    async def operation(self, request: Request) -> Response:
        claims = self._admit(request, "operation", OPERATION_SCOPE, PermitKind.READ)
        check_arguments(claims, request.path_params)
        checked(OfKey, request.path_params)
        key = request.path_params["key"]
        return JSONResponse(await run_in_threadpool(self._shop.operation, key))

    def write(self, tool: WriteTool) -> Endpoint:
        limit = WORLD_BODY_LIMIT if tool.kind == PermitKind.WORLD else BODY_LIMIT

        async def endpoint(request: Request) -> Response:
            claims = self._admit(request, tool.name, tool.scope, tool.kind)
            caller = Caller(
                key=_key(request),
                credential_id=claims.id,
                case_id=claims.case_id,
                if_match=_if_match(request),
            )
            body = await read_body(request, limit)

            def act() -> Response:
                arguments = checked(tool.arguments, _arguments(claims, body))
                answer = self._shop.write(tool, arguments, caller)
                headers = {"Idempotent-Replay": "true"} if answer.is_repeated else {}
                return Response(answer.text, media_type="application/json", headers=headers)

            return await run_in_threadpool(act)

        return endpoint

    def preview(self, tool: WriteTool) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            name = f"{tool.name}_preview"
            claims = self._admit(request, name, PREVIEW_SCOPE, PermitKind.READ)
            body = await read_body(request, BODY_LIMIT)

            def act() -> Json:
                arguments = checked(tool.arguments, _arguments(claims, body))
                return self._shop.preview(tool, arguments, _if_match(request))

            return JSONResponse(await run_in_threadpool(act))

        return endpoint

    def _admit(self, request: Request, tool: str, scope: str, kind: PermitKind) -> Claims:
        authorization = request.headers.get("authorization", "")
        return self._door.admit(authorization, tool=tool, scope=scope, kind=kind)


def problem(error: Refused) -> Response:
    """A refusal as a response, with the headers its status asks for."""
    status = status_of(error.code)
    headers = {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if error.code == Code.STORE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_AFTER_S)
    body = {
        "type": f"urn:countersign:shop:{error.code.lower().replace('_', '-')}",
        "title": status.phrase,
        "status": int(status),
        "detail": error.detail,
        "code": error.code,
        "retryable": error.code == Code.STORE_UNAVAILABLE,
        "facts": error.facts,
    }
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def _route(path: str, method: str, endpoint: Endpoint) -> Route:
    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refused as refused:
            if refused.code in (Code.OUTCOME_UNKNOWN, Code.STORE_UNAVAILABLE):
                _log.warning("%s: %s", path, refused.code)
            return problem(refused)
        except Exception as error:
            _log.error("%s: %s", path, _where(error))
            return problem(Refused(Code.INTERNAL, "The shop failed; ask by the key."))

    return Route(path, answered, methods=[method])


def _world_path(tool: WriteTool) -> str:
    return f"/{tool.name.replace('.', '/')}"


def _arguments(claims: Claims, body: bytes) -> Json:
    arguments = parse_arguments(body)
    check_arguments(claims, arguments)
    return arguments


def _key(request: Request) -> str:
    key = request.headers.get("idempotency-key", "")
    if not _KEY.fullmatch(key):
        raise Refused(
            Code.KEY_INVALID, "A write needs an Idempotency-Key of 1 to 200 visible characters."
        )
    return key


def _if_match(request: Request) -> str:
    return request.headers.get("if-match", "").strip().strip('"')


def _where(error: Exception) -> str:
    """Kind and place of an error; its words may repeat what was sent."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    line = f" in {trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{line}"


async def _healthz(request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _on_http_error(request: Request, error: Exception) -> Response:
    is_method = isinstance(error, HTTPException) and error.status_code == 405
    code = Code.METHOD_NOT_ALLOWED if is_method else Code.UNKNOWN_ROUTE
    return problem(Refused(code, "The shop has no such route."))
