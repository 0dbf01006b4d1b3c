"""The exact binomial statements, against published and exactly summed values."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from engine.errors import InvalidRequest
from engine.govern.binomial import (
    Interval,
    beta_quantile,
    binomial_tail,
    clopper_pearson_interval,
    clopper_pearson_lower,
    clopper_pearson_upper,
    n_min,
    regularized_beta,
)

UPPER_95 = {
    "0/59": 0.049508,
    "0/100": 0.029513,
    "1/93": 0.049994,
    "1/100": 0.046560,
    "2/100": 0.061619,
    "3/300": 0.025641,
    "8/300": 0.047600,
    "9/300": 0.051766,
    "38/1000": 0.049513,
    "39/1000": 0.050634,
}
TAIL_AT_5_PERCENT = {
    "1/100": 0.037081,
    "3/180": 0.019014,
    "5/240": 0.018150,
    "8/300": 0.034066,
    "9/300": 0.064970,
    "10/360": 0.027399,
    "14/360": 0.201369,
    "0/60": 0.046070,
}


def counts(name: str) -> tuple[int, int]:
    k, n = name.split("/")
    return int(k), int(n)


@pytest.mark.parametrize(("name", "expected"), UPPER_95.items(), ids=UPPER_95)
def test_upper_limit_matches_check_values(name: str, expected: float) -> None:
    assert clopper_pearson_upper(*counts(name)) == pytest.approx(expected, abs=6e-7)


@pytest.mark.parametrize(("name", "expected"), TAIL_AT_5_PERCENT.items(), ids=TAIL_AT_5_PERCENT)
def test_tail_probability_matches_check_values(name: str, expected: float) -> None:
    assert binomial_tail(*counts(name), 0.05) == pytest.approx(expected, abs=6e-7)


@pytest.mark.parametrize(
    ("alpha", "delta", "expected"),
    [
        (0.01, 0.05, 299),
        (0.01, 0.10, 230),
        (0.02, 0.05, 149),
        (0.02, 0.10, 114),
        (0.05, 0.05, 59),
        (0.05, 0.10, 45),
        (0.10, 0.05, 29),
        (0.10, 0.10, 22),
        (0.05, 0.04, 63),
    ],
)
def test_fewest_clean_labels_match_check_values(alpha: float, delta: float, expected: int) -> None:
    assert n_min(alpha, delta) == expected
    assert math.ceil(math.log(delta) / math.log(1.0 - alpha)) == expected


def test_fewest_labels_per_error_match_check_values() -> None:
    at_5_percent = [n_min(0.05, 0.05, errors=k) for k in range(11)]
    at_2_percent = [n_min(0.02, 0.05, errors=k) for k in range(6)]
    assert at_5_percent == [59, 93, 124, 153, 181, 208, 234, 260, 286, 311, 336]
    assert at_2_percent == [149, 236, 313, 386, 456, 523]


@pytest.mark.parametrize("n", [1, 7, 40, 150])
@pytest.mark.parametrize("p", [Fraction(1, 50), Fraction(1, 2), Fraction(19, 20)])
def test_tail_equals_exact_rational_sum(n: int, p: Fraction) -> None:
    total = Fraction(0)
    for k in range(n + 1):
        total += math.comb(n, k) * p**k * (1 - p) ** (n - k)
        assert binomial_tail(k, n, float(p)) == pytest.approx(float(total), rel=1e-10)


def test_tail_of_large_samples_stays_exact() -> None:
    # Reference by a sum of exact probabilities in rational arithmetic.
    p, n, k = Fraction(1, 20), 5000, 210
    exact = sum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k + 1))
    assert binomial_tail(k, n, 0.05) == pytest.approx(float(exact), rel=1e-9)


def test_tail_at_certain_rates_is_certain() -> None:
    assert binomial_tail(0, 10, 0.0) == 1.0
    assert binomial_tail(9, 10, 1.0) == 0.0
    assert binomial_tail(10, 10, 1.0) == 1.0
    assert binomial_tail(0, 0, 0.5) == 1.0


def test_no_labels_leave_everything_open() -> None:
    assert clopper_pearson_interval(0, 0) == Interval(lower=0.0, upper=1.0)
    assert clopper_pearson_upper(0, 0) == 1.0
    assert clopper_pearson_lower(0, 0) == 0.0


def test_no_errors_give_closed_form_limits() -> None:
    interval = clopper_pearson_interval(0, 100)
    assert interval.lower == 0.0
    assert interval.upper == pytest.approx(1.0 - 0.025 ** (1 / 100), rel=1e-12)


def test_only_errors_give_closed_form_limits() -> None:
    interval = clopper_pearson_interval(100, 100)
    assert interval.lower == pytest.approx(0.025 ** (1 / 100), rel=1e-12)
    assert interval.upper == 1.0


def test_interval_mirrors_when_outcomes_swap() -> None:
    few, many = clopper_pearson_interval(7, 50), clopper_pearson_interval(43, 50)
    assert few.lower == pytest.approx(1.0 - many.upper, abs=1e-12)
    assert few.upper == pytest.approx(1.0 - many.lower, abs=1e-12)


@pytest.mark.parametrize(
    ("k", "n", "lower"), [(10, 10, 0.741), (19, 20, 0.784)], ids=["10 of 10", "19 of 20"]
)
def test_lower_limit_of_caught_canaries(k: int, n: int, lower: float) -> None:
    assert clopper_pearson_lower(k, n) == pytest.approx(lower, abs=5e-4)


def test_fractional_counts_interpolate_whole_ones() -> None:
    between = clopper_pearson_upper(2.5, 100.0)
    assert clopper_pearson_upper(2, 100) < between < clopper_pearson_upper(3, 100)
    interval = clopper_pearson_interval(2.8889, 133.3333)
    assert interval.lower == pytest.approx(0.00431, abs=6e-6)
    assert interval.upper == pytest.approx(0.06313, abs=6e-6)


def test_beta_function_has_known_values() -> None:
    assert regularized_beta(0.0, 2.0, 3.0) == 0.0
    assert regularized_beta(1.0, 2.0, 3.0) == 1.0
    assert regularized_beta(0.3, 1.0, 1.0) == pytest.approx(0.3, rel=1e-14)
    assert regularized_beta(0.5, 4.5, 4.5) == pytest.approx(0.5, rel=1e-13)
    assert beta_quantile(0.25, 0.5, 0.5) == pytest.approx(math.sin(math.pi / 8) ** 2, rel=1e-12)


@pytest.mark.parametrize(
    ("k", "n"),
    [(-1, 10), (11, 10), (math.nan, 10), (1, math.nan), (1, math.inf)],
    ids=["negative", "more than n", "k is NaN", "n is NaN", "n is infinite"],
)
def test_counts_that_cannot_be_are_refused(k: float, n: float) -> None:
    with pytest.raises(InvalidRequest, match="errors <= labels"):
        clopper_pearson_upper(k, n)


@pytest.mark.parametrize("delta", [0.0, 1.0, -0.1, math.nan])
def test_delta_outside_its_range_is_refused(delta: float) -> None:
    with pytest.raises(InvalidRequest, match="strictly between 0 and 1"):
        clopper_pearson_upper(1, 10, delta)


def test_rates_outside_their_range_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="p must lie in"):
        binomial_tail(1, 10, math.nan)
    with pytest.raises(InvalidRequest, match="alpha"):
        n_min(0.0, 0.05)
    with pytest.raises(InvalidRequest, match="errors must not be negative"):
        n_min(0.05, 0.05, errors=-1)
    with pytest.raises(InvalidRequest, match="more than"):
        n_min(1e-12, 0.05)
    with pytest.raises(InvalidRequest, match="x must lie in"):
        regularized_beta(math.nan, 1.0, 1.0)
    with pytest.raises(InvalidRequest, match="shapes"):
        regularized_beta(0.5, 0.0, 1.0)
