"""Failed steps of `FakeEngine`: made up, the same on every call; counts are those of the rows."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.domain.case import Origin
from engine.domain.case_status import CaseStatus
from engine.domain.failure import FailureCode
from engine.domain.failure_table import FAILURES
from engine.service.failure_rows import FailedCase, FailureCount, FailureFilter, counted
from engine.testing.fake_rows import TITLES
from engine.testing.fake_rows_observe import FIRST, case_id

_C = FailureCode
_OFTEN = (
    (_C.TARGET_CHANGED, 34, "assigned_group was 'Network', is 'Workplace Devices'"),
    (_C.READ_UNAVAILABLE, 21, "ITSM could not be reached (3 tries)"),
    (_C.TOOL_NO_ANSWER, 14, "assign_group gave no answer within 5 s"),
    (_C.NO_RECOMMENDATION, 11, "the precedent reasoner has no answer"),
    (_C.NOT_VERIFIED, 6, "read back: Workplace Devices"),
    (_C.BUDGET_SPENT, 4, "The budget desk:incidents day has no room for this action."),
    (_C.TOOL_UNAVAILABLE, 3, "please :red[hurry] <b>ITSM</b> is down"),
    (_C.WORKER_LOST, 1, ""),
)
_NO_TOOL = frozenset({_C.READ_UNAVAILABLE, _C.NO_RECOMMENDATION})
_GOES_ON = frozenset({_C.READ_UNAVAILABLE, _C.TOOL_NO_ANSWER, _C.WORKER_LOST})


def counts(which: FailureFilter, now: datetime) -> tuple[FailureCount, ...]:
    """Counts of the rows that are asked for."""
    found = {code: cases(code, which, now) for code, _, _ in _OFTEN}
    return counted(
        [
            (code, len(steps), sum(not step.is_recovered for step in steps), steps[0].at)
            for code, steps in found.items()
            if steps
        ]
    )


def cases(code: FailureCode, which: FailureFilter, now: datetime) -> list[FailedCase]:
    """Steps with a code, newest first; every ninth case belongs to the simulated desk."""
    since = None if which.hours is None else now - timedelta(hours=which.hours)
    return [
        step
        for step, origin in _steps(code, now)
        if origin is which.origin
        and which.desk in ("", step.desk)
        and which.case_type in ("", step.case_type)
        and which.stage in (None, FAILURES[code].stage)
        and (since is None or step.at >= since)
    ]


def _steps(code: FailureCode, now: datetime) -> list[tuple[FailedCase, Origin]]:
    often, note = next((often, note) for one, often, note in _OFTEN if one is code)
    place = [one for one, _, _ in _OFTEN].index(code)
    return [_step(code, 5 * place + number, number, note, now) for number in range(often)]


def _step(
    code: FailureCode, index: int, number: int, note: str, now: datetime
) -> tuple[FailedCase, Origin]:
    is_simulated = index % 9 == 8
    goes_on = code in _GOES_ON
    step = FailedCase(
        case_id=case_id(FIRST + index),
        source_id=f"INC{FIRST + index:07d}",
        title=TITLES[(FIRST + index) % len(TITLES)],
        desk="refunds" if is_simulated else "incidents",
        case_type="routing",
        status=CaseStatus.DONE if goes_on else CaseStatus.PENDING,
        tool="" if code in _NO_TOOL else "assign_group",
        note=note,
        at=now - timedelta(hours=5 * number + 1, minutes=7 * index),
        is_recovered=goes_on,
    )
    return step, Origin.SIMULATED if is_simulated else Origin.REAL
