"""Ledger entries as plain sentences: one mapping over all kinds of event. No query lives here.

What an entry says comes from its payload, which may have been erased or tampered with; so every
part of it may be missing. The text in it may come from outside and is data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.domain.canonical import Json
from engine.domain.ledger import EventKind
from engine.domain.span import Stage
from engine.service.phrases import refusal_words
from engine.store import read_run_words as of_run
from engine.store import read_words as say
from engine.store.read_spoken import UNSPOKEN, Spoken
from engine.store.read_words import Payload


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """How one kind of entry is told."""

    stage: Stage
    says: Callable[[Payload], str]
    rule: Callable[[Payload], str] = lambda payload: ""
    """The rule under which it happened."""


def stage_of(kind: str) -> str:
    """The stage of a case's way in which such an entry is made; empty for an unknown kind."""
    event = _event(kind)
    return event.stage.value if event else ""


def rule_of(kind: str, payload: Json) -> str:
    """The rule under which it happened; empty where none is recorded."""
    event = _event(kind)
    return event.rule(payload) if event and isinstance(payload, dict) else ""


def sentence_of(kind: str, payload: Json, spoken: Spoken = UNSPOKEN) -> str:
    """An entry as one plain sentence.

    Args:
        kind: Its kind as stored.
        payload: Its payload; None where it was erased.
        spoken: What people call desks, tools and facts.
    """
    event = _event(kind)
    name = kind.replace("_", " ").capitalize()
    if event is None:
        return f"{name}: this version does not know such an entry."
    if payload is None:
        return f"{name}; what it said was erased."
    if not isinstance(payload, dict):
        return f"{name}; what it says cannot be read."
    return event.says(spoken.in_words(payload))


def _event(kind: str) -> Event | None:
    try:
        return EVENTS[EventKind(kind)]
    except ValueError:
        return None


