"""Canonical JSON and digests: one byte form for one value, so that hashes can be compared.

No policy and no input or output lives here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from hashlib import sha256
from typing import Any
from uuid import UUID

Json = Any
"""A JSON value: what `json.loads` gives."""


def _plain(value: object) -> Json:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError("a time without a zone has no canonical form")
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (Sequence, frozenset, set)):
        return sorted(value) if isinstance(value, (set, frozenset)) else list(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")


_encode = json.JSONEncoder(
    sort_keys=True,
    separators=(",", ":"),
    ensure_ascii=False,
    allow_nan=False,
    default=_plain,
).encode


def canonical_text(value: object) -> str:
    """Write a value as canonical JSON: sorted keys, no white space, no NaN.

    Raises:
        TypeError: The value holds something that has no canonical form.
        ValueError: A number is not finite.
    """
    return _encode(value)


def digest(value: object) -> bytes:
    """SHA-256 of the canonical JSON of a value (32 bytes)."""
    return sha256(_encode(value).encode("utf-8", "surrogatepass")).digest()


def parse(text: str | bytes) -> Json:
    """Read JSON text."""
    return json.loads(text)
