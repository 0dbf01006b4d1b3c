"""How good confidences are, measured on labelled cases.

Lives here: Brier score, log-loss, calibration error, the reliability diagram and the
risk-coverage curve with its area. Must not live here: any guarantee about the future
(`certify`) or any fit (`calibrate`).

Cases with the same confidence cannot be told apart by a threshold. They stay together: bins and
curve points end where a block of ties ends, so no score depends on the order of the rows.
Source: definitions of evidence.md 3.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidRequest
from engine.govern.binomial import clopper_pearson_interval
from engine.govern.checked_input import (
    FloatArray,
    Numbers,
    checked_binary,
    checked_same_length,
    checked_unit_interval,
)

_PROBABILITY_FLOOR = 1e-15


@dataclass(frozen=True, kw_only=True, slots=True)
class ReliabilityBin:
    """One bin of the reliability diagram."""

    mean_confidence: float
    """Mean predicted probability in the bin."""
    share_correct: float
    """Share of the bin that proved correct."""
    lower: float
    """Clopper-Pearson lower limit of the share correct."""
    upper: float
    """Clopper-Pearson upper limit of the share correct."""
    n: int
    """Cases in the bin."""
    correct: int
    """Correct cases in the bin."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class RiskCoverageCurve:
    """Error against coverage, one point for each distinct confidence, strictest first.

    All arrays have shape (points,). A point says: cut at `threshold` and `accepted` cases are
    taken, `errors` of them wrong.
    """

    threshold: FloatArray
    """Lowest confidence taken; falls from point to point."""
    accepted: NDArray[np.int64]
    """Cases at or above the threshold."""
    errors: NDArray[np.int64]
    """Wrong cases among them."""
    coverage: FloatArray
    """Accepted cases as a share of all."""
    risk: FloatArray
    """Errors as a share of the accepted cases."""


def brier(probabilities: Numbers, correct: Numbers) -> float:
    """Return the Brier score, mean (p - y)^2; lower is better.

    Args:
        probabilities: predicted P(correct) in [0, 1], shape (n,) with n >= 1.
        correct: 1 where the recommendation was right, else 0, shape (n,).

    Raises:
        InvalidRequest: if there is no row, shapes differ, or a value is NaN or out of range.
    """
    p, y = _checked_rows(probabilities, correct)
    return float(np.mean((p - y) ** 2))


def log_loss(probabilities: Numbers, correct: Numbers) -> float:
    """Return the mean log-loss in nats; lower is better.

    A certain prediction that proved wrong counts -ln(1e-15) and not infinity.
    Args and errors as `brier`.
    """
    p, y = _checked_rows(probabilities, correct)
    assigned = np.where(y == 1.0, p, 1.0 - p)
    return float(-np.mean(np.log(np.maximum(assigned, _PROBABILITY_FLOOR))))


def expected_calibration_error(
    probabilities: Numbers, correct: Numbers, *, bins: int = 10
) -> float:
    """Return ECE: the mean gap between confidence and share correct over equal-mass bins.

    Biased upward for small n: display it, choose by `brier` or `log_loss`.
    Args and errors as `brier`; `bins` is at least 1.
    """
    p, y = _checked_rows(probabilities, correct)
    p, y, starts, sizes = _equal_mass_bins(p, y, bins)
    gaps = np.abs(np.add.reduceat(p, starts) - np.add.reduceat(y, starts))
    return float(gaps.sum() / sizes.sum())


def reliability_bins(
    probabilities: Numbers, correct: Numbers, *, bins: int = 10, delta: float = 0.05
) -> tuple[ReliabilityBin, ...]:
    """Return the reliability diagram: equal-mass bins by rising confidence.

    There are fewer than `bins` where confidences repeat. Intervals are pointwise at 1 - delta.
    Args and errors as `brier`, except that no rows give no bins.
    """
    if np.size(np.asarray(probabilities)) == 0 and np.size(np.asarray(correct)) == 0:
        return ()
    p, y = _checked_rows(probabilities, correct)
    p, y, starts, sizes = _equal_mass_bins(p, y, bins)
    sums, right = np.add.reduceat(p, starts), np.add.reduceat(y, starts)
    return tuple(
        _reliability_bin(total, int(hits), int(n), delta)
        for total, hits, n in zip(sums.tolist(), right.tolist(), sizes.tolist(), strict=True)
    )


def risk_coverage_curve(confidences: Numbers, correct: Numbers) -> RiskCoverageCurve:
    """Return error against coverage for every threshold the confidences allow.

    Args:
        confidences: raw or calibrated confidences in [0, 1], shape (n,) with n >= 1.
        correct: 1 where the recommendation was right, else 0, shape (n,).

    Raises:
        InvalidRequest: if there is no row, shapes differ, or a value is NaN or out of range.
    """
    values, labels = _checked_rows(confidences, correct)
    order = np.argsort(-values, kind="stable")
    values = values[order]
    wrong = np.cumsum(1.0 - labels[order])
    ends = np.flatnonzero(np.append(values[1:] != values[:-1], True))
    accepted = (ends + 1).astype(np.int64)
    errors = wrong[ends].astype(np.int64)
    return RiskCoverageCurve(
        threshold=values[ends],
        accepted=accepted,
        errors=errors,
        coverage=accepted / values.size,
        risk=errors / accepted,
    )


def area_under_risk_coverage(confidences: Numbers, correct: Numbers) -> float:
    """Return AURC: the error of the accepted cases, averaged over all coverages; lower is better.

    Every case of a block of ties counts with the error at the end of its block.
    Args and errors as `risk_coverage_curve`. Source: Geifman et al. (2019).
    """
    curve = risk_coverage_curve(confidences, correct)
    weights = np.diff(curve.accepted, prepend=0)
    return float((weights * curve.risk).sum() / curve.accepted[-1])


def _checked_rows(probabilities: Numbers, correct: Numbers) -> tuple[FloatArray, FloatArray]:
    p = checked_unit_interval(probabilities, name="probabilities")
    y = checked_binary(correct, name="correct")
    checked_same_length(p, y, names="probabilities and correct")
    if p.size == 0:
        raise InvalidRequest("a score needs at least one labelled case")
    return p, y


def _equal_mass_bins(
    p: FloatArray, y: FloatArray, bins: int
) -> tuple[FloatArray, FloatArray, NDArray[np.int64], NDArray[np.int64]]:
    """Return rows sorted by p with the start and size of each bin; ties are never cut."""
    if bins < 1:
        raise InvalidRequest(f"bins must be at least 1, not {bins}")
    order = np.argsort(p, kind="stable")
    p, y = p[order], y[order]
    cuts = np.arange(1, bins + 1) * p.size // bins
    cuts = np.unique(cuts[cuts > 0])
    ends = np.unique(np.searchsorted(p, p[cuts - 1], side="right"))
    starts = np.concatenate(([0], ends[:-1])).astype(np.int64)
    return p, y, starts, (ends - starts).astype(np.int64)


def _reliability_bin(total: float, right: int, n: int, delta: float) -> ReliabilityBin:
    interval = clopper_pearson_interval(right, n, delta)
    return ReliabilityBin(
        mean_confidence=total / n,
        share_correct=right / n,
        lower=interval.lower,
        upper=interval.upper,
        n=n,
        correct=right,
    )
