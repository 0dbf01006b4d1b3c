"""Paging and searching: cursors that a page hands back, limits, and text as a LIKE pattern.

A cursor names the last row shown by its sort key, so the next part is found by an index however
far down it is. It is opaque to the page and checked when it comes back.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_

from engine.domain.canonical import Json, canonical_text, parse
from engine.errors import InvalidRequest
from engine.store.types import storable

MOST_ROWS = 200
"""The largest part of a list that is given at once."""

_LONGEST_CURSOR = 500
_MOST_WHOLE = 2**31 - 1

Part = Callable[[Json], Any]
"""Reads one part of a cursor; raises ValueError or TypeError where it does not fit."""


def bounded(limit: int) -> int:
    """A number of rows between 1 and `MOST_ROWS`."""
    return max(1, min(limit, MOST_ROWS))


def cursor_of(listed: str, *parts: object) -> str:
    """The place after a row, given by its sort key.

    Args:
        listed: Name of the list; a cursor of another list is refused.
        parts: The row's sort key: times, ids, numbers or text.
    """
    text = canonical_text([listed, *parts]).encode("utf-8", "replace")
    return urlsafe_b64encode(text).decode().rstrip("=")


def read_cursor(cursor: str, listed: str, *parts: Part) -> tuple[Any, ...] | None:
    """The sort key a cursor holds; None for an empty cursor: the list begins.

    Raises:
        InvalidRequest: It was not made by `cursor_of` for this list.
    """
    if not cursor:
        return None
    try:
        if len(cursor) > _LONGEST_CURSOR:
            raise ValueError(cursor)
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        name, *values = parse(urlsafe_b64decode(padded))
        if name != listed:
            raise ValueError(name)
        return tuple(read(value) for read, value in zip(parts, values, strict=True))
    except (ValueError, TypeError, RecursionError):
        raise InvalidRequest(
            "This place in the list is not known; read the list from its beginning."
        ) from None


def time(value: Json) -> datetime:
    """A part of a cursor that is an aware time."""
    at = datetime.fromisoformat(_word(value))
    if at.utcoffset() is None:
        raise ValueError(value)
    return at


def optional_time(value: Json) -> datetime | None:
    """A part of a cursor that is an aware time or nothing."""
    return None if value is None else time(value)


def identity(value: Json) -> UUID:
    """A part of a cursor that is a UUID."""
    return UUID(_word(value))


def whole(value: Json) -> int:
    """A part of a cursor that is a small whole number."""
    if type(value) is not int or abs(value) > _MOST_WHOLE:
        raise ValueError(value)
    return value


def word(value: Json) -> str:
    """A part of a cursor that is text."""
    return storable(_word(value))


def _word(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def holds(text: str, *columns: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether any of these columns holds a text, whatever its case.

    SQLite folds the case of ASCII letters alone, so other letters are looked for as typed and
    in lower, upper and title case.
    """
    plain = storable(text)
    forms = {plain} if plain.isascii() else {plain, plain.lower(), plain.upper(), plain.title()}
    return or_(*(column.icontains(form, autoescape=True) for column in columns for form in forms))
