"""Counts and spreads that say from how many they are, and are no figure where those are too few."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from statistics import median

from engine.govern.binomial import clopper_pearson_interval

_DELTA = 0.05
LEAST = 5
"""A share of fewer is not written as a share."""
LEAST_TAIL = 10
"""A 90th percentile needs so many."""
LEAST_CALIBRATION = 20
"""A calibration error needs so many."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """k of n with the 95 % Clopper-Pearson interval of the share."""

    k: int
    n: int
    low: float
    high: float

    @property
    def share(self) -> float | None:
        """k / n; None where n is too small to be written as a share."""
        return self.k / self.n if self.n >= LEAST else None


@lru_cache(maxsize=4096)
def counted(k: int, n: int) -> Counted:
    """k of n with its interval."""
    interval = clopper_pearson_interval(k, n, _DELTA)
    return Counted(k=k, n=n, low=interval.lower, high=interval.upper)


@dataclass(frozen=True, kw_only=True, slots=True)
class Spread:
    """How a quantity is spread over runs."""

    n: int
    median: float | None
    """None: there is none to take it of."""
    p90: float | None
    """None: there are too few."""
    most: float | None


def spread(values: Iterable[float]) -> Spread:
    """Median, 90th percentile by nearest rank, and maximum."""
    ordered = sorted(values)
    n = len(ordered)
    return Spread(
        n=n,
        median=median(ordered) if ordered else None,
        p90=ordered[ceil(0.9 * n) - 1] if n >= LEAST_TAIL else None,
        most=ordered[-1] if ordered else None,
    )
