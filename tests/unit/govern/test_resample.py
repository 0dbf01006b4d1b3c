"""Intervals by resampling whole days."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from engine.errors import InvalidRequest
from engine.govern.resample import (
    Band,
    mean_of_days,
    predict_ratio,
    ratio_by_day,
    total_by_day,
)

TWENTY_DAYS = np.repeat(np.arange(20) + date(2026, 3, 2).toordinal(), 50)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def known(band: Band | None) -> Band:
    assert band
    return band


def made_days(
    count: int, seed: int, *, share: float = 0.6, day_sd: float = 0.05
) -> tuple[np.ndarray, np.ndarray]:
    """Hits and cases of each day; the share itself moves from day to day."""
    source = rng(seed)
    cases = source.poisson(60, count) + 1
    shares = np.clip(share + day_sd * source.standard_normal(count), 0.0, 1.0)
    return source.binomial(cases, shares), cases


# ---------------------------------------------------------------------------- ratio


def test_ratio_is_sum_over_sum() -> None:
    found = known(ratio_by_day([1, 0, 1, 1], [1, 1, 1, 1], [7, 7, 8, 9], rng=rng()))
    assert found.value == pytest.approx(0.75)
    assert found.lower <= 0.75 <= found.upper


def test_interval_is_that_of_whole_days() -> None:
    # Every case of a day shares its fate: 1000 cases weigh as 20 days, not as 1000 draws.
    hits = (TWENTY_DAYS % 2).astype(np.float64)
    found = known(ratio_by_day(hits, np.ones(1000), TWENTY_DAYS, rng=rng(), draws=20_000))
    assert found.value == 0.5
    # Student's t with 19 degrees of freedom times the standard error of 20 days.
    half = 2.0930 * 0.5 / math.sqrt(19)
    assert found.upper - found.lower == pytest.approx(2 * half, rel=0.12)


def test_order_of_cases_changes_nothing() -> None:
    hits = rng(5).random(1000) < 0.4
    shuffled = rng(6).permutation(1000)
    straight = ratio_by_day(hits, np.ones(1000), TWENTY_DAYS, rng=rng())
    mixed = ratio_by_day(hits[shuffled], np.ones(1000), TWENTY_DAYS[shuffled], rng=rng())
    assert straight == mixed


def test_same_generator_gives_same_band() -> None:
    hits = rng(5).random(1000) < 0.4
    first = ratio_by_day(hits, np.ones(1000), TWENTY_DAYS, rng=rng())
    assert first == ratio_by_day(hits, np.ones(1000), TWENTY_DAYS, rng=rng())
    assert first != ratio_by_day(hits, np.ones(1000), TWENTY_DAYS, rng=rng(2))


@pytest.mark.parametrize("days", [[], [4], [4, 4, 4]], ids=["none", "one case", "one day"])
def test_single_day_gives_no_interval(days: list[int]) -> None:
    ones = np.ones(len(days))
    assert ratio_by_day(ones, ones, days, rng=rng()) is None
    assert predict_ratio(ones, ones, days, future_days=3, rng=rng()) is None


def test_days_without_denominator_are_left_out() -> None:
    cost, cases = [3.0, 1.0, 0.0], [2.0, 2.0, 0.0]
    with_empty = ratio_by_day(cost, cases, [1, 2, 3], rng=rng())
    assert with_empty == ratio_by_day(cost[:2], cases[:2], [1, 2], rng=rng())


def test_interval_covers_the_true_share() -> None:
    covered = 0
    for seed in range(300):
        hits, cases = made_days(20, seed)
        found = known(ratio_by_day(hits, cases, np.arange(20), rng=rng(5000 + seed), draws=400))
        covered += found.lower <= 0.6 <= found.upper
    assert 0.92 <= covered / 300 <= 0.98


# ---------------------------------------------------------------------------- prediction


@pytest.mark.parametrize(
    ("history", "future"), [(10, 5), (20, 10), (40, 40)], ids=["short", "usual", "long"]
)
def test_prediction_holds_what_then_happens(history: int, future: int) -> None:
    held, days = 0, np.arange(history)
    for seed in range(300):
        hits, cases = made_days(history, seed)
        draw = rng(5000 + seed)
        found = known(predict_ratio(hits, cases, days, future_days=future, rng=draw, draws=400))
        later, of = made_days(future, 10_000 + seed)
        held += found.lower <= later.sum() / of.sum() <= found.upper
    assert 0.91 <= held / 300 <= 0.98


def test_prediction_adds_both_sources_of_chance() -> None:
    hits, cases = made_days(30, 3)
    history = known(ratio_by_day(hits, cases, np.arange(30), rng=rng(), draws=20_000))
    same, longest = (
        known(predict_ratio(hits, cases, np.arange(30), future_days=days, rng=rng(), draws=20_000))
        for days in (30, 30_000)
    )
    width = history.upper - history.lower
    assert same.upper - same.lower == pytest.approx(math.sqrt(2.0) * width, rel=0.06)
    # However long the future, what history did not say stays unknown.
    assert longest.upper - longest.lower == pytest.approx(width, rel=0.04)


def test_unseen_errors_are_not_predicted() -> None:
    found = predict_ratio(np.zeros(1000), np.ones(1000), TWENTY_DAYS, future_days=5, rng=rng())
    assert found == Band(value=0.0, lower=0.0, upper=0.0)


# ---------------------------------------------------------------------------- totals


def test_quiet_days_count_in_totals() -> None:
    found = known(total_by_day([10.0, 20.0, 30.0], [1, 1, 4], period_days=4, rng=rng()))
    assert found.value == pytest.approx(15.0)
    assert found.lower == pytest.approx(0.0)
    assert found.upper == pytest.approx(30.0)


def test_totals_of_one_day_give_no_interval() -> None:
    assert total_by_day([10.0], [1], period_days=1, rng=rng()) is None
    assert total_by_day([], [], period_days=0, rng=rng()) is None


def test_period_without_cases_totals_zero() -> None:
    found = total_by_day([], [], period_days=5, rng=rng())
    assert found == Band(value=0.0, lower=0.0, upper=0.0)


def test_total_interval_matches_the_normal_one() -> None:
    amounts = rng(9).normal(100.0, 10.0, 200)
    found = known(total_by_day(amounts, np.arange(200), period_days=200, rng=rng(), draws=20_000))
    half = 1.972 * amounts.std(ddof=1) / math.sqrt(200)
    assert found.value == pytest.approx(amounts.mean())
    assert found.lower == pytest.approx(amounts.mean() - half, abs=0.05)
    assert found.upper == pytest.approx(amounts.mean() + half, abs=0.05)


def test_replications_of_one_day_keep_their_range() -> None:
    found = mean_of_days(np.arange(101.0)[:, np.newaxis], rng=rng(), draws=50_000)
    assert found.value == 50.0
    assert (found.lower, found.upper) == pytest.approx((2.5, 97.5), abs=1.0)


# ---------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("above", "below", "days", "message"),
    [
        pytest.param([1], [1, 1], [1, 2], "differ in length", id="short"),
        pytest.param([1, 1], [1, -1], [1, 2], "0 or more", id="negative"),
        pytest.param([1, math.nan], [1, 1], [1, 2], "finite", id="NaN"),
        pytest.param([1, 1], [1, 0], [1, 2], "no denominator", id="nothing below"),
        pytest.param([1, 1], [1, 1], [1.5, 2.0], "whole day numbers", id="parts of days"),
        pytest.param([1, 1], [1, 1], [0, 86_400 * 7], "seconds are not days", id="seconds"),
    ],
)
def test_impossible_ratios_are_refused(
    above: list[float], below: list[float], days: list[int], message: str
) -> None:
    with pytest.raises(InvalidRequest, match=message):
        ratio_by_day(above, below, days, rng=rng())


def test_impossible_requests_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="at least one draw"):
        ratio_by_day([1, 1], [1, 1], [1, 2], rng=rng(), draws=0)
    with pytest.raises(InvalidRequest, match="delta"):
        ratio_by_day([1, 1], [1, 1], [1, 2], rng=rng(), delta=1.0)
    with pytest.raises(InvalidRequest, match="at least one day"):
        predict_ratio([1, 1], [1, 1], [1, 2], future_days=0, rng=rng())
    with pytest.raises(InvalidRequest, match="lie on 2 days"):
        total_by_day([1, 1], [1, 2], period_days=1, rng=rng())
    with pytest.raises(InvalidRequest, match="differ in length"):
        total_by_day([1, 1], [1], period_days=3, rng=rng())
    with pytest.raises(InvalidRequest, match="replications and days"):
        mean_of_days(np.zeros((3, 0)), rng=rng())
