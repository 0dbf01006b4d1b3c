"""The simulated queue of the people who clear what software leaves."""

from __future__ import annotations

import math
from datetime import UTC, datetime, time
from time import perf_counter

import numpy as np
import pytest

from engine.errors import InvalidRequest
from engine.govern.erlang import erlang_c
from engine.govern.limits import Weekday
from engine.govern.opening_hours import OpeningHours
from engine.govern.resample import Band
from engine.govern.staffing import (
    QueueForecast,
    Staffing,
    begin_times,
    handling_times,
    simulate_queue,
)

EVERY_DAY = tuple(Weekday)
ALWAYS = OpeningHours(days=EVERY_DAY)
OFFICE = OpeningHours(opens=time(8), closes=time(18), zone="Europe/Vienna")
NIGHTS = OpeningHours(days=(Weekday.FRI,), opens=time(22), closes=time(6), zone="Europe/Vienna")
MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
MONDAY = datetime(2026, 1, 5, tzinfo=UTC).timestamp()


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def team(people: int = 1, hours: OpeningHours = OFFICE, **given: float) -> Staffing:
    return Staffing(people=people, hours=hours, minutes_per_case=given.pop("minutes", 6.0), **given)


def begun(arrivals: list[str], minutes: list[float], staffing: Staffing) -> list[float]:
    moments = np.array([at(text) for text in arrivals])
    return list(begin_times(moments, np.array(minutes) * MINUTE, staffing).tolist())


def forecast(
    arrivals: list[float], staffing: Staffing, *, breach_after_s: float = HOUR, seed: int = 1
) -> QueueForecast:
    rng = np.random.default_rng(seed)
    return simulate_queue(np.array(arrivals), staffing, breach_after_s=breach_after_s, rng=rng)


def poisson_stream(per_hour: float, count: int, seed: int) -> np.ndarray:
    gaps = np.random.default_rng(seed).exponential(HOUR / per_hour, count)
    return MONDAY + np.cumsum(gaps)


# ---------------------------------------------------------------------------- check values


@pytest.mark.parametrize(
    ("per_hour", "people", "waits", "mean_min", "minutes", "longer"),
    [
        pytest.param(30, 4, 0.509434, 3.0566, 15, 0.041817, id="busy"),
        pytest.param(18, 4, 0.128534, 0.3505, 15, 0.000525, id="calm"),
        pytest.param(18, 2, 0.852632, 25.5789, 60, 0.115391, id="near its limit"),
    ],
)
def test_formula_and_simulation_meet_check_values(
    per_hour: float, people: int, waits: float, mean_min: float, minutes: float, longer: float
) -> None:
    steady = erlang_c(per_hour, 6.0, people)
    assert steady.wait_probability == pytest.approx(waits, abs=6e-7)
    assert steady.mean_wait_s / MINUTE == pytest.approx(mean_min, abs=6e-5)
    assert steady.longer_than(minutes * MINUTE) == pytest.approx(longer, abs=6e-7)
    arrivals, staffing = poisson_stream(per_hour, 600_000, seed=5), team(people, ALWAYS)
    handling = handling_times(arrivals.size, staffing, rng=np.random.default_rng(6))
    waited = begin_times(arrivals, handling, staffing) - arrivals
    assert (waited > 0.0).mean() == pytest.approx(waits, rel=0.02)
    assert waited.mean() / MINUTE == pytest.approx(mean_min, rel=0.05)
    assert (waited > minutes * MINUTE).mean() == pytest.approx(longer, rel=0.08, abs=2e-4)


# ---------------------------------------------------------------------------- one draw


def test_weekend_waits_for_monday_opening() -> None:
    friday_late, saturday = "2026-01-09T18:00+01:00", "2026-01-10T12:00+01:00"
    opening = at("2026-01-12T08:00+01:00")
    assert begun([friday_late, saturday], [6, 6], team()) == [opening, opening + 6 * MINUTE]


def test_work_under_way_at_closing_is_finished() -> None:
    arrivals = ["2026-01-05T17:59+01:00", "2026-01-05T17:59+01:00", "2026-01-05T17:59+01:00"]
    next_morning = at("2026-01-06T08:00+01:00")
    # The first takes until 18:29 that evening; whoever did it is back at eight.
    assert begun(arrivals, [30, 30, 30], team()) == [
        at("2026-01-05T17:59+01:00"),
        next_morning,
        next_morning + 30 * MINUTE,
    ]


def test_very_long_work_reaches_into_next_day() -> None:
    arrivals = ["2026-01-05T17:00+01:00", "2026-01-05T17:30+01:00"]
    assert begun(arrivals, [16 * 60, 5], team())[1] == at("2026-01-06T09:00+01:00")


