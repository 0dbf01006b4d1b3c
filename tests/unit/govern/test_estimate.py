"""The error rate of all cases from the labelled ones."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.errors import InvalidRequest
from engine.govern.binomial import clopper_pearson_interval
from engine.govern.estimate import estimate_error


def test_two_strata_match_check_values() -> None:
    errors = [1] + [0] * 99 + [1] * 4 + [0] * 46
    probabilities = [100 / 1000] * 100 + [50 / 200] * 50
    estimate = estimate_error(errors, probabilities)
    assert estimate.unweighted == pytest.approx(0.033333, abs=6e-7)
    assert estimate.error == pytest.approx(0.021667, abs=6e-7)
    assert estimate.n_eff == pytest.approx(133.3333, abs=6e-5)
    assert estimate.k_eff == pytest.approx(2.8889, abs=6e-5)
    assert estimate.lower == pytest.approx(0.00431, abs=6e-6)
    assert estimate.upper == pytest.approx(0.06313, abs=6e-6)
    assert (estimate.labels, estimate.labels_wrong) == (150, 5)


def test_equal_probabilities_give_plain_share() -> None:
    estimate = estimate_error([1, 0, 0, 0, 1], [0.05] * 5)
    plain = clopper_pearson_interval(2, 5)
    assert estimate.error == pytest.approx(0.4)
    assert estimate.n_eff == pytest.approx(5.0)
    assert estimate.lower == pytest.approx(plain.lower)
    assert estimate.upper == pytest.approx(plain.upper)


def test_no_labels_leave_everything_open() -> None:
    estimate = estimate_error([], [])
    assert estimate.error is None
    assert (estimate.lower, estimate.upper, estimate.labels) == (0.0, 1.0, 0)


def test_one_class_touches_its_end() -> None:
    probabilities = [0.1] * 10 + [0.3] * 20
    right, wrong = estimate_error([0] * 30, probabilities), estimate_error([1] * 30, probabilities)
    assert (right.error, right.lower) == (0.0, 0.0)
    assert (wrong.error, wrong.upper) == (1.0, 1.0)
    assert right.n_eff == pytest.approx(500 / 22)  # (10 * 10 + 20 / .3)^2 / (10 * 100 + 20 / .09)
    assert right.upper == pytest.approx(1.0 - wrong.lower)
    assert right.upper == pytest.approx(1.0 - 0.025 ** (22 / 500))


def test_interval_covers_under_uniform_sampling() -> None:
    # 10 % of 500 cases with 1.8 % errors: where the normal interval covers 60 %.
    rng = np.random.default_rng(11)
    covered = 0
    for _ in range(400):
        errors = (np.arange(500) < 9).astype(np.float64)
        drawn = rng.random(500) < 0.1
        estimate = estimate_error(errors[drawn], np.full(int(drawn.sum()), 0.1))
        covered += estimate.lower <= 0.018 <= estimate.upper
    assert covered / 400 >= 0.95


def test_weights_remove_the_stratum_bias() -> None:
    rng = np.random.default_rng(12)
    probabilities = np.repeat([0.05, 0.5], [1600, 400])
    errors = np.concatenate([np.arange(1600) < 16, np.arange(400) < 20]).astype(np.float64)
    estimates, plain = [], []
    for _ in range(300):
        drawn = rng.random(2000) < probabilities
        estimate = estimate_error(errors[drawn], probabilities[drawn])
        estimates.append(estimate.error or 0.0)
        plain.append(estimate.unweighted or 0.0)
    assert np.mean(estimates) == pytest.approx(0.018, abs=0.0015)
    assert np.mean(plain) > 0.030


@pytest.mark.parametrize("bad", [0.0, -0.1, 1.1, math.nan])
def test_probabilities_that_cannot_be_are_refused(bad: float) -> None:
    with pytest.raises(InvalidRequest, match="probabilit"):
        estimate_error([0, 1], [0.5, bad])


def test_rows_that_mislead_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="errors must be 0 or 1"):
        estimate_error([math.nan], [0.5])
    with pytest.raises(InvalidRequest, match="differ in length"):
        estimate_error([0], [0.5, 0.5])
    with pytest.raises(InvalidRequest, match="delta"):
        estimate_error([0], [0.5], delta=0.0)
