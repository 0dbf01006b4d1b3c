"""Making a library: the cases whose truth is known, coded, with the weights of their words.

Lives here: `fit_library`, the one way to a `Library`. Must not live here: looking into one
(`engine.reason`), or when to make one. No truth is looked at for the weights of words, so a library
can be asked about the past by leaving out what was not known then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.domain.canonical import digest
from engine.domain.memory import Library, MemoryProcedure, Remembered, moment_us, words_of


def fit_library(
    rows: Iterable[Remembered], procedure: MemoryProcedure, as_of: datetime
) -> Library | None:
    """Put cases, in any order, into a library; None where there is no precedent among them.

    What was not known strictly before `as_of`, or is too old, is left out here. The same cases give
    the same bytes.
    """
    kept = _kept(rows, procedure, as_of)
    if all(row.settled_at is None for row in kept):
        return None
    labels, kinds = _distinct(row.label for row in kept), _distinct(row.kind for row in kept)
    facts, words = _facts(kept), _words([row.text for row in kept])
    return Library(
        procedure=procedure,
        as_of=as_of,
        data_hash=digest([_plain(row) for row in kept]).hex(),
        names=facts.names,
        values=facts.values,
        labels=labels,
        kinds=kinds,
        terms=words.terms,
        case_ids=tuple(row.case_id for row in kept),
        source_ids=tuple(row.source_id for row in kept),
        done=tuple(row.done for row in kept),
        kind=_codes([row.kind for row in kept], kinds),
        label=_codes([row.label for row in kept], labels),
        codes=facts.codes,
        known_us=_moments(row.known_at for row in kept),
        settled_us=_moments(row.settled_at for row in kept),
        retired_us=_moments(row.retired_at for row in kept),
        idf=words.idf,
        word_start=words.start,
        word=words.word,
        word_weight=words.weight,
    )


def _kept(
    rows: Iterable[Remembered], procedure: MemoryProcedure, as_of: datetime
) -> list[Remembered]:
    since = as_of - timedelta(days=procedure.window_days)
    known = [row for row in rows if row.known_at < as_of and row.observed_at >= since]
    known.sort(key=lambda row: (row.observed_at, row.source_id, row.case_id))
    return known[-procedure.most :]


def _plain(row: Remembered) -> list[object]:
    moments = (row.observed_at, row.known_at, row.settled_at, row.retired_at)
    return [row.case_id, row.kind, row.label, dict(row.features), row.text, row.done, moments]


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(values)))


def _codes(values: Sequence[str], known: Sequence[str]) -> NDArray[np.int32]:
    at = {value: position for position, value in enumerate(known)}
    return np.array([at[value] for value in values], dtype=np.int32)


def _moments(values: Iterable[datetime | None]) -> NDArray[np.int64]:
    return np.array([moment_us(value) for value in values], dtype=np.int64)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Facts:
    names: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    codes: NDArray[np.int32]


def _facts(rows: Sequence[Remembered]) -> _Facts:
    """The facts of cases, each value by its position among those seen, 0 where it is missing."""
    names = _distinct(name for row in rows for name in row.features)
    columns = [[row.features.get(name, "") for row in rows] for name in names]
    values = tuple(tuple(sorted(set(column) - {""})) for column in columns)
    codes = [_codes(column, ("", *known)) for column, known in zip(columns, values, strict=True)]
    nothing = np.zeros((len(rows), 0), dtype=np.int32)
    return _Facts(names=names, values=values, codes=np.stack(codes, axis=1) if codes else nothing)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Words:
    terms: tuple[str, ...]
    idf: NDArray[np.float64]
    start: NDArray[np.int64]
    word: NDArray[np.int32]
    weight: NDArray[np.float32]


def _words(texts: Sequence[str]) -> _Words:
    """The words of texts, rare ones weighing more, each text of length one."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    if not any(map(words_of, texts)):
        nothing: NDArray[Any] = np.zeros(0)
        return _Words(
            terms=(),
            idf=nothing,
            start=np.zeros(len(texts) + 1, dtype=np.int64),
            word=nothing.astype(np.int32),
            weight=nothing.astype(np.float32),
        )
    made = TfidfVectorizer(analyzer=words_of)
    matrix = made.fit_transform(texts)
    matrix.sort_indices()
    return _Words(
        terms=tuple(map(str, made.get_feature_names_out())),
        idf=np.asarray(made.idf_, dtype=np.float64),
        start=matrix.indptr.astype(np.int64),
        word=matrix.indices.astype(np.int32),
        weight=matrix.data.astype(np.float32),
    )