def test_first_come_is_first_served() -> None:
    arrivals = [f"2026-01-05T09:0{minute}+01:00" for minute in range(4)]
    nine = at("2026-01-05T09:00+01:00")
    # Two people: the third waits for the second, who is free at 09:05, the fourth until 09:06.
    assert begun(arrivals, [10, 4, 1, 1], team(2)) == [
        nine,
        nine + 1 * MINUTE,
        nine + 5 * MINUTE,
        nine + 6 * MINUTE,
    ]


def test_night_belongs_to_day_it_begins() -> None:
    arrivals = ["2026-01-09T21:00+01:00", "2026-01-10T02:00+01:00", "2026-01-10T06:00+01:00"]
    assert begun(arrivals, [1, 1, 1], team(hours=NIGHTS)) == [
        at("2026-01-09T22:00+01:00"),
        at("2026-01-10T02:00+01:00"),
        at("2026-01-16T22:00+01:00"),
    ]


# ---------------------------------------------------------------------------- forecast


def test_hours_per_day_match_shared_shift_model() -> None:
    # evidence.md: 300 cases a day of 6 minutes are 30 hours; 120 of 7.5 minutes would be 15.
    rng = np.random.default_rng(4)
    every = OpeningHours(days=EVERY_DAY, opens=time(8), closes=time(18))
    arrivals = np.sort(rng.uniform(MONDAY, MONDAY + 60 * DAY, 300 * 60))
    human = forecast(arrivals.tolist(), team(4, every))
    to_people = arrivals[rng.random(arrivals.size) < 0.4]
    narrowed = forecast(to_people.tolist(), team(2, every, minutes=7.5))
    assert narrowed.hours_per_day.value == pytest.approx(15.0, rel=0.03)
    assert narrowed.breach_share.value > human.breach_share.value
    assert human.hours_per_day.value == pytest.approx(30.0, rel=0.02)
    assert human.hours_per_day.lower < 30.0 < human.hours_per_day.upper
    assert human.busy_share.value == pytest.approx(0.75, rel=0.02)
    assert human.working_days == 60


def test_figures_of_one_day_are_exact() -> None:
    # One person, 30 minutes each, three at once at 16:50: the last begins at 17:50.
    arrivals = [at("2026-01-05T16:50+01:00")] * 3
    found = forecast(arrivals, team(minutes=30, spread=0), breach_after_s=45 * MINUTE)
    assert (found.cases, found.replications, found.working_days) == (3, 20, 1)
    assert found.hours_per_day == Band(value=1.5, lower=1.5, upper=1.5)
    assert found.busy_share.value == pytest.approx(0.15)
    assert found.wait_median_s == pytest.approx(30 * MINUTE)
    assert found.wait_p90_s == pytest.approx(54 * MINUTE)
    assert found.decision_median_s == pytest.approx(60 * MINUTE)
    assert found.breaches == Band(value=2.0, lower=2.0, upper=2.0)
    assert found.breach_share.value == pytest.approx(2 / 3)
    assert (found.breaches_unavoidable, found.hours_left) == (0, 0.0)
    assert found.waiting_at_end.value == 0.0


def test_night_arrivals_breach_whoever_is_there() -> None:
    arrivals = [at("2026-01-05T18:30+01:00"), at("2026-01-06T07:30+01:00")]
    found = forecast(arrivals, team(50, minutes=1, spread=0), breach_after_s=HOUR)
    assert found.breaches_unavoidable == 1
    assert found.breaches.value == 1.0


def test_overload_leaves_work_behind() -> None:
    arrivals = [at("2026-01-05T08:00+01:00")] * 999 + [at("2026-01-09T17:00+01:00")]
    found = forecast(arrivals, team(minutes=6, spread=0))
    # Five days of ten hours clear 500 cases of six minutes.
    assert found.waiting_at_end == Band(value=500.0, lower=500.0, upper=500.0)
    assert found.hours_left == pytest.approx(50.0)
    assert found.hours_per_day.value == pytest.approx(10.0)
    assert found.busy_share.value == pytest.approx(1.0)


def test_given_period_counts_quiet_days() -> None:
    period = (at("2026-01-05T00:00+01:00"), at("2026-01-10T00:00+01:00"))
    found = simulate_queue(
        np.array([at("2026-01-07T09:00+01:00")]),
        team(minutes=60, spread=0),
        breach_after_s=HOUR,
        rng=np.random.default_rng(1),
        period=period,
    )
    assert found.working_days == 5
    assert found.hours_per_day.value == pytest.approx(0.2)


