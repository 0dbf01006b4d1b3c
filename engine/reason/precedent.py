"""Predicting from precedents: probabilities, one case or many at once.

Lives here: a fit made ready to predict (`PrecedentModel`). Must not live here: fitting (`learn`),
why a prediction came out as it did (`precedent_grounds`), or anything that acts. numpy only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.domain.precedent import UNSEEN, FittedPrecedent, context_keys

Floats = NDArray[np.float64]

_BATCH = 512  # cases scored at once; bounds memory, changes no result


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Predictions:
    """What a fit says about many cases; n cases, at most three choices each."""

    groups: tuple[tuple[str, ...], ...]
    """Best groups of each case, best first."""
    probabilities: tuple[tuple[float, ...], ...]
    """Their probabilities."""
    confidence: Floats
    """Raw confidence: the probability of the first choice, (n,)."""


class PrecedentModel:
    """A fit made ready: dictionaries for values, and one additive table of log scores.

    Every case is scored alone and in the same order of additions, so a case in a batch and the
    same case by itself get the same bits.
    """

    def __init__(self, fitted: FittedPrecedent) -> None:
        """Lay out the table; takes about as long as a hundred predictions."""
        self.fitted = fitted
        self.features = fitted.procedure.features
        self.groups = fitted.groups
        self.members = _members(fitted)
        self.codes_of = tuple(
            {value: code for code, value in enumerate(values, start=UNSEEN + 1)}
            for values in fitted.vocabularies
        )
        sizes = [len(values) for values in fitted.vocabularies]
        self._alone = _alone(self.members, len(self.features))
        self.fact_shares = _fact_shares(self.members, len(self.features))
        self._starts = np.concatenate(([0], np.cumsum(sizes[:-1]))).astype(np.int64)
        self._base = fitted.base.astype(np.float64)
        self._linear_share = fitted.procedure.linear_share
        self._lifts = _lift_table(fitted)

    def codes(self, cases: Sequence[Mapping[str, str]]) -> NDArray[np.int64]:
        """Give feature codes, (n, F); `UNSEEN` for a value the fit has not seen."""
        return np.array(
            [
                [
                    codes.get(case.get(name, ""), UNSEEN)
                    for name, codes in zip(self.features, self.codes_of, strict=True)
                ]
                for case in cases
            ],
            dtype=np.int64,
        ).reshape(len(cases), len(self.features))

    def parts(self, codes: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Give the additive parts of log scores.

        Args:
            codes: Feature codes, (n, F).

        Returns:
            Of single values (n, F, G) and of contexts (n, C, G); zero where unseen.
        """
        rows = np.where(codes > UNSEEN, codes + self._starts, 0)
        single: Floats = self._linear_share * self.fitted.linear[rows].astype(np.float64)
        # The table is kept in single precision for its size; sums are in double.
        pooled: Floats = self._lifts[self.key_rows(codes)].astype(np.float64)
        return single, pooled

    def key_rows(self, codes: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the table row of each case's contexts, (n, C); 0 where there is no past case."""
        keys, known = context_keys(codes, self.members), self.fitted.keys
        at = np.minimum(np.searchsorted(known, keys), known.size - 1)
        return np.where(known[at] == keys, at + 1, 0)

    def probabilities(self, codes: NDArray[np.int64]) -> Floats:
        """Give the probability of every group, (n, G)."""
        single, pooled = self.parts(codes)
        return self.shares_of(single, pooled)

    def shares_of(self, single: Floats, pooled: Floats) -> Floats:
        """Turn additive parts into probabilities, (n, G)."""
        score = np.add.reduce(single, axis=1)
        score += np.add.reduce(pooled, axis=1)
        score += self._base
        score -= score.max(axis=1, keepdims=True)
        odds: Floats = np.exp(score)
        odds /= odds.sum(axis=1, keepdims=True)
        return odds

    def value_counts(self, codes: NDArray[np.int64]) -> Floats:
        """Give the decayed counts of groups among past cases with each value alone, (F, G).

        Args:
            codes: Feature codes of one case, (F,).

        Zero where the value is unseen, or the procedure counts no context of that fact alone.
        """
        rows = self.key_rows(codes[None])[0]
        fitted = self.fitted
        counts = np.zeros((len(self.features), len(self.groups)))
        for feature, context in enumerate(self._alone):
            row = rows[context] if context >= 0 else 0
            if row:
                span = slice(fitted.indptr[row - 1], fitted.indptr[row])
                counts[feature, fitted.count_group[span]] = fitted.count_value[span]
        return counts


@lru_cache(maxsize=2)
def model_of(fitted: FittedPrecedent) -> PrecedentModel:
    """Make a fit ready once; the latest few stay ready."""
    return PrecedentModel(fitted)


def unseen_values(fitted: FittedPrecedent, case: Mapping[str, str]) -> tuple[str, ...]:
    """The features of a case whose value no past case had; a missing value is none."""
    model = model_of(fitted)
    return tuple(
        name
        for name, codes in zip(model.features, model.codes_of, strict=True)
        if case.get(name) and case[name] not in codes
    )


def predict_batch(fitted: FittedPrecedent, cases: Sequence[Mapping[str, str]]) -> Predictions:
    """Predict many cases at once; the same bits as one by one.

    Args:
        fitted: The fit in force when the cases were opened.
        cases: Feature values by name.
    """
    model = model_of(fitted)
    codes = model.codes(cases)
    groups: list[tuple[str, ...]] = []
    shares: list[tuple[float, ...]] = []
    for start in range(0, len(cases), _BATCH):
        for row in model.probabilities(codes[start : start + _BATCH]):
            best = three_best(row)
            groups.append(tuple(model.groups[at] for at in best))
            shares.append(tuple(float(row[at]) for at in best))
    return Predictions(
        groups=tuple(groups),
        probabilities=tuple(shares),
        confidence=np.array([share[0] for share in shares], dtype=np.float64),
    )


def three_best(shares: Floats) -> list[int]:
    """Give the positions of the three highest, best first; ties by name of the group."""
    return [int(at) for at in np.argsort(-shares, kind="stable")[:3]]


def _members(fitted: FittedPrecedent) -> tuple[tuple[int, ...], ...]:
    at = {name: position for position, name in enumerate(fitted.procedure.features)}
    return tuple(tuple(at[name] for name in context) for context in fitted.procedure.contexts)


def _alone(members: Sequence[Sequence[int]], n_features: int) -> NDArray[np.int64]:
    """Position of the context that is one fact alone, by fact; -1 where there is none, (F,)."""
    alone = np.full(n_features, -1, dtype=np.int64)
    for position, facts in enumerate(members):
        if len(facts) == 1:
            alone[facts[0]] = position
    return alone


def _fact_shares(members: Sequence[Sequence[int]], n_features: int) -> Floats:
    """Share of each fact in each context: even among its facts, (C, F)."""
    shares = np.zeros((len(members), n_features))
    for position, facts in enumerate(members):
        shares[position, list(facts)] = 1.0 / len(facts)
    return shares


def _lift_table(fitted: FittedPrecedent) -> NDArray[np.float32]:
    """Weighted log lift of each context key over the overall shares, (K + 1, G); row 0 is zero."""
    smoothing, prior = fitted.procedure.smoothing, fitted.prior.astype(np.float64)
    size = np.diff(fitted.indptr)
    key = np.repeat(np.arange(fitted.keys.size), size)
    total = np.bincount(key, weights=fitted.count_value, minlength=fitted.keys.size)
    ranges = np.digitize(total, fitted.procedure.count_bins)
    weight = (1.0 - fitted.procedure.linear_share) * fitted.trust[fitted.key_context, ranges]
    # Groups without a past case under a key all have the same lift there.
    bare = weight * np.log(smoothing / (total + smoothing))
    lifts = np.zeros((fitted.keys.size + 1, len(fitted.groups)), dtype=np.float32)
    lifts[1:] = bare[:, None]
    ahead = smoothing * prior[fitted.count_group]
    share = (fitted.count_value.astype(np.float64) + ahead) / (total + smoothing)[key]
    lifts[key + 1, fitted.count_group] = weight[key] * np.log(share / prior[fitted.count_group])
    return lifts


__all__ = ["PrecedentModel", "Predictions", "model_of", "predict_batch", "three_best"]
