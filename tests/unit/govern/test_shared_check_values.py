"""The statistics against the shared file of check values, where it lies beside the clone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.govern.agreement import agreement_of_table
from engine.govern.binomial import binomial_tail, clopper_pearson_upper, n_min
from engine.govern.calibrate import fit_platt
from engine.govern.certify import StepOutcome, ThresholdCount, walk_thresholds
from engine.govern.e_values import grid_e_value, log_grid_e_values
from engine.govern.erlang import erlang_c
from engine.govern.estimate import estimate_error
from engine.govern.scores import brier, expected_calibration_error

CHECK_VALUES = Path(__file__).parents[4] / "shared" / "checks" / "evidence_check_values.json"


@pytest.fixture(scope="module")
def values() -> dict[str, Any]:
    if not CHECK_VALUES.is_file():
        pytest.skip("the shared check values are not beside this clone")
    loaded: dict[str, Any] = json.loads(CHECK_VALUES.read_text())
    return loaded


def counts(name: str) -> tuple[int, int]:
    k, n = name.split("/")
    return int(k), int(n)


def test_shared_binomial_values_are_met(values: dict[str, Any]) -> None:
    for name, expected in values["cp_upper_95"].items():
        assert clopper_pearson_upper(*counts(name)) == pytest.approx(expected, abs=6e-7)
    for name, expected in values["binom_p_alpha5"].items():
        assert binomial_tail(*counts(name), 0.05) == pytest.approx(expected, abs=6e-7)
    for name, expected in values["n_min"].items():
        alpha, delta = (float(part) for part in name.split(","))
        assert n_min(alpha, delta) == expected


def test_shared_certification_example_is_met(values: dict[str, Any]) -> None:
    example = values["ltt_example"]
    steps = walk_thresholds(
        [
            ThresholdCount(threshold=row["t"], labels=row["m"], errors=row["k"])
            for row in example["rows"]
        ],
        alpha=example["alpha"],
        delta=example["delta"],
        start=example["start_m"],
    )
    passed = [step.count.threshold for step in steps if step.outcome is StepOutcome.PASSED]
    assert passed[-1] == example["expected_threshold"]
    for step, row in zip(steps, example["rows"], strict=False):
        assert step.p_value == pytest.approx(row["p"], abs=6e-7)


def test_shared_e_values_are_met(values: dict[str, Any]) -> None:
    for name, expected in values["grid_e_alpha5_J20"].items():
        k, n = counts(name)
        assert log_grid_e_values([k], [n], alpha=0.05)[0] == pytest.approx(expected, abs=6e-7)
    for k, n in enumerate(values["promotion_boundary_alpha5_E20"]):
        assert grid_e_value(k, n, alpha=0.05) >= 20.0 > grid_e_value(k, n - 1, alpha=0.05)


def test_shared_calibration_values_are_met(values: dict[str, Any]) -> None:
    example, scores = values["platt_ridge"], values["brier_ece"]
    confidences = np.repeat(example["conf"], example["n"])
    correct = np.concatenate(
        [np.arange(n) < right for n, right in zip(example["n"], example["correct"], strict=True)]
    ).astype(np.float64)
    fitted = fit_platt(confidences, correct)
    assert (fitted.a, fitted.b) == pytest.approx((example["a"], example["b"]), abs=6e-5)
    assert fitted.apply(example["conf"]) == pytest.approx(example["p"], abs=6e-5)
    calibrated = fitted.apply(confidences)
    for probabilities, name in ((confidences, "raw"), (calibrated, "platt")):
        assert brier(probabilities, correct) == pytest.approx(scores[f"{name}_brier"], abs=6e-7)
        assert expected_calibration_error(probabilities, correct) == pytest.approx(
            scores[f"{name}_ece"], abs=6e-7
        )


def test_shared_estimate_values_are_met(values: dict[str, Any]) -> None:
    example = values["ipw"]
    errors: list[int] = []
    probabilities: list[float] = []
    for total, labelled, wrong in example["strata_N_n_k"]:
        errors += [1] * wrong + [0] * (labelled - wrong)
        probabilities += [labelled / total] * labelled
    estimate = estimate_error(errors, probabilities)
    assert estimate.unweighted == pytest.approx(example["naive"], abs=6e-7)
    assert estimate.error == pytest.approx(example["ht"], abs=6e-7)
    assert estimate.n_eff == pytest.approx(example["n_eff"], abs=6e-5)
    assert estimate.k_eff == pytest.approx(example["k_eff"], abs=6e-5)
    assert [estimate.lower, estimate.upper] == pytest.approx(example["ci95"], abs=6e-6)


def test_shared_agreement_values_are_met(values: dict[str, Any]) -> None:
    expected = values["agreement"]
    balanced, paradox = (
        agreement_of_table([[45, 5], [3, 47]]),
        agreement_of_table([[90, 5], [5, 0]]),
    )
    assert balanced.kappa == pytest.approx(expected["kappa [[45,5],[3,47]]"], abs=6e-7)
    assert paradox.kappa == pytest.approx(expected["kappa [[90,5],[5,0]]"], abs=6e-7)
    assert paradox.ac1 == pytest.approx(expected["gwet_ac1 [[90,5],[5,0]]"], abs=6e-7)


def test_shared_queue_values_are_met(values: dict[str, Any]) -> None:
    # A name gives arrivals an hour, cases one person finishes an hour, and the people.
    for name, expected in values["erlang_c"].items():
        arrivals, finished, people = (int(number) for number in re.findall(r"\d+", name))
        steady = erlang_c(arrivals, 60.0 / finished, people)
        assert steady.wait_probability == pytest.approx(expected["Pwait"], abs=6e-7)
        assert steady.mean_wait_s / 60.0 == pytest.approx(expected["Wq_min"], abs=6e-5)
        for limit in expected.keys() - {"Pwait", "Wq_min"}:
            minutes = float(limit.removeprefix("P>").removesuffix("min"))
            assert steady.longer_than(minutes * 60.0) == pytest.approx(expected[limit], abs=6e-7)
