"""Routes of controls: the brakes, and versions of documents. Signing one stays with the console."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from engine.api.access import Caller, OpenEngine
from engine.api.as_json import as_json
from engine.api.ask import Asking, asking
from engine.api.bodies import ProposalBody, RepliedDone, ScopeBody
from engine.domain.policy import PolicyKind
from engine.service import requests, rows

router = APIRouter(tags=["controls"])

Asked = Annotated[Asking, Depends(asking)]


@router.get("/pauses", response_model=list[str], summary="Brakes that are on")
def list_pauses(engine: OpenEngine, person: Caller) -> JSONResponse:
    """The scopes that are paused."""
    return JSONResponse(as_json(engine.queries.health().pauses))


@router.post("/pauses", response_model=RepliedDone, summary="Pause")
def pause(body: ScopeBody, asked: Asked) -> JSONResponse:
    """Stop new actions of a scope at once; what is in flight finishes and is recorded."""
    return JSONResponse(asked.do(requests.PauseScope(scope=body.scope, reason=body.reason)))


@router.post("/pauses/lift", response_model=RepliedDone, summary="Resume")
def resume(body: ScopeBody, asked: Asked) -> JSONResponse:
    """Let the actions of a paused scope run again."""
    return JSONResponse(asked.do(requests.ResumeScope(scope=body.scope, reason=body.reason)))


@router.get(
    "/desks/{desk}/versions/{kind}", response_model=list[rows.VersionRow], summary="Versions"
)
def list_versions(desk: str, kind: PolicyKind, engine: OpenEngine, person: Caller) -> JSONResponse:
    """Versions of a desk's envelope, guardrails or goals, newest first."""
    return JSONResponse(as_json(engine.queries.versions(desk, kind)))


@router.post("/versions", response_model=RepliedDone, summary="Propose a version")
def propose_version(body: ProposalBody, asked: Asked) -> JSONResponse:
    """Put forward a new version of a document; somebody else activates it by signing."""
    request = requests.ProposeVersion(
        kind=body.kind, desk=body.desk, document=body.document, note=body.note, over=body.over
    )
    return JSONResponse(asked.do(request))
