"""Properties of calibration maps and scores that hold for every input."""

from __future__ import annotations

import math
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.govern.calibrate import (
    Calibration,
    CalibrationProcedure,
    Calibrator,
    fit_isotonic,
    fit_platt,
)
from engine.govern.scores import (
    area_under_risk_coverage,
    brier,
    expected_calibration_error,
    log_loss,
    reliability_bins,
    risk_coverage_curve,
)

RATES = st.floats(0.001, 0.999)
CONFIDENCES = st.floats(0.0, 1.0) | st.sampled_from([0.5, 0.8, 0.9, 0.99])
ROWS = st.lists(st.tuples(CONFIDENCES, st.integers(0, 1)), min_size=1, max_size=80)

Rows: TypeAlias = list[tuple[float, int]]


def columns(rows: Rows) -> tuple[list[float], list[int]]:
    return [confidence for confidence, _ in rows], [label for _, label in rows]


# ---------------------------------------------------------------------------- calibration


@given(ROWS, st.lists(CONFIDENCES, min_size=2, max_size=30))
def test_no_map_ever_reorders_cases(rows: Rows, probes: list[float]) -> None:
    confidences, correct = columns(rows)
    probes.sort()
    for fitted in (fit_platt(confidences, correct), fit_isotonic(confidences, correct)):
        calibrated = [fitted.apply_one(probe) for probe in probes]
        assert calibrated == sorted(calibrated)
        assert all(0.0 < value < 1.0 for value in calibrated)
        assert fitted.apply(probes).tolist() == calibrated


@given(ROWS)
def test_isotonic_equals_its_min_max_formula(rows: Rows) -> None:
    confidences, correct = columns(rows)
    distinct = sorted(set(confidences))
    groups = [[y for x, y in rows if x == value] for value in distinct]
    fitted = fit_isotonic(confidences, correct)

    def mean(first: int, last: int) -> float:
        pooled = [y for group in groups[first : last + 1] for y in group]
        return sum(pooled) / len(pooled)

    for i, value in enumerate(distinct[:12]):
        best = max(min(mean(s, e) for e in range(i, len(groups))) for s in range(i + 1))
        expected = min(max(best, 0.005), 0.995)
        assert fitted.apply_one(value) == pytest.approx(expected, abs=1e-9)


@given(ROWS)
def test_platt_does_not_depend_on_order(rows: Rows) -> None:
    forward, backward = fit_platt(*columns(rows)), fit_platt(*columns(rows[::-1]))
    assert forward.a == pytest.approx(backward.a, abs=1e-7)
    assert forward.b == pytest.approx(backward.b, abs=1e-7)


@given(ROWS)
def test_platt_is_a_minimum(rows: Rows) -> None:
    confidences, correct = columns(rows)
    fitted = fit_platt(confidences, correct)
    right = sum(correct)
    high, low = (right + 1) / (right + 2), 1 / (len(correct) - right + 2)

    def loss(a: float, b: float) -> float:
        total = (a - 1) ** 2 + b * b
        for confidence, label in rows:
            clipped = min(max(confidence, 0.005), 0.995)
            z = a * math.log(clipped / (1 - clipped)) + b
            total += math.log1p(math.exp(z)) - (high if label else low) * z
        return total

    best = loss(fitted.a, fitted.b)
    for step_a, step_b in ((0.01, 0), (-0.01, 0), (0, 0.01), (0, -0.01), (0.01, -0.01)):
        assert loss(max(0.0, fitted.a + step_a), fitted.b + step_b) >= best - 1e-9


@given(ROWS, CONFIDENCES, RATES)
def test_raw_cut_and_threshold_select_alike(rows: Rows, probe: float, threshold: float) -> None:
    fitted = fit_platt(*columns(rows))
    calibration = Calibration(map=fitted, n=len(rows), fitted_on=len(rows))
    cut = calibration.raw_cut(threshold)
    selected = calibration.apply_one(probe) >= threshold
    assert selected == (probe >= (math.inf if cut is None else cut))


@settings(max_examples=25)
@given(
    st.lists(st.tuples(CONFIDENCES, st.integers(0, 1)), min_size=60, max_size=200),
    st.lists(st.tuples(CONFIDENCES, st.integers(0, 1)), max_size=60),
    st.lists(st.tuples(CONFIDENCES, st.integers(0, 1)), max_size=60),
)
def test_later_labels_change_no_earlier_calibration(
    past: Rows, one_future: Rows, other_future: Rows
) -> None:
    procedure = CalibrationProcedure(
        refit_every=5, isotonic_from=50, comparisons_needed=10, alarm_recent=10, alarm_reference=20
    )

    def calibrations(rows: Rows) -> list[str]:
        calibrator = Calibrator(procedure)
        return [calibrator.observe(confidence, label == 1).version for confidence, label in rows]

    one, other = calibrations(past + one_future), calibrations(past + other_future)
    assert one[: len(past)] == other[: len(past)]


# ---------------------------------------------------------------------------- scores


@given(ROWS)
def test_scores_do_not_depend_on_order(rows: Rows) -> None:
    shuffled = sorted(rows, key=lambda row: (row[1], -row[0]))
    for score in (brier, log_loss, expected_calibration_error, area_under_risk_coverage):
        assert score(*columns(rows)) == pytest.approx(score(*columns(shuffled)), abs=1e-12)


@given(ROWS)
def test_scores_stay_inside_their_range(rows: Rows) -> None:
    p, y = columns(rows)
    assert 0.0 <= brier(p, y) <= 1.0
    assert log_loss(p, y) >= 0.0
    assert 0.0 <= area_under_risk_coverage(p, y) <= 1.0
    assert 0.0 <= expected_calibration_error(p, y) <= 1.0
    # No bin can hide more than its cases show one by one.
    assert expected_calibration_error(p, y) <= math.sqrt(brier(p, y)) + 1e-12


@given(ROWS, st.integers(1, 12))
def test_bins_hold_every_case_once(rows: Rows, wanted: int) -> None:
    p, y = columns(rows)
    bins = reliability_bins(p, y, bins=wanted)
    assert sum(one.n for one in bins) == len(rows)
    assert sum(one.correct for one in bins) == sum(y)
    assert len(bins) <= wanted
    assert all(one.lower <= one.share_correct <= one.upper for one in bins)


@given(ROWS)
def test_curve_counts_what_a_cut_takes(rows: Rows) -> None:
    p, y = columns(rows)
    curve = risk_coverage_curve(p, y)
    assert curve.accepted[-1] == len(rows)
    for threshold, accepted, errors in zip(
        curve.threshold.tolist(), curve.accepted.tolist(), curve.errors.tolist(), strict=True
    ):
        taken = [label for confidence, label in rows if confidence >= threshold]
        assert (accepted, errors) == (len(taken), taken.count(0))
