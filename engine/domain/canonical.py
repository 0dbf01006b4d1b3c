"""Canonical JSON and digests: one byte form for one value, so that hashes can be compared.

No policy and no input or output lives here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from hashlib import sha256
from json.encoder import (  # type: ignore[attr-defined]  # typeshed leaves the C parts out
    c_make_encoder,
    encode_basestring,
)
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


_SLOW = json.JSONEncoder(
    sort_keys=True,
    separators=(",", ":"),
    ensure_ascii=False,
    allow_nan=False,
    default=_plain,
)


_HALF = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair: legal in JSON as an escape, but no database takes it as text."""


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def _encoder() -> Callable[[object], str]:
    """The C encoder, made once: `JSONEncoder.encode` makes one a call, which costs more than it.

    No markers: a value that holds itself ends in a RecursionError instead of a ValueError.
    """
    if c_make_encoder is None:
        return lambda value: _HALF.sub(_escaped, _SLOW.encode(value))
    fast = c_make_encoder(None, _plain, encode_basestring, None, ":", ",", True, False, False)

    def encode(value: object) -> str:
        text = "".join(fast(value, 0))
        return text if text.isascii() else _HALF.sub(_escaped, text)

    return encode


_encode = _encoder()


def canonical_text(value: object) -> str:
    """Write a value as canonical JSON: sorted keys, no white space, no NaN.

    Raises:
        TypeError: The value holds something that has no canonical form.
        ValueError: A number is not finite.
    """
    return _encode(value)


class CanonicalText(str):
    """Text that is canonical JSON already, so that it is not written a second time."""

    __slots__ = ()


def digest(value: object) -> bytes:
    """SHA-256 of the canonical JSON of a value (32 bytes)."""
    return sha256(_encode(value).encode("utf-8", "surrogatepass")).digest()


def parse(text: str | bytes) -> Json:
    """Read JSON text."""
    return json.loads(text)
