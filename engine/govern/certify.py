"""Certifying a confidence threshold: above it, the error rate is at most alpha.

Lives here: the walk, the scan and the choice between them. Must not live here: the values they
take and give (`certificate`), calibration, promotion, or the decision to use a certificate.

Two tests share the error budget. The walk tests a fixed grid from strict to loose with exact
binomial p-values and stops at the first failure (Learn-then-Test, arXiv 2110.01052). The scan
follows an e-value down every distinct score, so a few errors at the very top cannot end it.
Source: evidence.md 1.2.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from engine.govern.binomial import binomial_tail, clopper_pearson_upper
from engine.govern.calibration import Calibration
from engine.govern.certificate import (
    DEFAULT_GRID,
    DEFAULT_PLAN,
    Certificate,
    CertificationBasis,
    CertificationPlan,
    CertifiedBy,
    DataWindow,
    NotCertifiable,
    NotCertifiableReason,
    StepOutcome,
    ThresholdCount,
    WalkStep,
)
from engine.govern.checked_input import (
    FloatArray,
    Numbers,
    checked_binary,
    checked_fraction,
    checked_same_length,
    checked_unit_interval,
)
from engine.govern.e_values import log_grid_e_values
from engine.govern.scores import risk_coverage_curve

__all__ = [
    "DEFAULT_GRID",
    "DEFAULT_PLAN",
    "Certificate",
    "CertificationBasis",
    "CertificationPlan",
    "CertifiedBy",
    "DataWindow",
    "NotCertifiable",
    "NotCertifiableReason",
    "StepOutcome",
    "ThresholdCount",
    "WalkStep",
    "certify",
    "scan_scores",
    "walk_thresholds",
]


def certify(
    scores: Numbers,
    errors: Numbers,
    *,
    plan: CertificationPlan = DEFAULT_PLAN,
    calibration: Calibration | None = None,
    window: DataWindow | None = None,
) -> Certificate | NotCertifiable:
    """Return the loosest threshold that keeps the plan's promise, or why there is none.

    Args:
        scores: calibrated scores in [0, 1], shape (n,), of rows that did not fit the calibrator.
        errors: 1 where the recommendation was wrong, else 0, shape (n,).
        plan: limits, grid and budget, fixed before the labels were looked at.
        calibration: what made the scores; gives the raw cut and the version.
        window: the span of time the rows come from, for the record.

    Raises:
        InvalidRequest: if shapes differ, a score is NaN or outside [0, 1], or an error not 0 or 1.
    """
    values = checked_unit_interval(scores, name="scores")
    wrong = checked_binary(errors, name="errors")
    checked_same_length(values, wrong, names="scores and errors")
    counts = _counts_on_grid(values, wrong, plan.grid)
    walk = walk_thresholds(counts, alpha=plan.alpha, delta=plan.delta_walk, start=plan.start)
    basis = CertificationBasis(
        rows=values.size,
        plan=plan,
        walk=walk,
        calibration_version=calibration.version if calibration else None,
        window=window,
    )
    scanned = scan_scores(values, wrong, alpha=plan.alpha, delta=plan.delta_scan)
    chosen = _loosest(walk, scanned)
    if chosen is None:
        return _refusal(basis)
    return _certificate(*chosen, basis, calibration)


def walk_thresholds(
    counts: Sequence[ThresholdCount], *, alpha: float, delta: float, start: int
) -> tuple[WalkStep, ...]:
    """Test thresholds in the order given, strict to loose, and stop at the first failure.

    A threshold with fewer than `start` labels is skipped: it could hardly pass, and a failure
    would end the walk. The loosest threshold that passed is the walk's answer.

    Args:
        counts: labels and errors at each threshold, thresholds falling.
        alpha: allowed error rate, strictly between 0 and 1.
        delta: the walk's error budget, strictly between 0 and 1.
        start: labels a threshold needs to be tested.

    Raises:
        InvalidRequest: if a rate is out of range or counts do not fit each other.
    """
    checked_fraction(alpha, name="alpha")
    checked_fraction(delta, name="delta")
    steps: list[WalkStep] = []
    for count in counts:
        p_value = binomial_tail(count.errors, count.labels, alpha)
        outcome = StepOutcome.PASSED if p_value <= delta else StepOutcome.FAILED
        if count.labels < start:
            outcome = StepOutcome.SKIPPED
        steps.append(WalkStep(count=count, p_value=p_value, outcome=outcome))
        if outcome is StepOutcome.FAILED:
            break
    return tuple(steps)


def scan_scores(
    scores: Numbers, errors: Numbers, *, alpha: float, delta: float
) -> ThresholdCount | None:
    """Return the lowest score at which the e-value of all cases above it reaches 1/delta.

    Looks at every distinct score, at the end of its block of ties; needs no order of risk.

    Args:
        scores: calibrated scores in [0, 1], shape (n,).
        errors: 1 where the recommendation was wrong, else 0, shape (n,).
        alpha: allowed error rate, strictly between 0 and 1.
        delta: the scan's error budget, strictly between 0 and 1.

    Raises:
        InvalidRequest: if a rate is out of range, shapes differ or a value is not valid.
    """
    checked_fraction(alpha, name="alpha")
    checked_fraction(delta, name="delta")
    wrong = checked_binary(errors, name="errors")
    if wrong.size == 0:
        return None
    curve = risk_coverage_curve(scores, 1.0 - wrong)
    evidence = log_grid_e_values(curve.errors, curve.accepted, alpha=alpha)
    passing = np.flatnonzero(evidence >= -math.log(delta))
    if passing.size == 0:
        return None
    last = int(passing[-1])
    return ThresholdCount(
        threshold=float(curve.threshold[last]),
        labels=int(curve.accepted[last]),
        errors=int(curve.errors[last]),
    )


def _counts_on_grid(
    scores: FloatArray, errors: FloatArray, grid: tuple[float, ...]
) -> tuple[ThresholdCount, ...]:
    order = np.argsort(-scores, kind="stable")
    wrong_above = np.concatenate(([0.0], np.cumsum(errors[order])))
    labels = np.searchsorted(-scores[order], -np.array(grid), side="right")
    return tuple(
        ThresholdCount(threshold=threshold, labels=int(m), errors=int(wrong_above[m]))
        for threshold, m in zip(grid, labels.tolist(), strict=True)
    )


def _loosest(
    walk: tuple[WalkStep, ...], scanned: ThresholdCount | None
) -> tuple[ThresholdCount, CertifiedBy] | None:
    certified = [
        (step.count, CertifiedBy.WALK) for step in walk if step.outcome is StepOutcome.PASSED
    ]
    if scanned:
        certified.append((scanned, CertifiedBy.SCAN))
    return min(certified, key=lambda found: found[0].threshold, default=None)


def _certificate(
    count: ThresholdCount,
    test: CertifiedBy,
    basis: CertificationBasis,
    calibration: Calibration | None,
) -> Certificate:
    return Certificate(
        threshold=count.threshold,
        raw_cut=calibration.raw_cut(count.threshold) if calibration else None,
        certified_by=test,
        labels=count.labels,
        errors=count.errors,
        coverage=count.labels / basis.rows,
        error_upper=clopper_pearson_upper(count.errors, count.labels, basis.plan.delta),
        basis=basis,
    )


def _refusal(basis: CertificationBasis) -> NotCertifiable:
    tested = [step for step in basis.walk if step.outcome is not StepOutcome.SKIPPED]
    if not tested:
        most = max(step.count.labels for step in basis.walk)
        return NotCertifiable(
            reason=NotCertifiableReason.TOO_FEW_LABELS,
            explanation=f"the loosest threshold has {most} labels; a test needs {basis.plan.start}",
            basis=basis,
        )
    count, p_value = tested[0].count, tested[0].p_value
    return NotCertifiable(
        reason=NotCertifiableReason.ERRORS_AT_THE_TOP,
        explanation=(
            f"{count.errors} errors in {count.labels} labels at or above {count.threshold:g}: "
            f"p = {p_value:.4g} is over {basis.plan.delta_walk:.4g}"
        ),
        basis=basis,
    )
