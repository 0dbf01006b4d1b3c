"""Routes of cases: send in, list, look at, claim, decide, take back, undo, answer."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse

from engine.api.access import Caller, OpenEngine, Submitter
from engine.api.as_json import as_json
from engine.api.ask import Asking, asking
from engine.api.bodies import (
    CasesBody,
    ClaimBody,
    DecisionBody,
    FactBody,
    RepairBody,
    RepliedDone,
    UndoBody,
    VersionBody,
)
from engine.domain.actor import Role
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.ids import CaseId
from engine.errors import InvalidRequest
from engine.service import requests, rows
from engine.service.authority import waiting_for
from engine.service.engine import Submitted

router = APIRouter(prefix="/cases", tags=["cases"])

Asked = Annotated[Asking, Depends(asking)]
Cursor = Annotated[str, Query(max_length=500, description="`next_cursor` of the part before.")]
Limit = Annotated[int, Query(ge=1, le=200)]
Text = Annotated[str, Query(max_length=200)]


def queue_filter(
    desk: Text = "",
    attention: Attention | None = None,
    role: Role | None = None,
    text: Text = "",
    status: CaseStatus | None = None,
    claimed_by: Text = "",
) -> rows.QueueFilter:
    """Which cases of the queue, from the query string."""
    return rows.QueueFilter(
        desk=desk,
        attention=attention,
        roles=waiting_for(role) if role else frozenset(),
        text=text,
        status=status,
        claimed_by=claimed_by,
    )


@router.post("", response_model=Submitted, summary="Send cases in")
def submit_cases(body: CasesBody, person: Submitter, asked: Asked) -> JSONResponse:
    """Each row goes in once per source and id; bad rows are rejected one by one (`line` 1 is the
    first row) and the rest go in, so sending the same again is safe.
    """  # noqa: D205 - shown as one paragraph in the OpenAPI document

    def submit() -> dict[str, object]:
        submitted = asked.engine.submit(
            body.desk,
            body.numbered(),
            origin=body.origin,
            is_replay=body.replay,
            submitted_by=person.name,
        )
        answer: dict[str, object] = as_json(submitted)
        return answer

    return JSONResponse(asked.once(body, submit))


@router.get("", response_model=rows.Page[rows.QueueRow], summary="The queue")
def list_cases(
    engine: OpenEngine,
    person: Caller,
    which: Annotated[rows.QueueFilter, Depends(queue_filter)],
    cursor: Cursor = "",
    limit: Limit = 50,
) -> JSONResponse:
    """Cases that wait for a person, the most pressing first."""
    return JSONResponse(as_json(engine.queries.queue(which, cursor=cursor, limit=limit)))


@router.get("/{case_id}", response_model=rows.CaseCard, summary="One case")
def read_case(case_id: UUID, engine: OpenEngine, person: Caller) -> JSONResponse:
    """Everything about one case; its `row.version` goes into what you ask for next."""
    return JSONResponse(as_json(engine.queries.card(CaseId(case_id))))


@router.get("/{case_id}/trace", response_model=list[rows.SpanRow], summary="Trace of a case")
def read_trace(case_id: UUID, engine: OpenEngine, person: Caller) -> JSONResponse:
    """What each stage did, and who or what decided."""
    return JSONResponse(as_json(engine.queries.spans(CaseId(case_id))))


@router.post("/{case_id}/claim", response_model=RepliedDone, summary="Claim a case")
def claim_case(case_id: UUID, body: ClaimBody, asked: Asked) -> JSONResponse:
    """Take a case to work on it, or renew the claim; fails on somebody else's claim."""
    request = requests.ClaimCase(case_id=CaseId(case_id), draft=body.draft)
    return JSONResponse(asked.do(request))


@router.delete("/{case_id}/claim", response_model=RepliedDone, summary="Give a case back")
def release_claim(case_id: UUID, asked: Asked) -> JSONResponse:
    """End one's own claim."""
    return JSONResponse(asked.do(requests.ReleaseClaim(case_id=CaseId(case_id))))


@router.post("/{case_id}/decisions", response_model=RepliedDone, summary="Decide a case")
def decide_case(case_id: UUID, body: DecisionBody, asked: Asked) -> JSONResponse:
    """Approve, override, reject, escalate or ask. `Idempotency-Key` is required here: the same
    key is one decision, however often it arrives.
    """  # noqa: D205 - shown as one paragraph in the OpenAPI document
    if not asked.key:
        raise InvalidRequest("Send an Idempotency-Key, so that a repeated click decides once.")
    request = requests.DecideCase(
        case_id=CaseId(case_id), client_key=asked.client_key, **dict(body)
    )
    return JSONResponse(asked.do(request))


@router.post("/{case_id}/take-back", response_model=RepliedDone, summary="Take a decision back")
def take_back(case_id: UUID, body: VersionBody, asked: Asked) -> JSONResponse:
    """Take back one's own decision before it is released."""
    request = requests.TakeBackDecision(case_id=CaseId(case_id), version=body.version)
    return JSONResponse(asked.do(request))


@router.post("/{case_id}/undo", response_model=RepliedDone, summary="Undo an effect")
def undo_effect(case_id: UUID, body: UndoBody, asked: Asked) -> JSONResponse:
    """Put back what the last effect of the case changed, and verify it."""
    request = requests.UndoEffect(case_id=CaseId(case_id), version=body.version, reason=body.reason)
    return JSONResponse(asked.do(request))


@router.post("/{case_id}/facts", response_model=RepliedDone, summary="Answer what was asked")
def provide_fact(case_id: UUID, body: FactBody, asked: Asked) -> JSONResponse:
    """Give the fact that the case waits for."""
    request = requests.ProvideFact(
        case_id=CaseId(case_id),
        version=body.version,
        attribute=body.attribute,
        value=body.value,
    )
    return JSONResponse(asked.do(request))


@router.post("/{case_id}/look-again", response_model=RepliedDone, summary="Look at it again")
def look_again(case_id: UUID, body: VersionBody, asked: Asked) -> JSONResponse:
    """Have a case that waits for a person read anew; what people told is kept."""
    request = requests.LookAgain(case_id=CaseId(case_id), version=body.version)
    return JSONResponse(asked.do(request))


@router.post("/{case_id}/repair", response_model=RepliedDone, summary="Settle a repair")
def settle_repair(case_id: UUID, body: RepairBody, asked: Asked) -> JSONResponse:
    """Say whether what was done stands; the case is done if all of its plan is."""
    request = requests.SettleRepair(
        case_id=CaseId(case_id), version=body.version, is_done=body.is_done, note=body.note
    )
    return JSONResponse(asked.do(request))
