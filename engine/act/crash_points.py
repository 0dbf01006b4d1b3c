"""Crash points: the named instants at which a kill must lose nothing and do nothing twice.

`reach(CrashPoint.X)` stands in the code at each of them and does nothing; a crash test passes a
function that ends the process there. Commits and seals have instants of their own in the tests.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class CrashPoint(StrEnum):
    """Where a process may die on a case's way, in the order of that way."""

    BEFORE_INTAKE = "before_intake"
    """Cases are leased, perceived and judged in memory; nothing of it is written."""
    AFTER_INTAKE = "after_intake"
    """The batch is written; what it made known is not yet in use."""
    BEFORE_RELEASE = "before_release"
    """A decision is due for release; its grant is not minted."""
    BEFORE_LAPSE = "before_lapse"
    """A veto window's time is up; nothing of what follows is written."""
    BEFORE_INTENT = "before_intent"
    """All that the grant binds was compared and authorised anew; no intent is written."""
    AFTER_INTENT = "after_intent"
    """Grant minted and used, budget reserved, intent written; the call has not been handed over."""
    BEFORE_CALL = "before_call"
    """The executor is about to call: for whoever comes after, the call may have left."""
    AFTER_CALL = "after_call"
    """The tool has acted and answered; nobody but this process knows."""
    BEFORE_RESULT = "before_result"
    """The target was read back; answer and verification are in memory alone."""
    AFTER_RESULT = "after_result"
    """The result is written."""
    BEFORE_REPEAT = "before_repeat"
    """An intent without an answer was taken over; the repeated call is not written."""


class RunPoint(StrEnum):
    """Where a process may die while it advances a run, in the order of one step."""

    BEFORE_STEP = "before_run_step"
    """The next move is known; nothing of it is done."""
    AFTER_INTENDED_QUESTION = "after_intended_question"
    """The call of a model is written and its worst cost reserved; it has not left."""
    AFTER_ANSWER = "after_answer"
    """The model has answered; nobody but this process knows."""
    BEFORE_STEP_WRITTEN = "before_run_step_written"
    """The move is made; what came of it is in memory alone."""
    AFTER_STEP = "after_run_step"
    """The step is written, and where the case goes with it."""


Reach = Callable[[CrashPoint | RunPoint], None]
"""Called at each crash point."""


def pass_by(point: CrashPoint | RunPoint) -> None:
    """Go on: what every process does that is not under test."""
