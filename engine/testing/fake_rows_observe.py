"""Rows of what happened: traces, ledger, decision log, schedules.

Made up, the same on every call, and consistent with each other. For tests and screenshots only;
no page and no desk imports them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from engine.domain.actor import DecidedBy
from engine.domain.canonical import Json
from engine.domain.case_status import CaseStatus
from engine.domain.ids import CaseId
from engine.domain.ledger import EventKind
from engine.domain.span import ChoiceKind
from engine.service import rows
from engine.testing.fake_rows import TITLES
from engine.testing.fake_rows_advice import uuid_of

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)

FIRST = 1001


def case_id(number: int) -> CaseId:
    """The id of a run; from 1001 on it is the case of that number in the fake's queue."""
    return CaseId(uuid_of("case", number))


# ---------------------------------------------------------------------------- traces


def traces(count: int = 64) -> tuple[rows.TraceRow, ...]:
    """Runs, newest first."""
    statuses = (CaseStatus.DONE, CaseStatus.PENDING, CaseStatus.DONE, CaseStatus.CLOSED_NO_ACTION)
    return tuple(
        rows.TraceRow(
            case_id=case_id(FIRST + number),
            source_id=f"INC{FIRST + number:07d}",
            title=TITLES[(FIRST + number) % len(TITLES)],
            status=statuses[number % len(statuses)],
            started_at=NOW - timedelta(minutes=7 * (count - number)),
            duration_us=4200 + number * 37 % 900,
            spans=len(_SPANS),
            errors=1 if number % 11 == 0 else 0,
        )
        for number in range(count - 1, -1, -1)
    )


def _span(
    name: str, after_s: float, lasts_us: int, who: DecidedBy, rule: str, **said: Json
) -> rows.SpanRow:
    """A span; its name is `stage: what`, and `said` holds inputs, outputs and error."""
    stage, what = name.split(": ")
    return rows.SpanRow(
        sequence=0,
        stage=stage,
        name=what,
        started_at=NOW + timedelta(days=-2, seconds=after_s),
        duration_us=lasts_us,
        decided_by=who,
        rule=rule,
        inputs=said.get("inputs"),
        outputs=said.get("outputs"),
        error=str(said.get("error", "")),
    )


_CODE, _MODEL, _PERSON, _POLICY = (
    DecidedBy.CODE,
    DecidedBy.MODEL,
    DecidedBy.PERSON,
    DecidedBy.POLICY,
)
_TARGET: Json = {"group": "Group 24"}
_SPANS = (
    _span("perceive: check the signal", 0.0, 180, _CODE, "intake schema", outputs={"fields": 14}),
    _span(
        "perceive: gather facts",
        0.0003,
        640,
        _CODE,
        "incidents 1.0",
        inputs={"tools": ["get_incident", "group_workload"]},
        outputs={"facts": 11, "stale": 0, "contradicted": 0},
    ),
    _span(
        "reason: agent",
        0.0012,
        1900,
        _MODEL,
        "agent-2.v1",
        inputs={"facts": 11, "questions": 3},
        outputs={"best": ["Group 24", "Group 70", "Group 31"], "confidence": [0.91, 0.05, 0.02]},
    ),
    _span(
        "govern: authorize",
        0.0034,
        14,
        _POLICY,
        "envelope 4, phase BOUNDED",
        inputs={"tool": "assign_group", "confidence": 0.91, "threshold": 0.871},
        outputs={"verdict": "ESCALATE", "rule": "priority_too_urgent", "limit": 3, "seen": 2},
    ),
    _span(
        "person: decision",
        4380.2,
        0,
        _PERSON,
        "APPROVE, agreed",
        inputs={"shown": True, "time_to_decide_ms": 41200},
        outputs={"kind": "APPROVE", "by": "anna"},
    ),
    _span(
        "act: mint grant",
        4386.1,
        90,
        _CODE,
        "decision APPROVE",
        inputs=_TARGET,
        outputs={"expires_in_s": 900},
    ),
    _span(
        "act: assign_group",
        4386.1004,
        870,
        _CODE,
        "key 019a24c1",
        inputs=_TARGET,
        error="TOOL_UNAVAILABLE",
    ),
    _span(
        "act: assign_group",
        4388.1,
        910,
        _CODE,
        "key 019a24c1: itsm:assign",
        inputs=_TARGET,
        outputs={"completed": True, "correct": True},
    ),
    _span(
        "learn: record the outcome",
        90000.0,
        60,
        _CODE,
        "label from the record",
        inputs={"truth": "Group 24"},
        outputs={"outcome": "CORRECT"},
    ),
)


def spans(*, is_scripted: bool = False) -> tuple[rows.SpanRow, ...]:
    """The trace of one case that a person approved and whose first call failed.

    Args:
        is_scripted: Whether a script stood in for the model.
    """
    return tuple(
        replace(span, sequence=number, is_scripted=is_scripted and span.decided_by is _MODEL)
        for number, span in enumerate(_SPANS, start=1)
    )