def test_draft_without_human_cases_is_quiet() -> None:
    found = simulate_queue(
        np.array([]),
        team(),
        breach_after_s=HOUR,
        rng=np.random.default_rng(1),
        period=(MONDAY, MONDAY + 7 * DAY),
    )
    nothing = Band(value=0.0, lower=0.0, upper=0.0)
    assert (found.cases, found.wait_median_s, found.decision_p90_s) == (0, None, None)
    assert (found.hours_per_day, found.busy_share, found.breaches) == (nothing,) * 3
    assert (found.breach_share, found.waiting_at_end) == (nothing, nothing)


def test_period_without_working_day_is_told() -> None:
    saturday = at("2026-01-10T12:00+01:00")
    found = forecast([saturday], team(minutes=30, spread=0))
    assert (found.working_days, found.hours_per_day.value) == (0, 0.0)
    assert (found.hours_left, found.waiting_at_end.value) == (0.5, 1.0)


def test_same_seed_gives_same_forecast() -> None:
    arrivals = poisson_stream(20, 400, seed=3).tolist()
    assert forecast(arrivals, team(3)) == forecast(arrivals, team(3))
    assert forecast(arrivals, team(3)) != forecast(arrivals, team(3), seed=2)


@pytest.mark.parametrize("spread", [None, 0.0, 0.5, 2.0])
def test_drawn_handling_times_keep_their_mean(spread: float | None) -> None:
    staffing = Staffing(people=1, hours=ALWAYS, minutes_per_case=6.0, spread=spread)
    drawn = handling_times(400_000, staffing, rng=np.random.default_rng(8))
    assert drawn.mean() == pytest.approx(360.0, rel=0.01)
    expected = 1.0 if spread is None else spread
    assert drawn.std() / 360.0 == pytest.approx(expected, rel=0.05)


def test_measured_handling_times_replace_the_mean() -> None:
    rng = np.random.default_rng(8)
    drawn = handling_times(5000, team(minutes=99), rng=rng, measured_minutes=[2, 4, 4])
    assert sorted(set(drawn.tolist())) == [2 * MINUTE, 4 * MINUTE]
    assert drawn.mean() == pytest.approx(200.0, rel=0.02)


@pytest.mark.bench
def test_seventeen_thousand_cases_stay_quick() -> None:
    arrivals = np.sort(np.random.default_rng(1).uniform(MONDAY, MONDAY + 120 * DAY, 17_000))
    started = perf_counter()
    forecast(arrivals.tolist(), team(6, spread=1.0))
    assert perf_counter() - started < 2.0


# ---------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param({"people": 0}, "at least one person", id="nobody"),
        pytest.param({"minutes": 0.0}, "minutes per case", id="no time"),
        pytest.param({"minutes": math.nan}, "minutes per case", id="NaN time"),
        pytest.param({"spread": -1.0}, "spread", id="negative spread"),
    ],
)
def test_impossible_staffing_is_refused(given: dict[str, float], message: str) -> None:
    with pytest.raises(InvalidRequest, match=message):
        team(**given)  # type: ignore[arg-type]  # people is a whole number in every row


@pytest.mark.parametrize(
    ("arrivals", "message"),
    [
        pytest.param([MONDAY + 1, MONDAY], "ascending", id="not sorted"),
        pytest.param([MONDAY, math.nan], "ascending", id="NaN"),
        pytest.param([MONDAY * 1000], "in seconds", id="milliseconds"),
        pytest.param([], "period must be given", id="none and no period"),
    ],
)
def test_impossible_arrivals_are_refused(arrivals: list[float], message: str) -> None:
    with pytest.raises(InvalidRequest, match=message):
        forecast(arrivals, team())


def test_impossible_requests_are_refused() -> None:
    arrivals, rng = np.array([MONDAY]), np.random.default_rng(1)
    with pytest.raises(InvalidRequest, match="replications"):
        simulate_queue(arrivals, team(), breach_after_s=1.0, rng=rng, replications=0)
    with pytest.raises(InvalidRequest, match="deadline"):
        simulate_queue(arrivals, team(), breach_after_s=math.nan, rng=rng)
    with pytest.raises(InvalidRequest, match="outside"):
        simulate_queue(
            arrivals, team(), breach_after_s=1.0, rng=rng, period=(MONDAY + 1, MONDAY + 2)
        )
    with pytest.raises(InvalidRequest, match="ends after"):
        simulate_queue(arrivals, team(), breach_after_s=1.0, rng=rng, period=(MONDAY, MONDAY))
    with pytest.raises(InvalidRequest, match="measured"):
        handling_times(3, team(), rng=rng, measured_minutes=[-1])
    with pytest.raises(InvalidRequest, match="one for each"):
        begin_times(arrivals, np.array([1.0, 2.0]), team())


def test_work_for_a_century_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="would need"):
        begin_times(np.array([MONDAY]), np.array([1e10]), team())
