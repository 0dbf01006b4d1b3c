"""Decision marks: what a decision leaves in ledger, trace and decision log."""

from __future__ import annotations

from datetime import timedelta

from engine.domain.actor import Actor, DecidedBy, Person
from engine.domain.canonical import Json
from engine.domain.decision import Decision, DecisionKind
from engine.domain.span import Choice, ChoiceKind, Span, Stage
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
        options=tuple(DecisionKind),
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
