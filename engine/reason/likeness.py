"""Likeness: the remembered cases that are most like one, and what they speak for.

Two cases are alike by the facts in which they agree, each weighing by what it tells about the truth
among the cases of their kind, and by a small part by their words. Nothing is counted that was not
known before the moment that is asked about. numpy only; nothing here acts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.domain.memory import Library, moment_of, moment_us, words_of

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

_FLOOR = 1e-3
"""Weight of a fact that tells nothing, so that cases that agree in it still come first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A case that is looked up."""

    kind: str
    features: Mapping[str, str]
    text: str
    before: datetime
    """Nothing that became known at this moment or later is counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Near:
    """A remembered case like the one that is looked up."""

    case_id: str
    source_id: str
    label: str
    """What proved right there."""
    done: str
    """What was done there and proved right; empty: it is no precedent."""
    likeness: float
    """0 to 1."""
    share: float
    """Its part in the answer; those of all that are near sum to one."""
    features: Mapping[str, str]
    """Its facts by name."""
    known_at: datetime

    @property
    def is_precedent(self) -> bool:
        """Whether it may be followed."""
        return bool(self.done)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the nearest cases speak for."""

    label: str
    confidence: float
    """Share that speaks for it, with some doubt; 0 to 1, below 1."""
    shares: Mapping[str, float]
    """Of every label among the nearest."""
    near: tuple[Near, ...]
    """The nearest, the most alike first."""
    weights: Mapping[str, float]
    """What each fact weighs in the likeness, by name; they sum to one."""

    @property
    def precedents(self) -> tuple[Near, ...]:
        """Those that speak for it and may be followed."""
        return tuple(one for one in self.near if one.is_precedent and one.label == self.label)


def answer_of(
    library: Library, asked: Asked, turned: frozenset[str] = frozenset()
) -> Answer | None:
    """What the cases most like one speak for.

    Args:
        library: What is remembered.
        asked: The case.
        turned: Ids of cases that have proved otherwise since the library was made; they are left
            out.

    Returns:
        None where too few cases of its kind are known, too few precedents speak for the answer, or
        the nearest do not agree.
    """
    procedure, before = library.procedure, moment_us(asked.before)
    places = _known(library, asked.kind, before, turned)
    if places.size < procedure.least:
        return None
    weights = _weights(library, places)
    alike = _alike(library, asked, places, weights)
    order = np.lexsort((-places, -alike))[: procedure.nearest]  # of equals the newest first
    found = _answer(library, places[order], alike[order], weights, before)
    is_sure = found.confidence >= procedure.least_confidence
    return found if is_sure and len(found.precedents) >= procedure.least_precedents else None


def _known(library: Library, kind: str, before: int, turned: frozenset[str]) -> Places:
    """Cases of a kind that were known before a moment and had not turned by then."""
    at = library.kinds.index(kind) if kind in library.kinds else -1
    known = (library.kind == at) & (library.known_us < before) & (library.retired_us >= before)
    if turned:
        known &= ~np.isin(np.array(library.case_ids), sorted(turned))
    return np.flatnonzero(known)


def _answer(
    library: Library, chosen: Places, alike: Floats, weights: Floats, before: int
) -> Answer:
    """What some cases speak for, each by how alike it is."""
    counts = np.exp(-(1.0 - alike) / library.procedure.spread)
    told = np.bincount(library.label[chosen], weights=counts, minlength=len(library.labels))
    best, whole = int(told.argmax()), float(counts.sum())
    return Answer(
        label=library.labels[best],
        confidence=float(told[best]) / (whole + library.procedure.doubt),
        shares={library.labels[at]: float(told[at]) / whole for at in np.flatnonzero(told)},
        near=_near(library, chosen, alike, counts / whole, before),
        weights=dict(zip(library.names, weights.tolist(), strict=True)),
    )


def _near(
    library: Library, places: Places, alike: Floats, shares: Floats, before: int
) -> tuple[Near, ...]:
    is_precedent = library.settled_us[places] < before
    return tuple(
        Near(
            case_id=library.case_ids[at],
            source_id=library.source_ids[at],
            label=library.labels[library.label[at]],
            done=library.done[at] if is_precedent[position] else "",
            likeness=float(alike[position]),
            share=float(shares[position]),
            features=_features(library, at),
            known_at=moment_of(int(library.known_us[at])),
        )
        for position, at in enumerate(places.tolist())
    )


def _features(library: Library, at: int) -> Mapping[str, str]:
    codes = zip(library.names, library.values, library.codes[at].tolist(), strict=True)
    return {name: values[code - 1] for name, values, code in codes if code}


def _weights(library: Library, places: Places) -> Floats:
    """What each fact tells about the truth among some cases: its information gain, summing to 1."""
    labels, n_labels = library.label[places], len(library.labels)
    whole = _entropy(np.bincount(labels, minlength=n_labels)[None].astype(np.float64))
    gains: Floats = np.full(len(library.names), _FLOOR)
    for fact in range(gains.size):
        codes = library.codes[places, fact]
        size = int(codes.max()) + 1
        table = np.bincount(codes * n_labels + labels, minlength=size * n_labels)
        gains[fact] += max(whole - _entropy(table.reshape(size, n_labels).astype(np.float64)), 0.0)
    weights: Floats = gains / max(float(gains.sum()), _FLOOR)
    return weights


def _entropy(table: Floats) -> float:
    """Mean entropy of the labels in the rows of a table of counts, in nats."""
    share = table / np.maximum(table.sum(axis=1, keepdims=True), 1.0)
    told = np.where(share > 0.0, share * np.log(np.where(share > 0.0, share, 1.0)), 0.0)
    return float(-(told.sum(axis=1) * table.sum(axis=1)).sum() / table.sum())


def _alike(library: Library, asked: Asked, places: Places, weights: Floats) -> Floats:
    codes = np.array(
        [
            _code(asked.features.get(name, ""), values)
            for name, values in zip(library.names, library.values, strict=True)
        ],
        dtype=np.int32,
    )
    agreeing = (library.codes[places] == codes).astype(np.float64)
    by_facts: Floats = agreeing @ weights
    share = library.procedure.text_share
    alike: Floats = (1.0 - share) * by_facts + share * by_words(library, asked.text)[places]
    return alike


def _code(value: str, known: Sequence[str]) -> int:
    """0 for a missing value, -1 for one that was never seen: it is like no other."""
    if not value:
        return 0
    return known.index(value) + 1 if value in known else -1


def by_words(library: Library, text: str) -> Floats:
    """How alike each remembered text is to one, by its words: their cosine, 0 to 1, (N,).

    Where nothing is said, what also says nothing is alike.
    """
    at, words = _positions(library), words_of(text)
    if not words:
        bare: Floats = (np.diff(library.word_start) == 0).astype(np.float64)
        return bare
    counted = Counter(at[word] for word in words if word in at)
    asked = np.zeros(len(library.terms))
    for position, count in counted.items():
        asked[position] = count * library.idf[position]
    length = float(np.sqrt(asked @ asked))
    if not length:
        return np.zeros(library.rows)
    products = np.concatenate(([0.0], np.cumsum(library.word_weight * asked[library.word])))
    spans = products[library.word_start[1:]] - products[library.word_start[:-1]]
    found: Floats = np.clip(spans / length, 0.0, 1.0)
    return found


@lru_cache(maxsize=4)
def _positions(library: Library) -> Mapping[str, int]:
    return {term: position for position, term in enumerate(library.terms)}
