"""Isotonic calibration: the best non-decreasing map from confidence to share correct.

Lives here: the map as plain arrays and its fit. Must not live here: the choice between this and
Platt scaling (`calibrate`).

Source: pool adjacent violators, Ayer et al. (1955); evidence.md 3.2 step 3.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from engine.errors import InvalidRequest, ModelError
from engine.govern.checked_input import (
    FloatArray,
    Numbers,
    checked_binary,
    checked_same_length,
    checked_unit_interval,
)
from engine.govern.platt import HIGHEST, LOWEST


@dataclass(frozen=True, kw_only=True, slots=True)
class IsotonicMap:
    """A non-decreasing line through knots, flat outside them."""

    knots_x: tuple[float, ...]
    """Raw confidences, strictly rising, in [0, 1]."""
    knots_y: tuple[float, ...]
    """Calibrated probabilities at the knots, never falling, in [0, 1]."""

    def __post_init__(self) -> None:
        """Refuse knots that could reorder cases or give NaN."""
        x, y = self.knots_x, self.knots_y
        if not x or len(x) != len(y):
            raise ModelError("an isotonic map needs as many probabilities as confidences, and one")
        if not all(0.0 <= value <= 1.0 for value in (*x, *y)):
            raise ModelError("the knots of an isotonic map must lie in [0, 1]")
        if any(x[i] >= x[i + 1] or y[i] > y[i + 1] for i in range(len(x) - 1)):
            raise ModelError("the knots of an isotonic map must rise")

    def apply_one(self, confidence: float) -> float:
        """Return the calibrated probability of one raw confidence in [0, 1].

        Raises:
            InvalidRequest: if the confidence is NaN or outside [0, 1].
        """
        if not 0.0 <= confidence <= 1.0:
            raise InvalidRequest(f"confidence must lie in [0, 1], not {confidence!s}")
        x, y = self.knots_x, self.knots_y
        above = bisect_right(x, confidence)
        if above == 0:
            return y[0]
        if above == len(x):
            return y[-1]
        low, high = y[above - 1], y[above]
        share = (confidence - x[above - 1]) / (x[above] - x[above - 1])
        return min(high, low + (high - low) * share)

    def apply(self, confidences: Numbers) -> FloatArray:
        """Return `apply_one` of every confidence, shape (n,), equal to the last bit.

        Raises:
            InvalidRequest: if a confidence is NaN or outside [0, 1].
        """
        checked = checked_unit_interval(confidences, name="confidences")
        return np.array([self.apply_one(value) for value in checked.tolist()], dtype=np.float64)


def fit_isotonic(confidences: Numbers, correct: Numbers) -> IsotonicMap:
    """Fit the non-decreasing map with the least squared error, clipped away from 0 and 1.

    Args:
        confidences: raw confidences in [0, 1], shape (n,) with n >= 1.
        correct: 1 where the recommendation was right, else 0, shape (n,).

    Raises:
        InvalidRequest: if there is no label, shapes differ, or a value is out of range.
    """
    values = checked_unit_interval(confidences, name="confidences")
    labels = checked_binary(correct, name="correct")
    checked_same_length(values, labels, names="confidences and correct")
    if values.size == 0:
        raise InvalidRequest("an isotonic fit needs at least one label")
    distinct, position, count = np.unique(values, return_inverse=True, return_counts=True)
    right = np.bincount(position, weights=labels)
    knots_x: list[float] = []
    knots_y: list[float] = []
    x = distinct.tolist()
    for first, last, mean in _pool(right.tolist(), count.tolist()):
        bounded = min(max(mean, LOWEST), HIGHEST)
        for end in (x[first],) if first == last else (x[first], x[last]):
            knots_x.append(end)
            knots_y.append(bounded)
    return IsotonicMap(knots_x=tuple(knots_x), knots_y=tuple(knots_y))


def _pool(right: list[float], count: list[int]) -> list[tuple[int, int, float]]:
    """Pool adjacent violators; return blocks as (first index, last index, mean)."""
    starts: list[int] = []
    sums: list[float] = []
    sizes: list[float] = []
    for index, (total, size) in enumerate(zip(right, count, strict=True)):
        start, weight = index, float(size)
        # Sums are whole numbers, so the comparison by cross product is exact.
        while sums and sums[-1] * weight >= total * sizes[-1]:
            total += sums.pop()
            weight += sizes.pop()
            start = starts.pop()
        starts.append(start)
        sums.append(total)
        sizes.append(weight)
    ends = [*(start - 1 for start in starts[1:]), len(right) - 1]
    means = [total / size for total, size in zip(sums, sizes, strict=True)]
    return list(zip(starts, ends, means, strict=True))
