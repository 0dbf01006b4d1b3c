"""Storable: text that every database takes. Asked at the door, for every request alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass

from engine.errors import InvalidRequest


def is_storable(text: str) -> bool:
    """Whether a text holds neither the null character nor half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def require_storable(request: object) -> None:
    """Refuse a request with a text that cannot be kept, wherever it stands in it.

    Raises:
        InvalidRequest: There is one; the message names the field.
    """
    if not is_dataclass(request) or isinstance(request, type):
        return
    for field in fields(request):
        if not _is_good(getattr(request, field.name)):
            raise InvalidRequest(
                f"{field.name}: holds the null character or a broken character; take it out."
            )


def _is_good(value: object) -> bool:
    match value:
        case str():
            return is_storable(value)
        case Mapping():
            return all(_is_good(key) and _is_good(one) for key, one in value.items())
        case list() | tuple() | set() | frozenset():
            return all(_is_good(one) for one in value)
    return True
