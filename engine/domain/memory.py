"""Memory as values: cases whose truth is known, and the library they are found in.

A *precedent* is a case that was settled, verified, and known to be right. The library holds every
case whose truth is known, so that what speaks against doing the same again is counted too; only
precedents may be followed. Must not live here: making a library (`learn`), looking into it
(`reason`), storage.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.domain.canonical import digest
from engine.domain.packed_arrays import pack_fields, unpack
from engine.errors import ModelError

NEVER_US = 2**62
"""A moment that does not come, in microseconds."""

_MAGIC = b"CSLIBRARY1\n"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WORD = re.compile(r"\w{2,40}")
_MOST_WORDS = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class MemoryProcedure:
    """How a desk remembers; part of what identifies a reasoner that rests on it."""

    code_version: int = 1
    """Raised with every change of the code that can change what is found."""
    refit_hours: int = 24
    window_days: int = 365
    """Cases that are older are forgotten."""
    most: int = 4000
    """Cases kept, the latest."""
    nearest: int = 15
    """Cases like the one at hand that are asked."""
    least: int = 10
    """Cases of its type whose truth is known, below which memory says nothing."""
    least_precedents: int = 3
    """Precedents among the nearest that have to speak for what is recommended."""
    text_share: float = 0.05
    """Share of the text in the likeness, 0 to 1; the rest is the facts'."""
    spread: float = 0.1
    """A case that is so much less alike counts by a factor of e less."""
    doubt: float = 0.5
    """Cases' worth of doubt that every answer starts with."""
    least_confidence: float = 0.5
    """Below it memory says nothing: the nearest do not agree, or are not near."""

    @property
    def identity(self) -> str:
        """SHA-256 of all fields, in hex."""
        return digest(["memory", asdict(self)]).hex()


@dataclass(frozen=True, kw_only=True, slots=True)
class Remembered:
    """A case whose truth is known."""

    case_id: str
    source_id: str
    kind: str
    """Cases of another kind are never like it: the case type, and whether it is real."""
    observed_at: datetime
    known_at: datetime
    """The truth counts only strictly after this."""
    label: str
    """What proved right."""
    features: Mapping[str, str]
    """Typed facts by name, as they stood when the case came in; a missing one is left out."""
    text: str
    """What people wrote about it."""
    options: frozenset[str]
    """The labels for which the desk could make calls from its facts."""
    done: str = ""
    """What was done and proved right, in words; empty: it is no precedent."""
    settled_at: datetime | None = None
    """From when on it is a precedent; None: it is none."""
    retired_at: datetime | None = None
    """From when on it is none any more."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Library:
    """What a desk remembers, made ready to be searched. N cases, F facts, T words, Z word counts.

    Moments are whole microseconds since 1970, `NEVER_US` where there is none.
    """

    procedure: MemoryProcedure
    as_of: datetime
    """Only truths known strictly before are in it."""
    data_hash: str
    """SHA-256 over the cases in it."""
    names: tuple[str, ...]
    """Facts by name, (F,)."""
    values: tuple[tuple[str, ...], ...]
    """Values seen, per fact; the code of a value is its position + 1, 0 is a missing one."""
    labels: tuple[str, ...]
    kinds: tuple[str, ...]
    terms: tuple[str, ...]
    """Words seen, (T,)."""
    case_ids: tuple[str, ...]
    source_ids: tuple[str, ...]
    done: tuple[str, ...]
    """(N,) each; what was done is empty where a case is no precedent."""
    kind: NDArray[np.int32]
    label: NDArray[np.int32]
    """Positions in `kinds` and `labels`, (N,)."""
    codes: NDArray[np.int32]
    """Facts of the cases, (N, F)."""
    known_us: NDArray[np.int64]
    settled_us: NDArray[np.int64]
    retired_us: NDArray[np.int64]
    """When the truth became known, from when a case is a precedent, and until when, (N,)."""
    idf: NDArray[np.float64]
    """Weight of each word, (T,)."""
    word_start: NDArray[np.int64]
    """Where the words of a case start, (N + 1,)."""
    word: NDArray[np.int32]
    word_weight: NDArray[np.float32]
    """Words of the cases with their weights, of length one for each case, (Z,)."""

    @property
    def rows(self) -> int:
        """Cases in it."""
        return len(self.case_ids)

    @property
    def digest(self) -> str:
        """SHA-256 of the byte form, in hex."""
        return sha256(self.to_bytes()).hexdigest()

    def to_bytes(self) -> bytes:
        """One library has one byte form."""
        return pack_fields(_MAGIC, self)

    @classmethod
    def from_bytes(cls, content: bytes) -> Library:
        """Read what `to_bytes` wrote.

        Raises:
            ModelError: The content is damaged or of another form.
        """
        try:
            head, arrays = unpack(_MAGIC, content)
            return cls(**_values(head), **arrays)
        except (zlib.error, ValueError, KeyError, TypeError) as damage:
            raise ModelError(f"a stored library cannot be read: {damage!r}") from damage


def _values(head: Mapping[str, Any]) -> dict[str, Any]:
    lists = ("names", "labels", "kinds", "terms", "case_ids", "source_ids", "done")
    return {
        "procedure": MemoryProcedure(**head["procedure"]),
        "as_of": datetime.fromisoformat(head["as_of"]),
        "data_hash": head["data_hash"],
        "values": tuple(tuple(values) for values in head["values"]),
        **{name: tuple(head[name]) for name in lists},
    }


def moment_us(at: datetime | None) -> int:
    """A moment in whole microseconds since 1970; `NEVER_US` for none."""
    return NEVER_US if at is None else (at - _EPOCH) // timedelta(microseconds=1)


def moment_of(us: int) -> datetime:
    """The moment of so many microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=us)


def words_of(text: str) -> list[str]:
    """The words of a text, in the one way in which texts are compared."""
    return _WORD.findall(text.casefold())[:_MOST_WORDS]
