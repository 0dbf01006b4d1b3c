"""Routes of controls: the brakes, and envelopes. Signing an envelope stays with the console."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from engine.api.access import Caller, OpenEngine
from engine.api.as_json import as_json
from engine.api.ask import Asking, asking
from engine.api.bodies import EnvelopeBody, RepliedDone, ScopeBody
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


@router.get("/desks/{desk}/envelopes", response_model=list[rows.EnvelopeRow], summary="Versions")
def list_envelopes(desk: str, engine: OpenEngine, person: Caller) -> JSONResponse:
    """Versions of a desk's envelope, newest first."""
    return JSONResponse(as_json(engine.queries.envelopes(desk)))


@router.post("/envelopes", response_model=RepliedDone, summary="Propose an envelope")
def propose_envelope(body: EnvelopeBody, asked: Asked) -> JSONResponse:
    """Put forward a new version; somebody else activates it by signing."""
    request = requests.ProposeEnvelope(desk=body.desk, document=body.document, note=body.note)
    return JSONResponse(asked.do(request))
