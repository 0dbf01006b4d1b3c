"""Unadvised: a case that gets no recommendation, or needs none any more."""

from __future__ import annotations

from engine.domain.actor import ENGINE, Actor
from engine.domain.canonical import Json
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.recommendation import recommended_by
from engine.domain.span import Choice, ChoiceKind
from engine.domain.transition import Transition
from engine.ports import Clock
from engine.runtime.marks import Marks


def without(
    case: Case,
    reasoner: str,
    marks: Marks,
    why: str,
    code: Attention = Attention.NO_RECOMMENDATION,
) -> Transition:
    """A case that goes to a person without a recommendation.

    Args:
        case: The case.
        reasoner: Who has none.
        marks: What it took; its clock says when.
        why: For the person.
        code: The same as a code.
    """
    after = case.moved(
        CaseStatus.PENDING,
        attention=code,
        attention_note=why,
        wake_at=None,
        recommendation_id=None,
        action_id=None,
        confidence=None,
        proposal="",
        run_id=None,
    )
    actor = Actor(decided_by=recommended_by(reasoner), name=reasoner)
    payload = {"recommendation": None, "why": why}
    return Transition(
        before=case,
        after=after,
        entries=(_entry(EventKind.CASE_REASONED, actor, payload, marks.clock),),
        spans=tuple(marks.spans),
        choices=(_nothing_chosen(reasoner, why, marks.clock),),
    )


def _nothing_chosen(reasoner: str, why: str, clock: Clock) -> Choice:
    return Choice(
        kind=ChoiceKind.RECOMMEND,
        at=clock.now(),
        decided_by=recommended_by(reasoner),
        decider=reasoner,
        chosen="no recommendation",
        grounds=why,
    )


def withdrawn(case: Case, marks: Marks) -> Transition:
    """A case whose target was resolved elsewhere."""
    payload = {"why": "the target was resolved elsewhere"}
    after = case.moved(CaseStatus.WITHDRAWN, wake_at=None, attention=None, attention_note="")
    return Transition(
        before=case,
        after=after,
        entries=(_entry(EventKind.CASE_WITHDRAWN, ENGINE, payload, marks.clock),),
        spans=tuple(marks.spans),
    )


def _entry(kind: EventKind, actor: Actor, payload: Json, clock: Clock) -> EntryDraft:
    return EntryDraft(kind=kind, actor=actor, at=clock.now(), payload=payload)
