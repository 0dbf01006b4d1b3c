"""Limits of the errors to come, and truths that come late."""

import math

import numpy as np
import pytest

from engine.errors import InvalidRequest
from engine.govern.estimate import estimate_error
from engine.govern.predict_errors import known_probabilities, predict_errors


def at_most(errors: int, n: int, m: int, total: int) -> float:
    """P(at most so many of `total` errors lie among n of n + m cases of one kind)."""
    ways = math.comb(n + m, total)
    return sum(math.comb(n, i) * math.comb(m, total - i) for i in range(min(errors, n) + 1)) / ways


@pytest.mark.parametrize(("k", "n", "m"), [(0, 40, 25), (3, 60, 30), (7, 50, 50), (20, 25, 10)])
def test_limits_are_those_of_the_exact_test(k: int, n: int, m: int) -> None:
    found = predict_errors(k, n, m)
    kept = [
        x
        for x in range(m + 1)
        if at_most(k, n, m, k + x) > 0.025 and 1 - at_most(k - 1, n, m, k + x) > 0.025
    ]
    assert (round(found.lower * m), round(found.upper * m)) == (kept[0], kept[-1])


@pytest.mark.parametrize(("rate", "n", "m"), [(0.02, 120, 200), (0.1, 60, 40), (0.3, 30, 300)])
def test_limits_hold_as_often_as_promised(rate: float, n: int, m: int) -> None:
    rng = np.random.default_rng(4)
    limits = {k: predict_errors(k, n, m) for k in range(n + 1)}
    pairs = zip(rng.binomial(n, rate, 4000), rng.binomial(m, rate, 4000), strict=True)
    held = [limits[k].lower <= x / m <= limits[k].upper for k, x in pairs]
    assert np.mean(held) >= 0.95


def test_limits_hold_for_drawn_labels() -> None:
    rng = np.random.default_rng(5)
    held = []
    for _ in range(400):
        wrong = rng.random(1500) < 0.05
        probabilities = rng.choice([0.05, 0.5, 1.0], size=1500)
        drawn = rng.random(1500) < probabilities
        seen = estimate_error(wrong[drawn], probabilities[drawn])
        limits = predict_errors(seen.k_eff, seen.n_eff, 400)
        held.append(limits.lower <= rng.binomial(400, 0.05) / 400 <= limits.upper)
    assert np.mean(held) >= 0.94


def test_nothing_known_excludes_nothing() -> None:
    assert predict_errors(0, 0, 10).lower == 0.0
    assert predict_errors(0, 0, 10).upper == 1.0
    assert predict_errors(5, 5, 10).upper == 1.0


@pytest.mark.parametrize(("k", "n", "cases"), [(2, 1, 5), (-1, 3, 5), (1, 3, 0)])
def test_counts_that_do_not_fit_are_refused(k: float, n: float, cases: int) -> None:
    with pytest.raises(InvalidRequest):
        predict_errors(k, n, cases)


def test_late_truths_no_longer_flatter() -> None:
    rng = np.random.default_rng(6)
    wrong = rng.random(40_000) < 0.1
    at = rng.integers(0, 30_000, size=wrong.size)
    lag = np.where(wrong, 9_000, 1_000) * rng.exponential(size=wrong.size)
    known = at + lag < 30_000
    plain = wrong[known].mean()
    lags = lag[known].astype(np.int64)
    weights = known_probabilities(at, lags, np.ones(known.sum()), now_us=30_000)
    corrected = estimate_error(wrong[known], weights).error
    assert plain < 0.08
    assert corrected == pytest.approx(0.1, abs=0.01)
