"""Figures: percentiles and spreads of what was measured. Pure arithmetic, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median

from engine.domain.canonical import Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Spread:
    """One figure over several runs."""

    median: float
    low: float
    high: float

    def to_json(self) -> Json:
        """Median, lowest and highest."""
        return {"median": self.median, "min": self.low, "max": self.high}


def spread(values: Sequence[float]) -> Spread:
    """Median, lowest and highest of at least one value."""
    return Spread(median=median(values), low=min(values), high=max(values))


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed (nearest rank).

    Args:
        values: At least one, in any order.
        share: Above 0, at most 1.

    Raises:
        ValueError: There is no value, or the share is out of range.
    """
    if not values or not 0 < share <= 1:
        raise ValueError("a percentile needs values and a share above 0 and at most 1")
    return sorted(values)[ceil(share * len(values)) - 1]


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, ...]:
    """Ours over theirs, run by run: each pair was measured one right after the other."""
    return tuple(mine / other for mine, other in zip(ours, theirs, strict=True))
