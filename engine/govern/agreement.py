"""Agreement between two raters, for example the recommendation and the person.

Lives here: raw agreement, Cohen's kappa and Gwet's AC1 of a square table. Must not live here:
correctness. Two raters can agree and both be wrong, so the scorecard shows the two apart.

Kappa collapses when one category dominates; AC1 does not, so both stand beside the raw figure.
Source: Cohen (1960); Gwet (2008); evidence.md 4.2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidRequest
from engine.govern.checked_input import FloatArray


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """How far two raters agree on the same cases; None where a figure is not defined."""

    n: int
    """Cases both rated."""
    raw: float | None
    """Share of cases with the same answer."""
    kappa: float | None
    """Cohen's kappa: agreement beyond chance, chance taken from each rater's own shares."""
    ac1: float | None
    """Gwet's AC1: agreement beyond chance, steady where one category dominates."""


def agreement_of_table(table: Sequence[Sequence[int]] | NDArray[np.generic]) -> Agreement:
    """Return the agreement of a square table of counts.

    Args:
        table: counts, shape (q, q): row is the first rater's category, column the second's.

    Raises:
        InvalidRequest: if the table is not square or a count is negative, NaN or fractional.
    """
    counts = np.asarray(table, dtype=np.float64)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise InvalidRequest(f"an agreement table must be square, not of shape {counts.shape}")
    if not (np.isfinite(counts) & (counts >= 0.0) & (counts == np.floor(counts))).all():
        raise InvalidRequest("an agreement table holds whole counts of 0 or more")
    n = float(counts.sum())
    if n == 0.0:
        return Agreement(n=0, raw=None, kappa=None, ac1=None)
    raw = float(np.trace(counts)) / n
    rows, columns = counts.sum(axis=1) / n, counts.sum(axis=0) / n
    by_shares = float(rows @ columns)
    return Agreement(
        n=int(n),
        raw=raw,
        kappa=_beyond_chance(raw, by_shares),
        ac1=_beyond_chance(raw, _gwet_chance((rows + columns) / 2.0)),
    )


def agreement_of_answers(
    first: Sequence[Hashable],
    second: Sequence[Hashable],
    *,
    categories: Sequence[Hashable] | None = None,
) -> Agreement:
    """Return the agreement of two raters' answers to the same cases.

    Args:
        first: the first rater's category of each case, shape (n,).
        second: the second rater's category of each case, shape (n,).
        categories: every category there is; by default those that were given. AC1 depends on
            how many there are.

    Raises:
        InvalidRequest: if lengths differ or an answer is not among the categories.
    """
    if len(first) != len(second):
        raise InvalidRequest(f"answers differ in number: {len(first)} and {len(second)}")
    given = dict.fromkeys([*first, *second] if categories is None else categories)
    position = {category: index for index, category in enumerate(given)}
    table = np.zeros((len(position), len(position)), dtype=np.int64)
    for (one, other), count in Counter(zip(first, second, strict=True)).items():
        if one not in position or other not in position:
            raise InvalidRequest(f"answers {one!r} and {other!r} are not both known categories")
        table[position[one], position[other]] = count
    return agreement_of_table(table)


def _gwet_chance(shares: FloatArray) -> float:
    if shares.size < 2:
        return 1.0
    return float((shares * (1.0 - shares)).sum()) / (shares.size - 1)


def _beyond_chance(raw: float, chance: float) -> float | None:
    # With one category in use there is nothing beyond chance to measure.
    return None if chance >= 1.0 else (raw - chance) / (1.0 - chance)
