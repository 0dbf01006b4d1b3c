"""Format: values as words and figures. No drawing, no reading, no clock of its own.

What the engine's codes are called stands in `engine.service.words`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from console.theme import plain as plain
from engine.domain import percent as percentages
from engine.errors import (
    AlreadyDone,
    Conflict,
    EngineError,
    InvalidRequest,
    NotAllowed,
    NotSignedIn,
    StoreUnavailable,
)

# --- numbers and times ---------------------------------------------------------------------


INTERVAL = f"95{percentages.SIGN} interval"


def percent(share: float | None, digits: int = 0) -> str:
    """0.8234 as 82 with a sign that no line break parts from it; None as a dash."""
    return "–" if share is None else percentages.percent(share, digits)


def listed(parts: Sequence[str]) -> str:
    """Names in a sentence: `a, b and c`."""
    *first, last = parts or ("",)
    return f"{', '.join(first)} and {last}" if first else last


def tidy(text: str) -> str:
    """A text of the engine, also an old one, with its percentages in the one form."""
    return percentages.with_one_sign(text)


def moment(at: datetime | None) -> str:
    """A time as `2016-04-12 09:30` (UTC)."""
    return "–" if at is None else f"{at:%Y-%m-%d %H:%M}"


def exact(at: datetime) -> str:
    """A time to the second, with its zone."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def span(length: timedelta) -> str:
    """A length of time with its one largest unit and, below a day, the next: `2 h 10 min`."""
    seconds = int(abs(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 86_400:
        hours, minutes = divmod(seconds // 60, 60)
        return f"{hours} h {minutes} min" if minutes and hours < 10 else f"{hours} h"
    days, hours = divmod(seconds // 3600, 24)
    return f"{days} d {hours} h" if hours and days < 4 else f"{days} d"


def ago(at: datetime | None, now: datetime) -> str:
    """`5 min ago`; `never` for None; a moment in the future counts as now."""
    if at is None:
        return "never"
    return "now" if at >= now - timedelta(seconds=1) else f"{span(now - at)} ago"


Urgency = Literal["none", "calm", "soon", "urgent", "overdue"]


def urgency(due_at: datetime | None, now: datetime) -> Urgency:
    """How pressing a deadline is: soon below 4 hours, urgent below one."""
    if due_at is None:
        return "none"
    left = due_at - now
    if left < timedelta(0):
        return "overdue"
    if left < timedelta(hours=1):
        return "urgent"
    return "soon" if left < timedelta(hours=4) else "calm"


def kept_deadline(due_at: datetime | None, settled_at: datetime | None) -> str:
    """A deadline once somebody or something has decided: met, missed, or only when it was.

    Args:
        due_at: The deadline.
        settled_at: When it was decided, on the same clock; None where that cannot be told.
    """
    if due_at is None:
        return "no deadline"
    if settled_at is None:
        return f"was due {moment(due_at)}"
    if settled_at <= due_at:
        return "deadline met"
    return f"deadline missed by {span(settled_at - due_at)}"


def deadline(due_at: datetime | None, now: datetime, *, of: str = "") -> str:
    """A deadline in words: `due in 25 min`, `overdue by 2 h`, `no deadline`.

    Args:
        due_at: The deadline.
        now: The present, on the same clock.
        of: What has the deadline, where there are several.
    """
    if due_at is None:
        return "no deadline"
    length = span(due_at - now)
    said = f"overdue by {length}" if due_at < now else f"due in {length}"
    return f"{of} {said}".strip()


def confidence(value: float | None, threshold: float | None, *, is_calibrated: bool) -> str:
    """Confidence against what software would need: never a colour alone."""
    if value is None:
        return "no confidence"
    if not is_calibrated:
        return f"{percent(value)}, uncalibrated"
    if threshold is None:
        return f"{percent(value)}, nothing certified"
    sign = "≥" if value >= threshold else "<"
    return f"{percent(value)} {sign} {percent(threshold)}"


def confidence_meaning(value: float | None, threshold: float | None, *, is_calibrated: bool) -> str:
    """The same as a sentence, for a tooltip."""
    if value is None:
        return "The recommendation states no confidence"
    if not is_calibrated:
        return (
            f"The reasoner's own score is {percent(value)}; how often such a score proves right "
            "has not been measured yet, so software does not act alone"
        )
    if threshold is None:
        return f"{percent(value)} likely right; no threshold is certified for software"
    return f"{percent(value)} likely right; to act alone software needs {percent(threshold)}"


_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)?")


def fact_value(value: object) -> str:
    """A fact's value as a person reads it; an empty one is said."""
    if value is None or value == "":
        return "(not given)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return text[:16].replace("T", " ") if _TIME.fullmatch(text) else text


def cut(text: str, most: int) -> str:
    """A text for a narrow cell: at most so many characters, and a mark where it was cut."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


_HASH = re.compile(r"\b[0-9a-f]{16,}\b")


def shortened(text: str) -> str:
    """A text whose long digests are cut to their first eight digits."""
    return _HASH.sub(lambda found: f"{found[0][:8]}…", text)


# --- errors in words -----------------------------------------------------------------------

_WHAT_TO_DO: tuple[tuple[type[EngineError], str], ...] = (
    (AlreadyDone, "The first click counted."),
    (Conflict, "Nothing was done. Load the case as it is now and decide again."),
    (NotAllowed, "Nothing was done. Ask somebody with that role, or escalate the case."),
    (NotSignedIn, "Sign in again; what you typed is still here."),
    (StoreUnavailable, "What you typed is kept: try again in a moment."),
    (InvalidRequest, "Nothing was done. Change what you filled in and try again."),
)


def error_words(error: EngineError) -> str:
    """What went wrong and what to do about it."""
    advice = next((text for kind, text in _WHAT_TO_DO if isinstance(error, kind)), "")
    said = error.message
    if said.startswith(_PAUSED):
        advice = _NOTHING_DONE
    elif _NOBODY in said.lower():
        advice = f"{_NOTHING_DONE} Choose something else, or reject it."
    elif _SAYS_SO in said:
        said = said.removesuffix(_AGAIN)
        advice = advice.removeprefix(_NOTHING_DONE)
    return f"{said.strip()} {advice.strip()}".strip()


_NOTHING_DONE = "Nothing was done."
_SAYS_SO = "nothing was decided"
_AGAIN = "Look again."
_PAUSED = "Actions are paused"
"""No other filling of the form helps against a pause."""
_NOBODY = "nobody can approve it"
"""What policy forbids to everybody."""


def tone_of_error(error: EngineError) -> Literal["warning", "error"]:
    """A conflict is a warning: the engine is well, somebody was faster."""
    return "warning" if isinstance(error, Conflict) else "error"
