"""Precedents as values: the procedure that learns them, a labelled case, and one fit.

Lives here: the frozen procedure with its identity, the arrays of a fit with their byte form, and
how features become codes and context keys. Must not live here: fitting (`learn`), predicting
(`reason`), storage. A fit is arrays and JSON, never a pickle.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.domain.canonical import digest
from engine.domain.packed_arrays import pack_fields, unpack
from engine.errors import ModelError

UNSEEN = 0
"""Code of a value that the fit has not seen; codes of seen values start at 1."""

_MAGIC = b"CSPRECEDENT1\n"
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, kw_only=True, slots=True)
class PrecedentProcedure:
    """What identifies a learned reasoner: how it learns, not what it has learned so far."""

    features: tuple[str, ...]
    """Facts used, by name."""
    contexts: tuple[tuple[str, ...], ...]
    """Combinations of features whose past cases are counted."""
    code_version: int = 1
    """Raised with every change of fitting or predicting that can change a prediction."""
    refit_hours: int = 24
    minimum_rows: int = 200
    """Labelled cases below which there is no model."""
    window_days: int = 365
    """Older cases are forgotten."""
    half_life_days: float = 14.0
    """A case this old counts half."""
    smoothing: float = 1.0
    """Cases' worth of the overall shares that every context starts with."""
    count_bins: tuple[float, ...] = (0.5, 2.0, 8.0, 32.0)
    """A context's trust is learned apart for each range of its count."""
    trust_rows: int = 4000
    """Latest cases the trust of contexts is learned on."""
    trust_ridge: float = 0.01
    linear_c: float = 1.0
    """Inverse ridge of the linear part."""
    linear_minimum_count: int = 2
    """Values seen less often have no weight of their own in the linear part."""
    linear_steps: int = 40
    """Steps after which fitting the linear part stops; stopping early is a ridge of its own."""
    linear_share: float = 0.5
    """Share of the linear part in the log scores, 0 to 1; the rest is the counted contexts'."""
    exemplars: int = 4000
    """Latest cases kept to show as similar."""
    calibration_window: int = 2000
    calibration_refit_every: int = 25
    threshold_hours: int = 24
    threshold_window: int = 4000
    """Latest resolved predictions the threshold is chosen from."""
    threshold_confidence: float = 0.95
    """One-sided confidence of the bound at each choice."""

    @property
    def identity(self) -> str:
        """SHA-256 of all fields, in hex."""
        return digest(asdict(self)).hex()


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelledCase:
    """A past case with what turned out to be right."""

    case_id: str
    observed_at: datetime
    """When it was opened; features are as they stood then."""
    label_known_at: datetime
    """The label counts only strictly after this."""
    features: Mapping[str, str]
    """Feature values by name; a missing or empty one is a missing fact."""
    label: str
    cell: str = ""
    """The cell the case belongs to, for figures by cell."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class FittedPrecedent:
    """One fit: an additive table of log scores, and cases to show. G groups, F features."""

    procedure: PrecedentProcedure
    as_of: datetime
    """Only labels known strictly before are in it."""
    window_start: datetime
    window_end: datetime
    """Opening times of the oldest and newest case in it."""
    rows: int
    data_hash: str
    """SHA-256 over the cases it was fitted on."""
    groups: tuple[str, ...]
    vocabularies: tuple[tuple[str, ...], ...]
    """Values seen, per feature; the code of a value is its position + 1."""
    base: NDArray[np.float32]
    """Log score of each group before any fact speaks, (G,)."""
    prior: NDArray[np.float32]
    """Overall share of each group, recent cases counting more, (G,)."""
    linear: NDArray[np.float16]
    """Weights of feature values, (1 + sum of vocabulary sizes, G); row 0 is zero."""
    keys: NDArray[np.uint64]
    """Context keys, rising, (K,)."""
    key_context: NDArray[np.uint16]
    """Position of the key's context in the procedure, (K,)."""
    indptr: NDArray[np.int32]
    """Where a key's counts start, (K + 1,)."""
    count_group: NDArray[np.uint16]
    count_value: NDArray[np.float16]
    """Groups and decayed counts of all keys, (indptr[-1],)."""
    trust: NDArray[np.float32]
    """Weight of a context by range of its count, (contexts, bins + 1)."""
    importance: NDArray[np.float32]
    """Mean size of a feature's contribution to first against second choice, (F,)."""
    exemplar_codes: NDArray[np.int32]
    """Feature codes of the cases kept, newest first, (E, F)."""
    exemplar_label: NDArray[np.uint16]
    exemplar_ids: tuple[str, ...]
    exemplar_known_at: tuple[datetime, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of the byte form, in hex."""
        return sha256(self.to_bytes()).hexdigest()

    def to_bytes(self) -> bytes:
        """One fit has one byte form."""
        return pack_fields(_MAGIC, self)

    @classmethod
    def from_bytes(cls, content: bytes) -> FittedPrecedent:
        """Read what `to_bytes` wrote.

        Raises:
            ModelError: The content is damaged or of another form.
        """
        try:
            head, arrays = unpack(_MAGIC, content)
            return cls(**_values(head), **arrays)
        except (zlib.error, ValueError, KeyError, TypeError) as damage:
            raise ModelError(f"a stored fit cannot be read, fit it again: {damage!r}") from damage


def _values(head: Mapping[str, Any]) -> dict[str, Any]:
    stored = dict(head["procedure"])
    for name in ("features", "count_bins"):
        stored[name] = tuple(stored[name])
    stored["contexts"] = tuple(tuple(context) for context in stored["contexts"])
    return {
        "procedure": PrecedentProcedure(**stored),
        "rows": int(head["rows"]),
        "data_hash": head["data_hash"],
        "groups": tuple(head["groups"]),
        "vocabularies": tuple(tuple(values) for values in head["vocabularies"]),
        "exemplar_ids": tuple(head["exemplar_ids"]),
        "exemplar_known_at": tuple(map(datetime.fromisoformat, head["exemplar_known_at"])),
        **{
            name: datetime.fromisoformat(head[name])
            for name in ("as_of", "window_start", "window_end")
        },
    }


def context_keys(codes: NDArray[np.int64], members: Sequence[Sequence[int]]) -> NDArray[np.uint64]:
    """Hash the codes of each context's features to one 64-bit key.

    A sum of codes times fixed odd numbers, spread at the end; 64-bit arithmetic wraps on purpose.

    Args:
        codes: Feature codes, (n, F).
        members: Feature positions of each context.

    Returns:
        Keys, (n, contexts). That two of a million keys meet has a chance of about 2^-24.
    """
    factors, salts = _factors(codes.shape[1], tuple(tuple(columns) for columns in members))
    return _mix(codes.astype(np.uint64) @ factors + salts)


@lru_cache(maxsize=16)
def _factors(
    n_features: int, members: tuple[tuple[int, ...], ...]
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    size = n_features * len(members)
    numbers = _mix(np.arange(1, size + 1, dtype=np.uint64) * _GOLDEN) | np.uint64(1)
    used = np.zeros((n_features, len(members)), dtype=np.uint64)
    for position, columns in enumerate(members):
        used[list(columns), position] = 1
    salts = _mix(np.arange(size + 1, size + len(members) + 1, dtype=np.uint64) * _GOLDEN)
    return numbers.reshape(used.shape) * used, salts


def _mix(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread bits as splitmix64 does (Steele, Lea and Flood, 2014)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))
