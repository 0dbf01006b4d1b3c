"""Fields: checks of single values that come in as text, with words that say what is wrong.

What a field means is a desk's business; which texts are possible at all is decided here.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from engine.errors import IntakeError

LONGEST_FIELD = 10_000
LONGEST_NAME = 200
"""Characters of an identifier."""
_YEARS = range(1970, 2200)
_LONGEST_SHOWN = 60

_NOT_TEXT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters but tab and line ends
    "\u202a-\u202e\u2066-\u2069"  # marks that turn the direction of text and can disguise it
    "\ud800-\udfff\ufffe\uffff]"
)
_LINE_END = re.compile(r"[\t\r\n]")
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d{1,6})?)?(Z|[+-]\d\d(:?\d\d)?)?", re.ASCII
)


def text_field(name: str, value: str) -> str:
    """A text without control characters, with the white space around it gone.

    Raises:
        IntakeError: It is too long, or holds what cannot be shown.
    """
    if len(value) > LONGEST_FIELD:
        raise IntakeError(
            f"{name} has {len(value):,} characters; at most {LONGEST_FIELD:,} are allowed.",
            column=name,
        )
    bad = _NOT_TEXT.search(value)
    if bad is not None:
        raise IntakeError(
            f"{name} holds the control character U+{ord(bad.group()):04X} at position "
            f"{bad.start() + 1}.",
            column=name,
        )
    return value.strip()


def name_field(column: str, value: str) -> str:
    """A name on one line.

    Raises:
        IntakeError: It is too long, or holds a tab or a line end.
    """
    if len(value) > LONGEST_NAME:
        raise IntakeError(
            f"{column} has {len(value):,} characters; at most {LONGEST_NAME} are allowed.",
            column=column,
        )
    if _LINE_END.search(value):
        raise IntakeError(f"{column} holds a tab or a line end.", column=column)
    return value


def time_field(column: str, value: str) -> datetime:
    """A date and time, in UTC where no offset is told.

    Raises:
        IntakeError: It is no possible date and time.
    """
    try:
        if _TIME.fullmatch(value) is None:
            raise ValueError("another form")
        moment = datetime.fromisoformat(value)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise IntakeError(
            f"{column} is not a possible date and time: {shown(value)}; write "
            "2016-02-29T01:16, in UTC or with an offset.",
            column=column,
        ) from None
    if moment.year not in _YEARS:
        raise IntakeError(f"{column} lies in the year {moment.year}.", column=column)
    return moment


def shown(value: str) -> str:
    """A value as an error message repeats it."""
    return repr(value if len(value) <= _LONGEST_SHOWN else value[:_LONGEST_SHOWN] + "…")