# ---------------------------------------------------------------------------- ledger and choices

_EVENTS: tuple[tuple[EventKind, DecidedBy, str, str], ...] = (
    (EventKind.CASE_RECEIVED, DecidedBy.CODE, "engine", "Received from itsm."),
    (EventKind.CASE_PERCEIVED, DecidedBy.CODE, "engine", "11 facts were gathered."),
    (EventKind.CASE_REASONED, DecidedBy.CODE, "precedent", "Recommends Group 24 at 0.91."),
    (EventKind.VERDICT_GIVEN, DecidedBy.POLICY, "envelope", "ESCALATE: priority 2 is too urgent."),
    (EventKind.DECISION_TAKEN, DecidedBy.PERSON, "anna", "Approved, reason: agreed."),
    (EventKind.GRANT_MINTED, DecidedBy.CODE, "engine", "A grant for assign_group, 15 minutes."),
    (EventKind.EFFECT_RECORDED, DecidedBy.CODE, "engine", "assign_group completed, verified."),
)


def ledger(count: int = 140) -> tuple[rows.LedgerRow, ...]:
    """Entries, newest first; the last three are not sealed yet."""
    made = []
    for number in range(count, 0, -1):
        kind, decided_by, actor, text = _EVENTS[(number - 1) % len(_EVENTS)]
        run, sequence = divmod(number - 1, len(_EVENTS))
        made.append(
            rows.LedgerRow(
                stream=f"case:{case_id(FIRST + run)}",
                sequence=sequence + 1,
                at=NOW - timedelta(seconds=11 * (count - number)),
                kind=kind.value,
                decided_by=decided_by,
                actor=actor,
                text=text,
                hash=sha256(str(number).encode()).hexdigest(),
                is_sealed=number <= count - 3,
                payload={"number": number, "source_id": f"INC{FIRST + run:07d}", "text": text},
            )
        )
    return tuple(made)


_CHOICES: tuple[tuple[ChoiceKind, DecidedBy, str, str, tuple[str, ...], str], ...] = (
    (
        ChoiceKind.RECOMMEND,
        DecidedBy.CODE,
        "precedent",
        "assign_group(Group 24)",
        ("assign_group(Group 24)", "assign_group(Group 70)", "assign_group(Group 31)"),
        "0.91 over 214 similar cases",
    ),
    (
        ChoiceKind.AUTHORIZE,
        DecidedBy.POLICY,
        "envelope 4",
        "ESCALATE",
        ("EXECUTE", "VETO_WINDOW", "ESCALATE", "DENY"),
        "priority_too_urgent: limit 3, seen 2",
    ),
    (
        ChoiceKind.DECIDE,
        DecidedBy.PERSON,
        "anna",
        "APPROVE",
        ("APPROVE", "OVERRIDE", "REJECT", "ESCALATE", "ASK"),
        "AGREED",
    ),
    (
        ChoiceKind.EXECUTE,
        DecidedBy.CODE,
        "engine",
        "assign_group(Group 24)",
        (),
        "grant of decision APPROVE",
    ),
)


def choices(count: int = 96) -> tuple[rows.ChoiceRow, ...]:
    """The decision log, newest first."""
    made = []
    for number in range(count, 0, -1):
        kind, decided_by, decider, chosen, options, grounds = _CHOICES[(number - 1) % 4]
        run = (number - 1) // 4
        made.append(
            rows.ChoiceRow(
                case_id=case_id(FIRST + run),
                source_id=f"INC{FIRST + run:07d}",
                at=NOW - timedelta(seconds=19 * (count - number)),
                kind=kind.value,
                decided_by=decided_by,
                decider=decider,
                chosen=chosen,
                options=options,
                grounds=grounds,
                is_reviewed=run % 3 != 0,
            )
        )
    return tuple(made)


def schedules() -> tuple[rows.ScheduleRow, ...]:
    """Periodic jobs: one well, one failing, one that never ran."""
    return (
        rows.ScheduleRow(
            name="seal the ledger",
            every="5 s",
            last_run=NOW - timedelta(seconds=3),
            next_run=NOW + timedelta(seconds=2),
            failures=0,
            last_error="",
        ),
        rows.ScheduleRow(
            name="refit the precedent reasoner",
            every="1 day",
            last_run=NOW - timedelta(hours=7),
            next_run=NOW + timedelta(hours=17),
            failures=2,
            last_error="MODEL: too few labels known at 2026-11-20 02:30",
        ),
        rows.ScheduleRow(
            name="retention",
            every="1 day",
            last_run=None,
            next_run=NOW + timedelta(hours=20),
            failures=0,
            last_error="",
        ),
    )
