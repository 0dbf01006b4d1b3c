"""Labelled cases as numbers: vocabularies, codes, labels and times.

Lives here: the table a fit works on, and its hash. Must not live here: anything learned from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from engine.domain.canonical import canonical_text
from engine.domain.precedent import LabelledCase, PrecedentProcedure, context_keys

HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class CaseTable:
    """Labelled cases in the order in which they were opened; n cases, F features."""

    cases: tuple[LabelledCase, ...]
    groups: tuple[str, ...]
    vocabularies: tuple[tuple[str, ...], ...]
    codes: NDArray[np.int64]
    """Feature codes, (n, F), from 1."""
    keys: NDArray[np.uint64]
    """Context keys that occur, rising, (K,)."""
    key_at: NDArray[np.intp]
    """Positions in `keys`, (n, contexts)."""
    labels: NDArray[np.int64]
    """Positions in `groups`, (n,)."""
    opened: NDArray[np.float64]
    """Hours before `as_of`, negative, (n,)."""
    known: NDArray[np.float64]
    """The same of the time the label became known, (n,)."""


def known_cases(
    rows: Sequence[LabelledCase], procedure: PrecedentProcedure, as_of: datetime
) -> tuple[LabelledCase, ...]:
    """Give the cases a fit at `as_of` may learn from, by opening time and id."""
    oldest = as_of - timedelta(days=procedure.window_days)
    usable = (
        row
        for row in rows
        if row.label and row.label_known_at < as_of and oldest <= row.observed_at < as_of
    )
    return tuple(sorted(usable, key=lambda row: (row.observed_at, row.case_id)))


def encode(
    cases: tuple[LabelledCase, ...], procedure: PrecedentProcedure, as_of: datetime
) -> CaseTable:
    """Turn cases into codes; vocabularies are sorted, so that the order of cases says nothing."""
    groups = tuple(sorted({case.label for case in cases}))
    columns = [[case.features.get(name, "") for case in cases] for name in procedure.features]
    vocabularies = tuple(tuple(sorted(set(column))) for column in columns)
    codes = np.empty((len(cases), len(columns)), dtype=np.int64)
    for position, (column, values) in enumerate(zip(columns, vocabularies, strict=True)):
        codes[:, position] = _positions(column, values) + 1
    found = context_keys(codes, members_of(procedure))
    keys, key_at = np.unique(found, return_inverse=True)
    return CaseTable(
        cases=cases,
        groups=groups,
        vocabularies=vocabularies,
        codes=codes,
        keys=keys,
        key_at=key_at.reshape(found.shape),
        labels=_positions([case.label for case in cases], groups),
        opened=np.array([(case.observed_at - as_of) / HOUR for case in cases]),
        known=np.array([(case.label_known_at - as_of) / HOUR for case in cases]),
    )


def members_of(procedure: PrecedentProcedure) -> tuple[tuple[int, ...], ...]:
    """Give the feature positions of each context."""
    at = {name: position for position, name in enumerate(procedure.features)}
    return tuple(tuple(at[name] for name in context) for context in procedure.contexts)


def hash_cases(cases: Sequence[LabelledCase], features: Sequence[str]) -> str:
    """Give the SHA-256, in hex, of all that a fit takes from its cases."""
    hashed = sha256()
    for case in cases:
        known = case.features.get
        line = [
            case.case_id,
            case.observed_at.isoformat(),
            case.label_known_at.isoformat(),
            case.label,
            [known(name, "") for name in features],
        ]
        hashed.update(canonical_text(line).encode("utf-8", "surrogatepass") + b"\n")
    return hashed.hexdigest()


def _positions(values: Sequence[str], ordered: Sequence[str]) -> NDArray[np.int64]:
    at: Mapping[str, int] = {value: position for position, value in enumerate(ordered)}
    return np.fromiter(map(at.__getitem__, values), dtype=np.int64, count=len(values))
