"""Decision marks: what a decision leaves in ledger, trace and decision log."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.domain.actor import Actor, DecidedBy, Person
from engine.domain.canonical import Json
from engine.domain.case import Case
from engine.domain.case_status import CaseStatus
from engine.domain.decision import ANSWERS, Decision, DecisionKind
from engine.domain.ids import DecisionId
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.recommendation import Action, Recommendation
from engine.domain.span import Choice, ChoiceKind, Span, Stage
from engine.domain.transition import Record, Transition
from engine.service.engine import Done
from engine.service.phrases import a_role
from engine.service.requests import DecideCase


def person_of(decision: Decision) -> Actor:
    """The author of a decision."""
    return Actor(decided_by=DecidedBy.PERSON, name=decision.person)


def span_of(decision: Decision, words: str) -> Span:
    """The person's time on the case, as a span."""
    duration_us = (decision.time_to_decide_ms or 0) * 1000
    return Span(
        stage=Stage.PERSON,
        name=decision.kind.lower(),
        started_at=decision.decided_at - timedelta(microseconds=duration_us),
        duration_us=duration_us,
        decided_by=DecidedBy.PERSON,
        rule=decision.reason_code,
        outputs=words,
    )


def choice_of(decision: Decision, words: str) -> Choice:
    """The decision's line in the decision log."""
    return Choice(
        kind=ChoiceKind.DECIDE,
        at=decision.decided_at,
        decided_by=DecidedBy.PERSON,
        decider=decision.person,
        chosen=f"{decision.kind.lower()}: {words}",
        options=ANSWERS,
        grounds=f"{decision.reason_code} {decision.note}".strip(),
    )


def payload_of(decision: Decision, words: str) -> Json:
    """What the ledger says of a decision."""
    return {
        "decision": decision.id,
        "kind": decision.kind,
        "words": words,
        "reason": decision.reason_code,
        "note": decision.note,
        "seen": decision.has_seen_recommendation,
        "release_at": decision.release_at,
    }


def is_repeat(sent: Decision, request: DecideCase, person: Person) -> bool:
    """Whether a request says again what a person's decision said."""
    is_same = (sent.person_id, sent.case_id, sent.kind) == (
        person.id,
        request.case_id,
        request.kind,
    )
    return is_same and (not request.tool or dict(sent.arguments) == dict(request.arguments))


def decision_of(
    request: DecideCase,
    person: Person,
    case: Case,
    made: Recommendation | None,
    action: Action | None,
    *,
    decision_id: DecisionId,
    now: datetime,
    release_at: datetime,
) -> Decision:
    """The decision that a request amounts to."""
    return Decision(
        id=decision_id,
        case_id=case.id,
        recommendation_id=made.id if made else None,
        action_id=action.id if action else None,
        case_version=request.version,
        person_id=person.id,
        person=person.name,
        kind=request.kind,
        reason_code=request.reason_code,
        note=request.note,
        tool=action.tool if action else "",
        arguments=action.arguments if action else {},
        has_seen_recommendation=request.has_seen_recommendation,
        time_to_decide_ms=request.time_to_decide_ms,
        decided_at=now,
        release_at=release_at,
        origin=case.origin,
        first_by="",
        client_key=request.client_key,
    )


_EVENTS = {
    DecisionKind.ESCALATE: EventKind.CASE_ESCALATED,
    DecisionKind.ASK: EventKind.FACT_ASKED,
}


def transition_of(
    case: Case, after: Case, decision: Decision, words: str, records: tuple[Record, ...]
) -> Transition:
    """A decided case with everything the decision leaves behind."""
    entry = EntryDraft(
        kind=_EVENTS.get(decision.kind, EventKind.DECISION_TAKEN),
        actor=person_of(decision),
        at=decision.decided_at,
        payload=payload_of(decision, words),
    )
    return Transition(
        before=case,
        after=after,
        entries=(entry,),
        records=records,
        spans=(span_of(decision, words),),
        choices=(choice_of(decision, words),),
    )


def done_of(kind: DecisionKind, after: Case, was: CaseStatus | None = None) -> Done:
    """What is said of a decision; an approval of what `was` held is a release."""
    words = {
        DecisionKind.APPROVE: "Released." if was is CaseStatus.HELD else "Approved.",
        DecisionKind.OVERRIDE: "Your action was recorded.",
        DecisionKind.REJECT: "Rejected; nothing will be done.",
        DecisionKind.ESCALATE: f"Passed to {a_role(after.role)}.",
        DecisionKind.ASK: "The case waits for the answer.",
    }
    is_releasing = after.status is CaseStatus.RELEASING
    if after.status is CaseStatus.SECOND_PENDING:
        words[kind] = "Approved; it takes a second person to let it run."
    return Done(
        message=words[kind],
        case_id=after.id,
        version=after.version,
        take_back_until=after.wake_at if is_releasing else None,
    )
