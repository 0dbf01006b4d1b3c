"""Problems: every error of the API as RFC 9457 problem details, never repeating what was sent."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from engine.errors import (
    ConfigError,
    Conflict,
    EngineError,
    IntakeError,
    InvalidRequest,
    NotAllowed,
    NotFound,
    NotSignedIn,
    StoreUnavailable,
)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 1

_STATUS: tuple[tuple[type[EngineError], HTTPStatus], ...] = (
    (NotSignedIn, HTTPStatus.UNAUTHORIZED),
    (NotAllowed, HTTPStatus.FORBIDDEN),
    (NotFound, HTTPStatus.NOT_FOUND),
    (Conflict, HTTPStatus.CONFLICT),
    (InvalidRequest, HTTPStatus.UNPROCESSABLE_ENTITY),
    (IntakeError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (StoreUnavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (ConfigError, HTTPStatus.SERVICE_UNAVAILABLE),
)


class FieldError(BaseModel):
    """One field that is wrong."""

    pointer: str = Field(description="Where in the request, for example `/body/version`.")
    detail: str


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = Field(description="`urn:countersign:problem:` and the code in lower case.")
    title: str
    status: int
    detail: str = Field(description="One or two sentences for a person.")
    code: str = Field(description="The engine's stable code.")
    retryable: bool = Field(description="Whether the same request may succeed later.")
    facts: dict[str, Any] = Field(default={}, description="Values that explain it.")
    errors: list[FieldError] = Field(default=[], description="The fields that are wrong.")


RESPONSES: dict[int | str, dict[str, Any]] = {
    "default": {"description": "A problem.", "model": Problem}
}
"""What every route can answer instead, for the OpenAPI document."""


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    retryable: bool = False,
    facts: dict[str, Any] | None = None,
    errors: list[FieldError] | None = None,
) -> JSONResponse:
    """A problem as a response, with the headers its status asks for."""
    body = Problem(
        type=f"urn:countersign:problem:{code.lower().replace('_', '-')}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        retryable=retryable,
        facts=facts or {},
        errors=errors or [],
    )
    return JSONResponse(
        body.model_dump(exclude_defaults=True) | {"retryable": retryable},
        status_code=status,
        media_type=MEDIA_TYPE,
        headers=_headers(status),
    )


def problem_of(error: EngineError) -> JSONResponse:
    """The problem that an engine error is."""
    status = next(
        (status for kind, status in _STATUS if isinstance(error, kind)),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )
    plain = (str, int, float, bool)
    facts = {name: value for name, value in error.facts.items() if isinstance(value, plain)}
    return problem(status, error.code, error.message, retryable=error.retryable, facts=facts)


def install(app: FastAPI) -> None:
    """Answer every error of an application with problem details."""
    app.add_exception_handler(EngineError, _on_engine_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_unexpected)


def in_document(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document with the media type that problems really have."""
    for operations in document["paths"].values():
        for operation in operations.values():
            content = operation["responses"]["default"]["content"]
            content[MEDIA_TYPE] = content.pop("application/json", content.get(MEDIA_TYPE))
    return document


def _headers(status: int) -> dict[str, str]:
    if status == HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": "Bearer"}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": str(RETRY_AFTER_S)}
    return {}


def _on_engine_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, EngineError)
    return problem_of(error)


def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [
        FieldError(pointer="/" + "/".join(map(str, item["loc"])), detail=item["msg"])
        for item in error.errors()
    ]
    detail = "The request does not have the form this route takes; see errors."
    return problem(422, InvalidRequest.code, detail, errors=errors)


def _on_http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = HTTPStatus(error.status_code).name
    return problem(error.status_code, code, str(error.detail))


def _on_unexpected(request: Request, error: Exception) -> JSONResponse:
    return problem(500, "INTERNAL", "Something unexpected went wrong; the server's log has it.")
