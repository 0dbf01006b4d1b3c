"""Threshold certificates: the walk, the scan, the budget and the refusals."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
import pytest

from engine.errors import InvalidRequest
from engine.govern.calibrate import Calibration, PlattMap
from engine.govern.certify import (
    DEFAULT_GRID,
    DEFAULT_PLAN,
    Certificate,
    CertificationPlan,
    CertifiedBy,
    DataWindow,
    NotCertifiable,
    NotCertifiableReason,
    StepOutcome,
    ThresholdCount,
    certify,
    scan_scores,
    walk_thresholds,
)

EXAMPLE = [
    (0.95, 60, 0),
    (0.90, 100, 1),
    (0.85, 180, 3),
    (0.80, 240, 5),
    (0.75, 300, 9),
    (0.70, 360, 10),
]
EXAMPLE_COUNTS = [ThresholdCount(threshold=t, labels=m, errors=k) for t, m, k in EXAMPLE]
EXAMPLE_PLAN = CertificationPlan(grid=tuple(t for t, _, _ in EXAMPLE))


def example_rows() -> tuple[list[float], list[int]]:
    """Rows whose counts at the thresholds are those of the example."""
    scores: list[float] = []
    errors: list[int] = []
    for threshold, labels, wrong in EXAMPLE:
        new, new_wrong = labels - len(scores), wrong - sum(errors)
        scores += [threshold] * new
        errors += [1] * new_wrong + [0] * (new - new_wrong)
    return scores, errors


def test_walk_stops_at_first_failure() -> None:
    steps = walk_thresholds(EXAMPLE_COUNTS, alpha=0.05, delta=0.05, start=95)
    assert [(step.count.threshold, step.outcome) for step in steps] == [
        (0.95, StepOutcome.SKIPPED),
        (0.90, StepOutcome.PASSED),
        (0.85, StepOutcome.PASSED),
        (0.80, StepOutcome.PASSED),
        (0.75, StepOutcome.FAILED),
    ]
    assert [step.p_value for step in steps] == pytest.approx(
        [0.046070, 0.037081, 0.019014, 0.018150, 0.064970], abs=6e-7
    )


def test_split_budget_gives_same_example_answer() -> None:
    scores, errors = example_rows()
    answer = certify(scores, errors, plan=EXAMPLE_PLAN)
    assert isinstance(answer, Certificate)
    assert (answer.threshold, answer.labels, answer.errors) == (0.80, 240, 5)
    assert answer.certified_by is CertifiedBy.WALK
    assert answer.coverage == pytest.approx(240 / 360)
    assert answer.error_upper == pytest.approx(0.043303, abs=6e-7)
    assert answer.basis.rows == 360


def test_default_plan_starts_at_101_labels() -> None:
    assert DEFAULT_PLAN.start == 101
    assert DEFAULT_PLAN.delta_walk == pytest.approx(0.04)
    assert DEFAULT_PLAN.delta_scan == pytest.approx(0.01)
    assert (len(DEFAULT_GRID), DEFAULT_GRID[0], DEFAULT_GRID[1], DEFAULT_GRID[-1]) == (
        50,
        0.99,
        0.98,
        0.5,
    )


def test_segments_and_attempts_share_delta() -> None:
    assert CertificationPlan(segments=4).delta_spent == pytest.approx(0.0125)
    first = CertificationPlan(attempt=1).delta_spent
    assert first == pytest.approx(0.05 * 6 / math.pi**2)
    assert CertificationPlan(attempt=3).delta_spent == pytest.approx(first / 9)
    spent = sum(CertificationPlan(attempt=i).delta_spent for i in range(1, 2000))
    assert 0.0499 < spent < 0.05


def test_later_attempts_need_more_labels() -> None:
    scores, errors = [0.995] * 130, [0] * 130
    assert isinstance(certify(scores, errors), Certificate)
    later = certify(scores, errors, plan=CertificationPlan(attempt=5))
    assert isinstance(later, NotCertifiable)
    assert later.reason is NotCertifiableReason.TOO_FEW_LABELS


def test_scan_rescues_errors_at_the_top() -> None:
    # The five most confident cases are wrong; the walk dies there, the scan does not.
    scores = [0.999] * 6 + [0.99] * 100 + [0.7] * 900
    errors = [1] * 6 + [0] * 1000
    plan = CertificationPlan(grid=(0.99, 0.7))
    answer = certify(scores, errors, plan=plan)
    assert isinstance(answer, Certificate)
    assert answer.basis.walk[-1].outcome is StepOutcome.FAILED
    assert answer.certified_by is CertifiedBy.SCAN
    assert (answer.threshold, answer.labels, answer.errors) == (0.7, 1006, 6)


def test_scan_takes_whole_ties_only() -> None:
    # Inside the tie a prefix without its error would pass; the whole block does not.
    scores = [0.9] * 150
    assert scan_scores(scores, [0] * 150, alpha=0.05, delta=0.01) == ThresholdCount(
        threshold=0.9, labels=150, errors=0
    )
    assert scan_scores(scores, [0] * 145 + [1] * 5, alpha=0.05, delta=0.01) is None
    assert scan_scores(scores, [1] * 5 + [0] * 145, alpha=0.05, delta=0.01) is None


def test_scan_finds_lowest_score_that_passes() -> None:
    scores = [0.9] * 150 + [0.6] * 50 + [0.3] * 50
    errors = [0] * 200 + [1] * 50
    found = scan_scores(scores, errors, alpha=0.05, delta=0.01)
    assert found == ThresholdCount(threshold=0.6, labels=200, errors=0)


def test_too_few_labels_are_named() -> None:
    answer = certify([0.995] * 100, [0] * 100)
    assert isinstance(answer, NotCertifiable)
    assert answer.reason is NotCertifiableReason.TOO_FEW_LABELS
    assert answer.explanation == "the loosest threshold has 100 labels; a test needs 101"


def test_errors_at_the_top_are_named() -> None:
    answer = certify([0.995] * 200, [1] * 20 + [0] * 180)
    assert isinstance(answer, NotCertifiable)
    assert answer.reason is NotCertifiableReason.ERRORS_AT_THE_TOP
    assert answer.explanation.startswith("20 errors in 200 labels at or above 0.99: p = 0.99")


def test_no_rows_certify_nothing() -> None:
    answer = certify([], [])
    assert isinstance(answer, NotCertifiable)
    assert answer.reason is NotCertifiableReason.TOO_FEW_LABELS
    assert answer.basis.rows == 0


def test_one_class_is_certified_or_refused() -> None:
    assert isinstance(certify([0.6] * 500, [0] * 500), Certificate)
    assert isinstance(certify([0.6] * 500, [1] * 500), NotCertifiable)


def test_threshold_above_every_score_is_skipped() -> None:
    answer = certify([0.75] * 200, [0] * 200)
    assert isinstance(answer, Certificate)
    assert (answer.threshold, answer.labels) == (0.50, 200)
    assert answer.basis.walk[0].count == ThresholdCount(threshold=0.99, labels=0, errors=0)


def test_certificate_records_calibration_and_window() -> None:
    calibration = Calibration(map=PlattMap(a=0.8, b=-0.1), n=300, fitted_on=900)
    window = DataWindow(
        start=datetime(2026, 1, 1, tzinfo=UTC), end=datetime(2026, 2, 1, tzinfo=UTC)
    )
    raw = np.linspace(0.5, 0.99, 400)
    answer = certify(calibration.apply(raw), np.zeros(400), calibration=calibration, window=window)
    assert isinstance(answer, Certificate)
    assert answer.basis.calibration_version == calibration.version
    assert answer.basis.window == window
    assert answer.raw_cut == calibration.raw_cut(answer.threshold)
    taken_raw = raw >= (answer.raw_cut or 0.0)
    assert taken_raw.sum() == answer.labels
    assert (taken_raw == (calibration.apply(raw) >= answer.threshold)).all()


def test_useless_score_is_rarely_certified() -> None:
    # Every case is wrong in 5.05 %, so each certificate is a broken promise: 5 % may be.
    rng = np.random.default_rng(20260101)
    broken = 0
    for _ in range(600):
        scores = rng.beta(5, 1, size=600)
        errors = rng.random(600) < 0.0505
        broken += isinstance(certify(scores, errors), Certificate)
    assert broken / 600 <= 0.05


@pytest.mark.parametrize(
    "plan",
    [
        {"alpha": 0.0},
        {"alpha": math.nan},
        {"delta": 1.0},
        {"grid": ()},
        {"grid": (0.5, 0.6)},
        {"grid": (0.5, 0.5)},
        {"grid": (1.5, 0.5)},
        {"grid": (math.nan,)},
        {"segments": 0},
        {"attempt": 0},
    ],
    ids=str,
)
def test_plans_without_promise_are_refused(plan: dict[str, float]) -> None:
    with pytest.raises(InvalidRequest):
        CertificationPlan(**plan)  # type: ignore[arg-type]  # a table of wrong arguments


def test_rows_that_mislead_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="scores must lie in"):
        certify([math.nan], [0])
    with pytest.raises(InvalidRequest, match="errors must be 0 or 1"):
        certify([0.5], [math.nan])
    with pytest.raises(InvalidRequest, match="differ in length"):
        certify([0.5, 0.6], [0])
    with pytest.raises(InvalidRequest, match="differ in length"):
        scan_scores([0.5, 0.6], [0], alpha=0.05, delta=0.01)
