"""Routes of runs: start one beside a case, list and read them, put reasoners side by side."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime

from engine.api.access import Caller, OpenEngine
from engine.api.as_json import as_json
from engine.api.ask import Asking, asking
from engine.api.bodies import RepliedDone, RunBody
from engine.domain.case import Origin
from engine.domain.ids import CaseId, RunId
from engine.domain.run import RunKind, RunStatus
from engine.errors import InvalidRequest
from engine.service import requests, rows
from engine.service.comparison_rows import ComparisonRow, ComparisonSlice, Made, Models
from engine.service.run_rows import RunCard, RunFilter, RunRow

router = APIRouter(tags=["runs"])

Asked = Annotated[Asking, Depends(asking)]
Cursor = Annotated[str, Query(max_length=500, description="`next_cursor` of the part before.")]
Limit = Annotated[int, Query(ge=1, le=200)]
Text = Annotated[str, Query(max_length=200)]
Kinds = Annotated[list[RunKind] | None, Query(description="One or several; none: all.")]


def run_filter(
    desk: Text = "",
    kind: RunKind | None = None,
    status: RunStatus | None = None,
    is_shadow: bool | None = None,
    case_id: UUID | None = None,
) -> RunFilter:
    """Which runs of the list, from the query string."""
    return RunFilter(
        desk=desk,
        kind=kind,
        status=status,
        is_shadow=is_shadow,
        case_id=CaseId(case_id) if case_id else None,
    )


def comparison_slice(
    desk: Text = "",
    case_type: Text = "",
    kind: Kinds = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    made: Made = Made.BOTH,
    origin: Origin | None = None,
    models: Models | None = None,
) -> ComparisonSlice:
    """Which runs are compared, from the query string."""
    return ComparisonSlice(
        desk=desk,
        case_type=case_type,
        kinds=frozenset(kind or ()),
        since=since,
        until=until,
        made=made,
        origin=origin,
        models=models,
    )


@router.post("/cases/{case_id}/runs", response_model=RepliedDone, summary="Start a run")
def start_run(case_id: UUID, body: RunBody, asked: Asked) -> JSONResponse:
    """Let a reasoner look at a case beside its way; nothing it asks for is executed.
    `Idempotency-Key` is required here: the same key is one run, however often it arrives.
    """  # noqa: D205 - shown as one paragraph in the OpenAPI document
    if not asked.key:
        raise InvalidRequest("Send an Idempotency-Key, so that a repeated click begins one run.")
    request = requests.StartRun(
        case_id=CaseId(case_id), kind=body.kind, client_key=asked.client_key
    )
    return JSONResponse(asked.do(request))


@router.get("/runs", response_model=rows.Page[RunRow], summary="Runs")
def list_runs(
    engine: OpenEngine,
    person: Caller,
    which: Annotated[RunFilter, Depends(run_filter)],
    cursor: Cursor = "",
    limit: Limit = 50,
) -> JSONResponse:
    """Runs of reasoners, live and in shadow, newest first."""
    return JSONResponse(as_json(engine.queries.runs(which, cursor=cursor, limit=limit)))


@router.get("/runs/{run_id}", response_model=RunCard, summary="One run")
def read_run(run_id: UUID, engine: OpenEngine, person: Caller) -> JSONResponse:
    """A run step by step, with what stood in each of its windows and who took over."""
    return JSONResponse(as_json(engine.queries.run(RunId(run_id))))


@router.get("/comparison", response_model=ComparisonRow, summary="Reasoners side by side")
def read_comparison(
    engine: OpenEngine,
    person: Caller,
    which: Annotated[ComparisonSlice, Depends(comparison_slice)],
) -> JSONResponse:
    """Playbook, precedent, workflow and agent over a slice of runs. Real and simulated cases are
    never added up, nor are runs of a scripted model and of a real one.
    """  # noqa: D205 - shown as one paragraph in the OpenAPI document
    return JSONResponse(as_json(engine.queries.comparison(which)))
