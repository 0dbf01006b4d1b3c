"""Platt scaling with a ridge towards "change nothing".

Lives here: the sigmoid map and its fit. Must not live here: when to fit, or on which labels
(`calibrate`).

Source: evidence.md 3.2 step 1; Platt (1999) for the smoothed targets.
"""

from __future__ import annotations

import math
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

LOWEST = 0.005
"""Confidences and calibrated numbers are clipped to [LOWEST, HIGHEST]: nothing is certain."""
HIGHEST = 0.995

_NEWTON_STEPS = 100
_STEP_TOLERANCE = 1e-11
_LOG_ODDS_LIMIT = 700.0  # exp() overflows a float a little above


@dataclass(frozen=True, kw_only=True, slots=True)
class PlattMap:
    """p = sigmoid(a * logit(clip(confidence)) + b); never reorders two confidences."""

    a: float
    """Slope on the log-odds, >= 0 and finite."""
    b: float
    """Shift of the log-odds, finite."""

    def __post_init__(self) -> None:
        """Refuse a map that could reorder cases or give NaN."""
        if not (0.0 <= self.a < math.inf and math.isfinite(self.b)):
            raise ModelError(f"a Platt map needs finite a >= 0 and b, not {self.a!s}, {self.b!s}")

    def apply_one(self, confidence: float) -> float:
        """Return the calibrated probability of one raw confidence in [0, 1].

        Raises:
            InvalidRequest: if the confidence is NaN or outside [0, 1].
        """
        if not 0.0 <= confidence <= 1.0:
            raise InvalidRequest(f"confidence must lie in [0, 1], not {confidence!s}")
        clipped = min(max(confidence, LOWEST), HIGHEST)
        # Each operation rounds monotonically, so rounding cannot reorder two cases either.
        log_odds = self.a * math.log(clipped / (1.0 - clipped)) + self.b
        bounded = min(max(log_odds, -_LOG_ODDS_LIMIT), _LOG_ODDS_LIMIT)
        return 1.0 / (1.0 + math.exp(-bounded))

    def apply(self, confidences: Numbers) -> FloatArray:
        """Return `apply_one` of every confidence, shape (n,), equal to the last bit.

        Raises:
            InvalidRequest: if a confidence is NaN or outside [0, 1].
        """
        checked = checked_unit_interval(confidences, name="confidences")
        return np.array([self.apply_one(value) for value in checked.tolist()], dtype=np.float64)


def fit_platt(confidences: Numbers, correct: Numbers) -> PlattMap:
    """Fit the ridge-Platt map on labelled confidences.

    Minimises the summed log-loss against smoothed targets plus (a - 1)^2 + b^2 under a >= 0.
    Without labels, or with labels that say nothing, this is close to the identity.

    Args:
        confidences: raw confidences in [0, 1], shape (n,).
        correct: 1 where the recommendation was right, else 0, shape (n,).

    Raises:
        InvalidRequest: if shapes differ, a confidence is outside [0, 1] or a label is not 0 or 1.
    """
    values = checked_unit_interval(confidences, name="confidences")
    labels = checked_binary(correct, name="correct")
    checked_same_length(values, labels, names="confidences and correct")
    clipped = np.clip(values, LOWEST, HIGHEST)
    log_odds = np.log(clipped / (1.0 - clipped))
    targets = _smoothed_targets(labels)
    a, b = _minimise(log_odds, targets)
    if a < 0.0:
        # The problem is convex, so the best a on the boundary is 0; only the shift is left.
        _, b = _minimise(np.zeros_like(log_odds), targets)
        a = 0.0
    return PlattMap(a=a, b=b)


def _smoothed_targets(labels: FloatArray) -> FloatArray:
    right = float(labels.sum())
    wrong = labels.size - right
    return np.where(labels == 1.0, (right + 1.0) / (right + 2.0), 1.0 / (wrong + 2.0))


def _minimise(log_odds: FloatArray, targets: FloatArray) -> tuple[float, float]:
    """Newton's method with step halving; the ridge keeps the curvature at 2 or more."""
    a, b = 1.0, 0.0
    loss = _loss(a, b, log_odds, targets)
    for _ in range(_NEWTON_STEPS):
        step_a, step_b = _newton_step(a, b, log_odds, targets)
        scale = 1.0
        while True:
            next_a, next_b = a - scale * step_a, b - scale * step_b
            next_loss = _loss(next_a, next_b, log_odds, targets)
            if next_loss <= loss or scale < 1e-6:
                break
            scale *= 0.5
        if next_loss > loss:
            break
        a, b, loss = next_a, next_b, next_loss
        if abs(step_a) + abs(step_b) <= _STEP_TOLERANCE:
            break
    return a, b


def _newton_step(
    a: float, b: float, log_odds: FloatArray, targets: FloatArray
) -> tuple[float, float]:
    probability = 1.0 / (1.0 + np.exp(-(a * log_odds + b)))
    residual = probability - targets
    weight = probability * (1.0 - probability)
    weighted = weight * log_odds
    slope_a = float(residual @ log_odds) + 2.0 * (a - 1.0)
    slope_b = float(residual.sum()) + 2.0 * b
    curve_aa = float(weighted @ log_odds) + 2.0
    curve_ab = float(weighted.sum())
    curve_bb = float(weight.sum()) + 2.0
    determinant = curve_aa * curve_bb - curve_ab * curve_ab
    return (
        (curve_bb * slope_a - curve_ab * slope_b) / determinant,
        (curve_aa * slope_b - curve_ab * slope_a) / determinant,
    )


def _loss(a: float, b: float, log_odds: FloatArray, targets: FloatArray) -> float:
    z = a * log_odds + b
    return float((np.logaddexp(0.0, z) - targets * z).sum()) + (a - 1.0) ** 2 + b * b
