"""Calibration maps, the fitted value and the calibrator that keeps it current."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

import numpy as np
import pytest

from engine.errors import InvalidRequest, ModelError
from engine.govern.calibrate import (
    UNCALIBRATED,
    Calibration,
    CalibrationMethod,
    CalibrationProcedure,
    CalibrationRecord,
    Calibrator,
    IsotonicMap,
    PlattMap,
    fit_isotonic,
    fit_platt,
)
from engine.govern.checked_input import FloatArray

CONFIDENCES = np.repeat([0.6, 0.8, 0.9, 0.95], [10, 20, 40, 30])
CORRECT = np.concatenate(
    [np.arange(n) < right for n, right in ((10, 5), (20, 14), (40, 33), (30, 27))]
).astype(np.float64)


def history(
    seed: int, n: int, probability_by_confidence: Sequence[tuple[float, float]]
) -> tuple[FloatArray, FloatArray]:
    """Draw n labels whose true P(correct) is a step function of the confidence."""
    rng = np.random.default_rng(seed)
    confidences = rng.uniform(0.05, 0.95, size=n)
    edges = np.array([edge for edge, _ in probability_by_confidence])
    levels = np.array([level for _, level in probability_by_confidence])
    truth = levels[np.searchsorted(edges, confidences, side="right") - 1]
    return confidences, (rng.random(n) < truth).astype(np.float64)


def test_ridge_platt_matches_check_values() -> None:
    fitted = fit_platt(CONFIDENCES, CORRECT)
    assert fitted.a == pytest.approx(0.7876, abs=5e-5)
    assert fitted.b == pytest.approx(-0.1892, abs=5e-5)
    assert fitted.apply([0.6, 0.8, 0.9, 0.95]) == pytest.approx(
        [0.5325, 0.7115, 0.8237, 0.8938], abs=6e-5
    )


def test_platt_without_labels_changes_nothing() -> None:
    fitted = fit_platt([], [])
    assert (fitted.a, fitted.b) == (1.0, 0.0)
    assert fitted.apply([0.3, 0.7]) == pytest.approx([0.3, 0.7], rel=1e-14)


@pytest.mark.parametrize("outcome", [0, 1], ids=["all wrong", "all correct"])
def test_platt_on_one_class_stays_sober(outcome: int) -> None:
    fitted = fit_platt([0.7, 0.8, 0.9] * 10, [outcome] * 30)
    calibrated = fitted.apply_one(0.8)
    assert calibrated > 0.8 if outcome else calibrated < 0.3
    assert 0.0 < calibrated < 1.0


def test_platt_on_one_confidence_finds_its_share() -> None:
    fitted = fit_platt([0.9] * 300, [1] * 210 + [0] * 90)
    assert fitted.apply_one(0.9) == pytest.approx(0.7, abs=0.01)


def test_platt_slope_never_becomes_negative() -> None:
    # High confidences are always wrong here, low ones always right.
    fitted = fit_platt([0.95] * 100 + [0.05] * 100, [0] * 100 + [1] * 100)
    assert fitted.a == 0.0
    assert fitted.apply_one(0.95) == fitted.apply_one(0.05) == pytest.approx(0.5, abs=1e-9)


def test_platt_takes_certain_confidences_in() -> None:
    fitted = fit_platt([0.0, 1.0, 1.0, 0.5], [0, 1, 0, 1])
    assert fitted.apply_one(1.0) == fitted.apply_one(0.995)
    assert fitted.apply_one(0.0) == fitted.apply_one(0.005)


@pytest.mark.parametrize("bad", [math.nan, -0.1, 1.1, math.inf])
def test_confidence_outside_its_range_is_refused(bad: float) -> None:
    with pytest.raises(InvalidRequest, match="must lie in"):
        fit_platt([0.5, bad], [1, 0])
    with pytest.raises(InvalidRequest, match="must lie in"):
        fit_isotonic([0.5, bad], [1, 0])
    maps = (PlattMap(a=1.0, b=0.0), IsotonicMap(knots_x=(0.5,), knots_y=(0.5,)), UNCALIBRATED)
    for map_ in maps:
        with pytest.raises(InvalidRequest, match="must lie in"):
            map_.apply_one(bad)
        with pytest.raises(InvalidRequest, match="at position 1"):
            map_.apply([0.5, bad])
    with pytest.raises(InvalidRequest, match="must lie in"):
        Calibrator().observe(bad, True)


def test_labels_that_are_no_answers_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="correct must be 0 or 1"):
        fit_platt([0.5, 0.5], [1, math.nan])
    with pytest.raises(InvalidRequest, match="differ in length"):
        fit_platt([0.5, 0.5], [1])
    with pytest.raises(InvalidRequest, match="one-dimensional"):
        fit_platt(np.ones((2, 2)), [1, 0])
    with pytest.raises(InvalidRequest, match="at least one label"):
        fit_isotonic([], [])


def test_isotonic_pools_what_falls() -> None:
    fitted = fit_isotonic([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [0, 1, 0, 0, 1, 1])
    assert fitted.knots_x == (0.1, 0.2, 0.4, 0.5, 0.6)
    assert fitted.knots_y == pytest.approx([0.005, 1 / 3, 1 / 3, 0.995, 0.995])
    assert fitted.apply_one(0.3) == pytest.approx(1 / 3)
    assert fitted.apply_one(0.45) == pytest.approx((1 / 3 + 0.995) / 2)
    assert fitted.apply_one(0.0) == 0.005
    assert fitted.apply_one(1.0) == 0.995


def test_isotonic_on_one_confidence_is_flat() -> None:
    fitted = fit_isotonic([0.9] * 4, [1, 1, 1, 0])
    assert (fitted.knots_x, fitted.knots_y) == ((0.9,), (0.75,))


@pytest.mark.parametrize(
    ("a", "b"), [(-0.1, 0.0), (math.nan, 0.0), (1.0, math.inf)], ids=["falls", "NaN", "infinite"]
)
def test_platt_parameters_that_mislead_are_refused(a: float, b: float) -> None:
    with pytest.raises(ModelError, match="finite a >= 0"):
        PlattMap(a=a, b=b)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ((), ()),
        ((0.1,), (0.1, 0.2)),
        ((0.2, 0.1), (0.1, 0.2)),
        ((0.1, 0.2), (0.2, 0.1)),
        ((0.1, math.nan), (0.1, 0.2)),
    ],
    ids=["empty", "uneven", "x falls", "y falls", "NaN"],
)
def test_isotonic_knots_that_mislead_are_refused(
    x: tuple[float, ...], y: tuple[float, ...]
) -> None:
    with pytest.raises(ModelError, match="isotonic map"):
        IsotonicMap(knots_x=x, knots_y=y)


@pytest.mark.parametrize(
    "calibration",
    [
        UNCALIBRATED,
        Calibration(map=fit_platt(CONFIDENCES, CORRECT), n=100, fitted_on=130),
        Calibration(map=fit_isotonic(CONFIDENCES, CORRECT), n=100, fitted_on=1000),
    ],
    ids=["identity", "platt", "isotonic"],
)
def test_calibration_survives_json_unchanged(calibration: Calibration) -> None:
    restored = Calibration.from_record(json.loads(json.dumps(calibration.to_record())))
    assert restored == calibration
    assert restored.version == calibration.version
    assert restored.apply_one(0.83) == calibration.apply_one(0.83)


def test_damaged_calibration_records_are_refused() -> None:
    record = UNCALIBRATED.to_record()
    for damaged in (
        CalibrationRecord(**{**record, "method": "MAGIC"}),
        CalibrationRecord(**{**record, "method": "PLATT", "a": -1.0}),
        CalibrationRecord(**{**record, "method": "ISOTONIC"}),
    ):
        with pytest.raises(ModelError):
            Calibration.from_record(damaged)
    with pytest.raises(ModelError, match="cannot be read"):
        Calibration.from_record({"method": "PLATT"})  # type: ignore[typeddict-item]  # damaged


def test_versions_differ_when_parameters_differ() -> None:
    first = Calibration(map=PlattMap(a=1.0, b=0.0), n=30, fitted_on=30)
    second = Calibration(map=PlattMap(a=1.0, b=1e-9), n=30, fitted_on=30)
    assert first.version != second.version


def test_raw_cut_selects_what_threshold_selects() -> None:
    calibration = Calibration(map=fit_platt(CONFIDENCES, CORRECT), n=100, fitted_on=100)
    cut = calibration.raw_cut(0.85)
    assert isinstance(cut, float)
    assert calibration.apply_one(cut) >= 0.85 > calibration.apply_one(math.nextafter(cut, 0.0))
    assert calibration.raw_cut(0.99) is None
    assert calibration.raw_cut(0.0) == 0.0
    assert UNCALIBRATED.raw_cut(0.6) == 0.6


def test_uncalibrated_below_thirty_labels() -> None:
    calibrator = Calibrator()
    for label in range(29):
        calibration = calibrator.observe(0.9, label % 3 > 0)
        assert calibration is UNCALIBRATED
        assert not calibration.is_calibrated
        assert calibration.method is CalibrationMethod.IDENTITY
    calibration = calibrator.observe(0.9, True)
    assert calibration.is_calibrated
    assert (calibration.method, calibration.n) == (CalibrationMethod.PLATT, 30)


def test_refits_come_every_twenty_five_labels() -> None:
    calibrator = Calibrator()
    confidences, correct = history(1, 140, [(0.0, 0.3), (0.5, 0.8)])
    fits = [
        calibrator.observe(confidence, label == 1.0).fitted_on
        for confidence, label in zip(confidences.tolist(), correct.tolist(), strict=True)
    ]
    assert sorted(set(fits)) == [0, 30, 55, 80, 105, 130]
    assert calibrator.n == 140


def test_fit_uses_latest_three_hundred_labels() -> None:
    confidences, correct = history(2, 380, [(0.0, 0.2), (0.4, 0.6), (0.7, 0.9)])
    calibrator = Calibrator.from_history(confidences, correct)
    assert calibrator.current.fitted_on == 380
    assert calibrator.current.n == 300
    assert calibrator.current.map == fit_platt(confidences[80:], correct[80:])


def test_old_labels_lose_all_influence() -> None:
    recent = history(3, 325, [(0.0, 0.4), (0.6, 0.9)])
    procedure = CalibrationProcedure(alarm_recent=10**6)  # no alarm shifts the schedule
    currents = []
    for seed in (4, 5):
        old = history(seed, 55, [(0.0, 0.5)])
        calibrator = Calibrator.from_history(
            np.concatenate([old[0], recent[0]]), np.concatenate([old[1], recent[1]]), procedure
        )
        currents.append(calibrator.current)
    assert currents[0] == currents[1]


def test_isotonic_takes_over_on_steps() -> None:
    confidences, correct = history(6, 1600, [(0.0, 0.1), (0.55, 0.97), (0.8, 0.98)])
    calibrator = Calibrator.from_history(confidences, correct)
    assert calibrator.current.method is CalibrationMethod.ISOTONIC
    assert calibrator.current.n == 1000
    assert calibrator.current.apply_one(0.5) == pytest.approx(0.1, abs=0.06)
    assert calibrator.current.apply_one(0.65) == pytest.approx(0.97, abs=0.04)


def test_isotonic_never_before_its_comparisons() -> None:
    confidences, correct = history(6, 1090, [(0.0, 0.1), (0.55, 0.97), (0.8, 0.98)])
    calibrator = Calibrator.from_history(confidences, correct)
    assert calibrator.current.method is CalibrationMethod.PLATT


def test_platt_stays_where_it_fits() -> None:
    rng = np.random.default_rng(7)
    confidences = rng.uniform(0.05, 0.95, size=2000)
    correct = (rng.random(2000) < confidences).astype(np.float64)
    calibrator = Calibrator.from_history(confidences, correct)
    assert calibrator.current.method is CalibrationMethod.PLATT


def test_alarm_refits_when_predictions_break() -> None:
    calibrator = Calibrator.from_history([0.95] * 600, ([1] * 19 + [0]) * 30)
    assert not calibrator.is_alarmed
    assert calibrator.last_alarm_on is None
    alarmed_after = 0
    while not calibrator.is_alarmed:
        alarmed_after += 1
        calibrator.observe(0.95, False)
    assert 1 <= alarmed_after <= 20
    assert calibrator.last_alarm_on == 600 + alarmed_after
    assert calibrator.current.fitted_on == 600 + alarmed_after


def test_calibrator_is_silent_on_steady_stream() -> None:
    calibrator = Calibrator.from_history([0.9] * 1000, ([1] * 9 + [0]) * 100)
    assert not calibrator.is_alarmed
    assert calibrator.last_alarm_on is None
    assert calibrator.current.apply_one(0.9) == pytest.approx(0.9, abs=0.01)


def test_history_equals_labels_one_by_one() -> None:
    confidences, correct = history(8, 1300, [(0.0, 0.2), (0.5, 0.9)])
    one_by_one = Calibrator()
    for confidence, label in zip(confidences.tolist(), correct.tolist(), strict=True):
        one_by_one.observe(confidence, label == 1.0)
    assert Calibrator.from_history(confidences, correct).current == one_by_one.current


def test_windows_survive_many_wraps_around() -> None:
    procedure = CalibrationProcedure(window=7, isotonic_window=7, minimum_labels=3, refit_every=1)
    confidences, correct = history(9, 100, [(0.0, 0.5)])
    calibrator = Calibrator.from_history(confidences, correct, procedure)
    assert calibrator.current.map == fit_platt(confidences[-7:], correct[-7:])
