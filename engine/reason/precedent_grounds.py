"""Why a precedent prediction came out as it did, as values ready for words.

Lives here: `explain_precedent` with what spoke for, what spoke against, what is missing and which
past cases look alike. Must not live here: the texts a desk makes of it, or anything that acts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from engine.domain.precedent import UNSEEN, FittedPrecedent
from engine.reason.precedent import Floats, PrecedentModel, model_of, three_best

_MOST_SIMILAR = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupShare:
    """One possible group and its probability."""

    group: str
    probability: float


@dataclass(frozen=True, kw_only=True, slots=True)
class FactWeight:
    """What one fact adds to the first choice against the second."""

    feature: str
    value: str
    """Empty where the fact is missing or was never seen."""
    weight: float
    """Contribution to the log-odds of first against second choice; negative speaks against."""
    is_seen: bool
    """Whether past cases had this value."""
    past_cases: float
    """Decayed number of past cases with this value; recent ones count most."""
    share_first: float
    """Their share that went to the first choice."""
    share_second: float
    """Their share that went to the second choice."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SimilarCase:
    """A past case that looks like this one."""

    case_id: str
    label: str
    similarity: float
    """Share of what matters, 0 to 1, in which the two agree."""
    label_known_at: datetime
    agreeing: tuple[str, ...]
    """Features in which the two agree."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PrecedentAnswer:
    """What past cases say about one case."""

    groups: tuple[GroupShare, ...]
    """At most three, best first."""
    confidence: float
    """Raw confidence: the probability of the first."""
    facts: tuple[FactWeight, ...]
    """All facts, the weightiest first."""
    missing: tuple[str, ...]
    """Facts that are missing, the one that usually matters most first."""
    unseen: tuple[str, ...]
    """Facts with a value no past case had."""
    similar: tuple[SimilarCase, ...]
    """At most five, the most similar first; among equals the newest."""
    as_of: datetime
    """Labels known later are not in it."""
    rows: int
    """Cases it was learned from."""

    @property
    def supporting(self) -> tuple[FactWeight, ...]:
        """Facts that speak for the first choice, strongest first."""
        return tuple(fact for fact in self.facts if fact.weight > 0.0)

    @property
    def opposing(self) -> tuple[FactWeight, ...]:
        """Facts that speak for the second choice, strongest first."""
        return tuple(fact for fact in self.facts if fact.weight < 0.0)


def explain_precedent(
    fitted: FittedPrecedent | None, features: Mapping[str, str]
) -> PrecedentAnswer | None:
    """Predict one case and give the grounds.

    Args:
        fitted: The fit in force when the case was opened; None where there is none yet.
        features: Feature values by name; names the procedure does not know are not looked at.

    Returns:
        The answer, with the same probabilities as `predict_batch`; None without a fit.
    """
    if fitted is None:
        return None
    model = model_of(fitted)
    codes = model.codes([features])
    single, pooled = model.parts(codes)
    shares = model.shares_of(single, pooled)[0]
    best = three_best(shares)
    pair = (best[0], best[min(1, len(best) - 1)])
    return PrecedentAnswer(
        groups=tuple(
            GroupShare(group=model.groups[at], probability=float(shares[at])) for at in best
        ),
        confidence=float(shares[best[0]]),
        facts=_fact_weights(model, codes[0], _gap_by_fact(model, single[0], pooled[0], pair), pair),
        missing=_missing(model, features),
        unseen=_unseen(model, codes[0], features),
        similar=_similar(model, codes[0], features),
        as_of=fitted.as_of,
        rows=fitted.rows,
    )


def _gap_by_fact(
    model: PrecedentModel, single: Floats, pooled: Floats, pair: tuple[int, int]
) -> Floats:
    """Log-odds of first against second choice by fact, (F,).

    What a combination of facts says is shared out evenly among them, so that all facts together
    give the whole gap but for the part that holds before any fact speaks.
    """
    first, second = pair
    gap: Floats = single[:, first] - single[:, second]
    gap += (pooled[:, first] - pooled[:, second]) @ model.fact_shares
    return gap


def _fact_weights(
    model: PrecedentModel, codes: NDArray[np.int64], gap: Floats, pair: tuple[int, int]
) -> tuple[FactWeight, ...]:
    counts = model.value_counts(codes)
    order = np.argsort(-np.abs(gap), kind="stable").tolist()
    return tuple(
        _fact_weight(model, at, int(codes[at]), float(gap[at]), counts[at], pair) for at in order
    )


def _fact_weight(
    model: PrecedentModel,
    feature: int,
    code: int,
    weight: float,
    counts: Floats,
    pair: tuple[int, int],
) -> FactWeight:
    is_seen = code != UNSEEN
    total = float(counts.sum())
    return FactWeight(
        feature=model.features[feature],
        value=model.fitted.vocabularies[feature][code - 1] if is_seen else "",
        weight=weight,
        is_seen=is_seen,
        past_cases=total,
        share_first=float(counts[pair[0]]) / total if total else 0.0,
        share_second=float(counts[pair[1]]) / total if total else 0.0,
    )


def _missing(model: PrecedentModel, features: Mapping[str, str]) -> tuple[str, ...]:
    order = np.argsort(-model.fitted.importance, kind="stable")
    names = (model.features[at] for at in order)
    return tuple(name for name in names if not features.get(name, ""))


def _unseen(
    model: PrecedentModel, codes: NDArray[np.int64], features: Mapping[str, str]
) -> tuple[str, ...]:
    pairs = zip(model.features, codes.tolist(), strict=True)
    return tuple(name for name, code in pairs if code == UNSEEN and features.get(name, ""))


def _similar(
    model: PrecedentModel, codes: NDArray[np.int64], features: Mapping[str, str]
) -> tuple[SimilarCase, ...]:
    """Rank kept cases by the weight of the facts in which they agree; nothing agrees on a gap."""
    told = np.array([bool(features.get(name, "")) for name in model.features])
    weight = np.where(told, model.fitted.importance.astype(np.float64), 0.0)
    if not model.fitted.exemplar_ids or not weight.sum() > 0.0:
        return ()
    agrees = model.fitted.exemplar_codes == codes
    similarity = agrees @ (weight / weight.sum())
    chosen: list[tuple[int, float]] = []
    while len(chosen) < _MOST_SIMILAR and (best := float(similarity.max())) > 0.0:
        at = int(similarity.argmax())  # the first of equals is the newest
        chosen.append((at, best))
        similarity[at] = 0.0
    return tuple(_similar_case(model, at, best, agrees[at] & told) for at, best in chosen)


def _similar_case(
    model: PrecedentModel, at: int, similarity: float, agrees: NDArray[np.bool_]
) -> SimilarCase:
    fitted = model.fitted
    return SimilarCase(
        case_id=fitted.exemplar_ids[at],
        label=fitted.groups[fitted.exemplar_label[at]],
        similarity=min(1.0, similarity),
        label_known_at=fitted.exemplar_known_at[at],
        agreeing=tuple(name for name, same in zip(model.features, agrees, strict=True) if same),
    )
