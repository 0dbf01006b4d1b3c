"""Rows as JSON: dataclasses and named tuples to plain values.

Digests are written in hex, times in ISO 8601.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from engine.domain.canonical import Json

_AS_TEXT: dict[type, Callable[[Any], str]] = {
    datetime: datetime.isoformat,
    UUID: str,
    bytes: bytes.hex,
}


def as_json(value: object) -> Json:
    """The JSON form of a row, with its field names as they are.

    Raises:
        TypeError: A value has no JSON form.
    """
    if as_text := _AS_TEXT.get(type(value)):
        return as_text(value)
    match value:
        case Enum():  # before str: a StrEnum is both
            return value.value
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            return {str(name): as_json(item) for name, item in value.items()}
        case tuple() if hasattr(value, "_asdict"):
            return as_json(value._asdict())
        case list() | tuple():
            return [as_json(item) for item in value]
        case set() | frozenset():
            return sorted(as_json(item) for item in value)
    if is_dataclass(value):
        return {item.name: as_json(getattr(value, item.name)) for item in fields(value)}
    raise TypeError(f"{type(value).__name__} has no JSON form")
