"""Routes that only read: who I am, desks, cells, scores, ledger, decision log, traces, health."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from engine.api.access import Caller, OpenEngine
from engine.api.as_json import as_json
from engine.domain.actor import Person
from engine.service import rows

router = APIRouter(tags=["reading"])

Cursor = Annotated[str, Query(max_length=500, description="`next_cursor` of the part before.")]
Limit = Annotated[int, Query(ge=1, le=200)]
Text = Annotated[str, Query(max_length=200)]


@router.get("/me", response_model=Person, summary="Who the token stands for")
def read_me(person: Caller) -> JSONResponse:
    """The person in whose name this token acts."""
    return JSONResponse(as_json(person))


@router.get("/health", response_model=rows.Health, summary="Counts and signs of life")
def read_health(engine: OpenEngine, person: Caller) -> JSONResponse:
    """Cases by status, effects by result, unsealed ledger entries, worker, pauses."""
    return JSONResponse(as_json(engine.queries.health()))


@router.get("/desks", response_model=list[rows.DeskRow], summary="Desks")
def list_desks(engine: OpenEngine, person: Caller) -> JSONResponse:
    """The desks that run here, with their clocks."""
    return JSONResponse(as_json(engine.queries.desks()))


@router.get("/cells", response_model=list[rows.CellRow], summary="The envelope matrix")
def list_cells(engine: OpenEngine, person: Caller, desk: Text = "") -> JSONResponse:
    """Each cell's phase, limits and evidence."""
    return JSONResponse(as_json(engine.queries.cells(desk)))


@router.get("/scores", response_model=list[rows.CellScore], summary="The scorecard")
def list_scores(engine: OpenEngine, person: Caller, desk: Text = "") -> JSONResponse:
    """Measures by cell and data origin; shares as k of n with their 95 % interval."""
    return JSONResponse(as_json(engine.queries.scores(desk)))


@router.get("/traces", response_model=rows.Page[rows.TraceRow], summary="Runs")
def list_traces(
    engine: OpenEngine,
    person: Caller,
    desk: Text = "",
    text: Text = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> JSONResponse:
    """Runs, newest first."""
    page = engine.queries.traces(desk=desk, text=text, cursor=cursor, limit=limit)
    return JSONResponse(as_json(page))


@router.get("/ledger", response_model=rows.Page[rows.LedgerRow], summary="The ledger")
def list_ledger(
    engine: OpenEngine,
    person: Caller,
    stream: Text = "",
    kind: Text = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> JSONResponse:
    """Ledger entries, newest first."""
    page = engine.queries.ledger(stream=stream, kind=kind, cursor=cursor, limit=limit)
    return JSONResponse(as_json(page))


@router.get("/choices", response_model=rows.Page[rows.ChoiceRow], summary="The decision log")
def list_choices(
    engine: OpenEngine,
    person: Caller,
    text: Text = "",
    kind: Text = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> JSONResponse:
    """Every choice that was made, by whom, among which options, newest first."""
    page = engine.queries.choices(text=text, kind=kind, cursor=cursor, limit=limit)
    return JSONResponse(as_json(page))
