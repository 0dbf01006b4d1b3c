"""Failures are read off transitions: which steps failed, and which code each gets."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from engine.domain.actor import ENGINE, Actor, DecidedBy
from engine.domain.case import Attention, Case, Origin
from engine.domain.case_status import CaseStatus
from engine.domain.effect import Effect, EffectStatus
from engine.domain.failed_steps import LONGEST_NOTE, entries_with, failed_steps, interrupted
from engine.domain.failure import FailureCode
from engine.domain.ids import ActionId, CaseId, EffectId, GrantId
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.span import Span, Stage
from engine.domain.transition import EffectChanged, Transition
from engine.errors import ToolUnavailable

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
ANN = Actor(decided_by=DecidedBy.PERSON, name="ann")
S, A, C = CaseStatus, Attention, FailureCode
CASE = Case(
    id=CaseId(UUID(int=1)),
    desk="stub",
    case_type="ticket",
    source="stub",
    source_id="T1",
    title="Ticket",
    origin=Origin.REAL,
    status=S.REASONING,
    version=4,
    as_of=NOW,
    received_at=NOW,
    priority=3,
    due_at=None,
    payload_digest=b"",
    wake_at=None,
)
EFFECT = Effect(
    id=EffectId(UUID(int=2)),
    case_id=CASE.id,
    action_id=ActionId(UUID(int=3)),
    grant_id=GrantId(UUID(int=4)),
    tool="assign_owner",
    key="k",
    case_version=4,
    call_deadline=NOW,
    intended_at=NOW,
    note="no answer in time",
)


def step(
    was: CaseStatus,
    to: CaseStatus,
    attention: Attention | None = None,
    *,
    kind: EventKind = EventKind.EFFECT_RECORDED,
    actor: Actor = ENGINE,
    before: Attention | None = None,
    **parts: Any,
) -> Transition:
    case = replace(CASE, status=was, attention=before)
    after = replace(case, status=to, version=5, attention=attention, attention_note="why")
    entry = EntryDraft(kind=kind, actor=actor, at=NOW, payload={"why": "why"})
    return Transition(before=case, after=after, entries=(entry,), **parts)


def span(error: str, stage: Stage = Stage.ACT, name: str = "assign_owner") -> Span:
    return Span(
        stage=stage,
        name=name,
        started_at=NOW,
        duration_us=1,
        decided_by=DecidedBy.CODE,
        error=error,
    )


def codes(transition: Transition) -> list[tuple[FailureCode, bool]]:
    return [(one.code, one.is_recovered) for one in failed_steps(transition)]


STANDING: list[tuple[str, Transition, FailureCode]] = [
    ("refused grant", step(S.GRANTED, S.PENDING, A.TARGET_CHANGED), C.TARGET_CHANGED),
    ("expired grant", step(S.RELEASING, S.PENDING, A.GRANT_EXPIRED), C.PERMIT_EXPIRED),
    ("limits since", step(S.GRANTED, S.PENDING, A.OUTSIDE_ENVELOPE), C.NO_LONGER_ALLOWED),
    ("paused since", step(S.UNKNOWN, S.PENDING, A.PAUSED), C.PAUSED),
    ("no answer", step(S.REASONING, S.PENDING, A.NO_RECOMMENDATION), C.NO_RECOMMENDATION),
    (
        "reasoner",
        step(
            S.RECEIVED,
            S.PENDING,
            A.NO_RECOMMENDATION,
            spans=(span(C.REASONER_FAILED, Stage.REASON),),
        ),
        C.REASONER_FAILED,
    ),
    (
        "refused call",
        step(S.EXECUTING, S.PENDING, A.TOOL_FAILED, spans=(span("REFUSED"),)),
        C.TARGET_REFUSED,
    ),
    (
        "never reached",
        step(S.UNKNOWN, S.PENDING, A.TOOL_FAILED, spans=(span("UNAVAILABLE"),)),
        C.TOOL_UNAVAILABLE,
    ),
    (
        "garbage",
        step(S.EXECUTING, S.NEEDS_REPAIR, A.NOT_VERIFIED, spans=(span("BROKE_CONTRACT"),)),
        C.TOOL_BROKE_CONTRACT,
    ),
    (
        "undo",
        step(S.COMPENSATING, S.NEEDS_REPAIR, A.UNDO_FAILED, spans=(span("UNKNOWN"),)),
        C.UNDO_FAILED,
    ),
    (
        "undo refused",
        step(S.COMPENSATING, S.DONE, kind=EventKind.GRANT_REFUSED),
        C.UNDO_REFUSED,
    ),
    ("nobody", step(S.PENDING, S.PENDING, A.TIMED_OUT, before=A.COPILOT), C.NOBODY_DECIDED),
    ("closed", step(S.PENDING, S.CLOSED_NO_ACTION, A.TIMED_OUT), C.NOBODY_DECIDED),
    (
        "again",
        step(S.RELEASING, S.PENDING, A.TARGET_CHANGED, before=A.TARGET_CHANGED),
        C.TARGET_CHANGED,
    ),
]


@pytest.mark.parametrize(
    ("transition", "code"), [row[1:] for row in STANDING], ids=[row[0] for row in STANDING]
)
def test_case_that_comes_to_people_has_one(transition: Transition, code: FailureCode) -> None:
    assert codes(transition) == [(code, False)]


NONE: list[tuple[str, Transition]] = [
    ("done", step(S.EXECUTING, S.DONE, spans=(span(""),))),
    ("copilot", step(S.REASONING, S.PENDING, A.COPILOT)),
    ("outside at first", step(S.REASONING, S.PENDING, A.OUTSIDE_ENVELOPE)),
    ("paused at first", step(S.REASONING, S.PENDING, A.PAUSED)),
    ("label meanwhile", step(S.PENDING, S.PENDING, A.TOOL_FAILED, before=A.TOOL_FAILED)),
    ("person settles", step(S.NEEDS_REPAIR, S.PENDING, A.TOOL_FAILED, actor=ANN)),
    ("person holds", step(S.VETO_WINDOW, S.HELD, A.HELD, actor=ANN)),
    ("settled elsewhere", step(S.GRANTED, S.WITHDRAWN, kind=EventKind.GRANT_REFUSED)),
]


@pytest.mark.parametrize("transition", [row[1] for row in NONE], ids=[row[0] for row in NONE])
def test_what_is_as_designed_is_no_failure(transition: Transition) -> None:
    assert codes(transition) == []


def test_failed_spans_of_going_on_are_recovered() -> None:
    changed = EffectChanged(effect=replace(EFFECT, status=EffectStatus.UNKNOWN))
    transition = step(
        S.EXECUTING, S.UNKNOWN, spans=(span("UNKNOWN"), span("UNKNOWN")), records=(changed,)
    )
    (noted,) = failed_steps(transition)
    assert (noted.code, noted.is_recovered) == (C.TOOL_NO_ANSWER, True)
    assert (noted.tool, noted.note, noted.case_version) == ("assign_owner", "why", 4)
    assert (noted.desk, noted.case_type, noted.at) == ("stub", "ticket", NOW)


def test_repeated_call_tells_of_a_lost_worker() -> None:
    changed = EffectChanged(effect=replace(EFFECT, status=EffectStatus.UNKNOWN))
    again = step(S.EXECUTING, S.EXECUTING, kind=EventKind.EFFECT_INTENDED, records=(changed,))
    assert codes(again) == [(C.WORKER_LOST, True)]
    known = replace(again, before=replace(again.before, status=S.UNKNOWN))
    assert codes(known) == []
    asked = step(S.EXECUTING, S.DONE, records=(changed,), spans=(span("", name="verify"),))
    assert codes(asked) == [(C.WORKER_LOST, True)]
    called = replace(asked, spans=(span(""), span("", name="verify")))
    assert codes(called) == []


def test_plan_that_goes_back_is_noted_once() -> None:
    back = step(S.EXECUTING, S.COMPENSATING, A.TOOL_FAILED, spans=(span("REFUSED"),))
    assert codes(back) == [(C.TARGET_REFUSED, False)]
    undone = step(S.COMPENSATING, S.COMPENSATING, A.TOOL_FAILED, before=A.TOOL_FAILED)
    ended = step(S.COMPENSATING, S.PENDING, A.TOOL_FAILED, before=A.TOOL_FAILED)
    assert (codes(undone), codes(ended)) == ([], [])
    stuck = step(S.COMPENSATING, S.NEEDS_REPAIR, A.UNDO_FAILED, before=A.TOOL_FAILED)
    assert codes(stuck) == [(C.UNDO_FAILED, False)]


def test_earlier_failures_stay_beside_the_last() -> None:
    spans = (span(C.READ_UNAVAILABLE, Stage.PERCEIVE, "get_ticket"), span("REFUSED"))
    both = step(S.EXECUTING, S.PENDING, A.TOOL_FAILED, spans=spans)
    assert codes(both) == [(C.READ_UNAVAILABLE, True), (C.TARGET_REFUSED, False)]


def test_read_failures_name_the_read() -> None:
    spans = (span(C.READ_UNAVAILABLE, Stage.PERCEIVE, "get_ticket"),)
    (noted,) = failed_steps(step(S.RECEIVED, S.REASONING, spans=spans))
    assert noted.tool == "get_ticket"


def test_ledger_entry_says_the_code() -> None:
    transition = step(S.GRANTED, S.PENDING, A.TARGET_CHANGED)
    (entry,) = entries_with(transition.entries, failed_steps(transition))
    assert entry.payload == {"why": "why", "failure": C.TARGET_CHANGED}
    assert entries_with(transition.entries, ()) == transition.entries


def test_interrupted_step_keeps_a_short_note() -> None:
    noted = interrupted(CASE, ToolUnavailable("x" * 1000), Stage.PERCEIVE, NOW)
    assert (noted.code, noted.is_recovered) == (C.READ_UNAVAILABLE, True)
    assert noted.note == "x" * LONGEST_NOTE
    assert interrupted(CASE, ValueError(), Stage.ACT, NOW).code is C.INTERNAL_ERROR
