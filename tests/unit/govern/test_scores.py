"""Scores of labelled confidences, with ties kept together."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.errors import InvalidRequest
from engine.govern.calibrate import fit_platt
from engine.govern.scores import (
    area_under_risk_coverage,
    brier,
    expected_calibration_error,
    log_loss,
    reliability_bins,
    risk_coverage_curve,
)

CONFIDENCES = np.repeat([0.6, 0.8, 0.9, 0.95], [10, 20, 40, 30])
CORRECT = np.concatenate(
    [np.arange(n) < right for n, right in ((10, 5), (20, 14), (40, 33), (30, 27))]
).astype(np.float64)


def test_raw_scores_match_check_values() -> None:
    assert brier(CONFIDENCES, CORRECT) == pytest.approx(0.157750, abs=6e-7)
    assert expected_calibration_error(CONFIDENCES, CORRECT) == pytest.approx(0.075, abs=6e-7)


def test_calibrated_scores_match_check_values() -> None:
    calibrated = fit_platt(CONFIDENCES, CORRECT).apply(CONFIDENCES)
    assert brier(calibrated, CORRECT) == pytest.approx(0.151894, abs=6e-7)
    assert expected_calibration_error(calibrated, CORRECT) == pytest.approx(0.007946, abs=6e-7)


def test_log_loss_is_mean_surprise() -> None:
    expected = -(math.log(0.8) + math.log(0.7)) / 2
    assert log_loss([0.8, 0.3], [1, 0]) == pytest.approx(expected, rel=1e-14)
    assert log_loss([1.0, 0.0], [1, 0]) == 0.0


def test_certain_error_costs_finitely() -> None:
    assert log_loss([1.0], [0]) == pytest.approx(-math.log(1e-15))


def test_bins_have_equal_mass_without_ties() -> None:
    confidences = np.linspace(0.01, 0.99, 104)
    bins = reliability_bins(confidences, np.ones(104))
    assert [one.n for one in bins] == [10, 10, 11, 10, 11, 10, 10, 11, 10, 11]
    assert sum(one.n for one in bins) == 104


def test_bins_never_cut_a_tie() -> None:
    bins = reliability_bins(CONFIDENCES, CORRECT)
    assert [(one.n, one.correct) for one in bins] == [(10, 5), (20, 14), (40, 33), (30, 27)]
    assert [one.mean_confidence for one in bins] == pytest.approx([0.6, 0.8, 0.9, 0.95])
    assert [one.share_correct for one in bins] == pytest.approx([0.5, 0.7, 0.825, 0.9])


def test_bins_carry_their_exact_interval() -> None:
    (only,) = reliability_bins([0.9] * 100, [1] * 100)
    assert only.lower == pytest.approx(0.025 ** (1 / 100), rel=1e-12)
    assert only.upper == 1.0


def test_one_confidence_gives_one_bin() -> None:
    assert expected_calibration_error([0.9] * 50, [1] * 40 + [0] * 10) == pytest.approx(0.1)
    assert [one.n for one in reliability_bins([0.9] * 50, [1] * 50)] == [50]


def test_fewer_cases_than_bins_work() -> None:
    assert expected_calibration_error([0.2, 0.9], [0, 1]) == pytest.approx(0.15)
    assert [one.n for one in reliability_bins([0.2, 0.9], [0, 1])] == [1, 1]


def test_curve_steps_at_ends_of_ties() -> None:
    curve = risk_coverage_curve([0.9, 0.8, 0.9, 0.7, 0.8], [1, 0, 0, 1, 1])
    assert curve.threshold.tolist() == [0.9, 0.8, 0.7]
    assert curve.accepted.tolist() == [2, 4, 5]
    assert curve.errors.tolist() == [1, 2, 2]
    assert curve.coverage.tolist() == [0.4, 0.8, 1.0]
    assert curve.risk.tolist() == [0.5, 0.5, 0.4]


def test_area_matches_hand_calculation() -> None:
    # Risks by case: 0, 0, 1/3, 1/4, 2/5 -> mean.
    area = area_under_risk_coverage([0.9, 0.8, 0.7, 0.6, 0.5], [1, 1, 0, 1, 0])
    assert area == pytest.approx((0 + 0 + 1 / 3 + 1 / 4 + 2 / 5) / 5)


def test_area_of_one_tie_is_error_rate() -> None:
    assert area_under_risk_coverage([0.5] * 8, [1, 0, 1, 1, 0, 1, 1, 1]) == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("outcome", "area"), [(1, 0.0), (0, 1.0)], ids=["all correct", "all wrong"]
)
def test_one_class_gives_extreme_area(outcome: int, area: float) -> None:
    assert area_under_risk_coverage([0.1, 0.5, 0.5, 0.9], [outcome] * 4) == area


def test_scores_without_cases_are_refused() -> None:
    for score in (brier, log_loss, expected_calibration_error, area_under_risk_coverage):
        with pytest.raises(InvalidRequest, match="at least one labelled case"):
            score([], [])
    assert reliability_bins([], []) == ()


def test_values_that_mislead_are_refused() -> None:
    for score in (brier, log_loss, expected_calibration_error, area_under_risk_coverage):
        with pytest.raises(InvalidRequest, match="must lie in"):
            score([0.5, math.nan], [1, 0])
        with pytest.raises(InvalidRequest, match="must be 0 or 1"):
            score([0.5, 0.5], [1, 0.5])
        with pytest.raises(InvalidRequest, match="differ in length"):
            score([0.5], [1, 0])
    with pytest.raises(InvalidRequest, match="bins must be at least 1"):
        expected_calibration_error([0.5], [1], bins=0)
    with pytest.raises(InvalidRequest, match="differ in length"):
        reliability_bins([], [1])