_S = Stage
EVENTS: dict[EventKind, Event] = {
    EventKind.CASE_RECEIVED: Event(stage=_S.PERCEIVE, says=say.received),
    EventKind.SIGNAL_CHANGED: Event(
        stage=_S.PERCEIVE, says=lambda p: "The source sent it again with other content."
    ),
    EventKind.CASE_PERCEIVED: Event(stage=_S.PERCEIVE, says=say.perceived),
    EventKind.CASE_REASONED: Event(stage=_S.REASON, says=say.reasoned),
    EventKind.VERDICT_GIVEN: Event(stage=_S.GOVERN, says=say.verdict, rule=say.broken),
    EventKind.DECISION_TAKEN: Event(
        stage=_S.PERSON, says=say.decided, rule=lambda p: say.text(p, "reason", "")
    ),
    EventKind.DECISION_TAKEN_BACK: Event(
        stage=_S.PERSON, says=lambda p: "Took the decision back; nothing was done."
    ),
    EventKind.CASE_ESCALATED: Event(
        stage=_S.PERSON, says=say.escalated, rule=lambda p: say.text(p, "reason", "")
    ),
    EventKind.FACT_ASKED: Event(
        stage=_S.PERSON, says=say.asked, rule=lambda p: say.text(p, "reason", "")
    ),
    EventKind.FACT_PROVIDED: Event(
        stage=_S.PERSON, says=lambda p: f"Gave a fact: {say.text(p, 'attribute')}."
    ),
    EventKind.LOOK_ASKED: Event(
        stage=_S.PERSON, says=lambda p: "Asked for the case to be looked at again."
    ),
    EventKind.REVIEW_TIMED_OUT: Event(
        stage=_S.GOVERN, says=say.timed_out, rule=lambda p: "review deadline"
    ),
    EventKind.FACT_TIMED_OUT: Event(
        stage=_S.GOVERN,
        says=lambda p: f"No answer came in time to: {say.text(p, 'question')}",
        rule=lambda p: "answer deadline",
    ),
    EventKind.GRANT_MINTED: Event(
        stage=_S.ACT, says=say.minted, rule=lambda p: f"grant from {say.text(p, 'basis')}"
    ),
    EventKind.GRANT_REFUSED: Event(
        stage=_S.ACT, says=say.grant_refused, rule=lambda p: say.text(p, "code", "")
    ),
    EventKind.EFFECT_INTENDED: Event(stage=_S.ACT, says=say.intended),
    EventKind.EFFECT_RECORDED: Event(stage=_S.ACT, says=say.effect),
    EventKind.EFFECT_UNKNOWN: Event(stage=_S.ACT, says=say.unknown),
    EventKind.PREVIEW_READ: Event(
        stage=_S.PERSON,
        says=lambda p: f"Looked at what “{say.text(p, 'tool')}” would change; nothing was changed.",
    ),
    EventKind.UNDO_REQUESTED: Event(
        stage=_S.PERSON,
        says=lambda p: f"Asked for an undo: {say.text(p, 'undo')}.",
        rule=lambda p: say.text(p, "reason", ""),
    ),
    EventKind.EFFECT_UNDONE: Event(
        stage=_S.ACT, says=lambda p: "Put back, and reading it back shows so."
    ),
    EventKind.REPAIR_NEEDED: Event(stage=_S.ACT, says=say.repair),
    EventKind.REPAIR_SETTLED: Event(stage=_S.PERSON, says=say.settled),
    EventKind.CASE_CLOSED: Event(
        stage=_S.PERSON,
        says=lambda p: "Closed without an action.",
        rule=lambda p: say.text(p, "reason", ""),
    ),
    EventKind.CASE_WITHDRAWN: Event(
        stage=_S.LEARN, says=lambda p: f"Withdrawn: {say.text(p, 'why')}."
    ),
    EventKind.OUTCOME_RECORDED: Event(
        stage=_S.LEARN, says=say.outcome, rule=lambda p: f"label from {say.text(p, 'source')}"
    ),
    EventKind.ATTEMPT_REFUSED: Event(
        stage=_S.GOVERN, says=say.refused_attempt, rule=lambda p: say.text(p, "code", "")
    ),
    EventKind.VERSION_DRAFTED: Event(
        stage=_S.GOVERN, says=lambda p: f"{say.version(p)} was drafted."
    ),
    EventKind.VERSION_SIMULATED: Event(
        stage=_S.GOVERN, says=lambda p: f"{say.version(p)} was simulated on history."
    ),
    EventKind.VERSION_PROPOSED: Event(
        stage=_S.GOVERN, says=lambda p: f"{say.version(p)} was proposed: {say.text(p, 'note')}"
    ),
    EventKind.VERSION_WITHDRAWN: Event(
        stage=_S.GOVERN, says=lambda p: f"{say.version(p)} was withdrawn."
    ),
    EventKind.VERSION_ACTIVATED: Event(stage=_S.GOVERN, says=say.activated),
    EventKind.VERSION_ROLLED_BACK: Event(stage=_S.GOVERN, says=say.rolled_back),
    EventKind.WINDOW_OPENED: Event(
        stage=_S.GOVERN,
        says=lambda p: f"It runs unless somebody objects by {say.moment(p, 'closes_at')}.",
    ),
    EventKind.WINDOW_NOTICED: Event(
        stage=_S.PERSON, says=lambda p: f"The notice arrived: {say.text(p, 'by')}."
    ),
    EventKind.WINDOW_EXTENDED: Event(
        stage=_S.PERSON, says=lambda p: f"More time to object, until {say.moment(p, 'closes_at')}."
    ),
    EventKind.WINDOW_HELD: Event(stage=_S.PERSON, says=lambda p: f"Held: {say.text(p, 'reason')}"),
    EventKind.WINDOW_LAPSED: Event(
        stage=_S.GOVERN, says=lambda p: "The time to object is over; nobody did."
    ),
    EventKind.WINDOW_ESCALATED: Event(
        stage=_S.GOVERN,
        says=lambda p: (
            f"Passed to a person instead of running: {refusal_words(say.text(p, 'why'))}."
        ),
        rule=lambda p: say.text(p, "code", ""),
    ),
    EventKind.AUDIT_ANSWERED: Event(stage=_S.LEARN, says=say.audited),
    EventKind.RESUME_ASKED: Event(
        stage=_S.GOVERN,
        says=lambda p: (
            f"Asked to resume {say.text(p, 'scope')}, which takes two: {say.text(p, 'reason')}"
        ),
    ),
    EventKind.PAUSED: Event(
        stage=_S.GOVERN, says=lambda p: f"Paused {say.text(p, 'scope')}: {say.text(p, 'reason')}"
    ),
    EventKind.RESUMED: Event(
        stage=_S.GOVERN, says=lambda p: f"Resumed {say.text(p, 'scope')}: {say.text(p, 'reason')}"
    ),
    EventKind.MODEL_FITTED: Event(stage=_S.LEARN, says=say.fitted),
    EventKind.CALIBRATION_FITTED: Event(
        stage=_S.LEARN, says=lambda p: "The calibration of confidences was fitted anew."
    ),
    EventKind.PERSON_ADDED: Event(
        stage=_S.PERSON, says=lambda p: f"Made an account for {say.person(p)}"
    ),
    EventKind.PERSON_CHANGED: Event(stage=_S.PERSON, says=say.account_changed),
    EventKind.SIGNED_IN: Event(
        stage=_S.PERSON,
        says=lambda p: (
            "Somebody took the place of this simulated person."
            if p.get("persona")
            else "Signed in."
        ),
    ),
    EventKind.TOKEN_ISSUED: Event(
        stage=_S.PERSON,
        says=lambda p: (
            f"Token “{say.text(p, 'label')}” issued until {say.moment(p, 'expires_at')}."
        ),
    ),
    EventKind.RUN_BEGUN: Event(stage=_S.REASON, says=of_run.begun),
    EventKind.RUN_SUSPENDED: Event(stage=_S.REASON, says=of_run.suspended),
    EventKind.RUN_ANSWERED: Event(
        stage=_S.REASON, says=of_run.answered, rule=lambda p: say.text(p, "answered", "")
    ),
    EventKind.RUN_ENDED: Event(
        stage=_S.REASON, says=of_run.ended, rule=lambda p: say.text(p, "fault", "")
    ),
    EventKind.DEMONSTRATION_BEGUN: Event(
        stage=_S.GOVERN,
        says=lambda p: (
            "This database is a demonstration: everything in it is simulated, its people too. "
            f"Its history begins on {say.moment(p, 'begins_at')}."
        ),
    ),
}
"""Every kind of event as a sentence; a test holds that none is missing."""
