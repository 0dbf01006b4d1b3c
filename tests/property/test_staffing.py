"""Properties of the simulated queue that hold in every draw."""

from __future__ import annotations

from datetime import datetime, time

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.govern.limits import Weekday
from engine.govern.opening_hours import OpeningHours, Timetable
from engine.govern.staffing import Staffing, begin_times, simulate_queue

START = datetime.fromisoformat(
    "2026-03-23T00:00+01:00"
).timestamp()  # the clock changes on the 29th
TWO_WEEKS = 14 * 86_400.0
ROUGHLY = 1e-5  # seconds; moments near 1.8e9 are exact to about 2e-7

CASES = st.lists(
    st.tuples(st.integers(0, 14 * 86_400 - 1), st.integers(0, 4 * 86_400) | st.integers(0, 3600)),
    min_size=1,
    max_size=40,
).map(sorted)
HOURS = st.builds(
    OpeningHours,
    days=st.sets(st.sampled_from(Weekday), min_size=1).map(tuple),
    opens=st.times().map(lambda moment: moment.replace(microsecond=0)),
    closes=st.just(time(0)) | st.times().map(lambda moment: moment.replace(microsecond=0)),
    zone=st.sampled_from(["UTC", "Europe/Vienna", "America/New_York", "Australia/Lord_Howe"]),
).filter(lambda hours: hours.seconds_per_week >= 3600.0)  # work that takes a century is refused
PEOPLE = st.integers(1, 6)

Cases = list[tuple[int, int]]


def team(people: int, hours: OpeningHours) -> Staffing:
    return Staffing(people=people, hours=hours, minutes_per_case=20.0)


def columns(cases: Cases) -> tuple[np.ndarray, np.ndarray]:
    table = np.array(cases, dtype=np.float64).reshape(-1, 2)
    return START + table[:, 0], table[:, 1]


def is_open(moments: np.ndarray, hours: OpeningHours) -> bool:
    first_open = Timetable(hours, START).first_open(moments)
    return bool((first_open == moments).all())


@given(CASES, HOURS, PEOPLE)
def test_more_people_never_wait_longer(cases: Cases, hours: OpeningHours, people: int) -> None:
    arrivals, handling = columns(cases)
    few = begin_times(arrivals, handling, team(people, hours))
    many = begin_times(arrivals, handling, team(people + 1, hours))
    assert (many <= few + ROUGHLY).all()


@given(CASES, HOURS, PEOPLE, st.data())
def test_fewer_cases_never_wait_longer(
    cases: Cases, hours: OpeningHours, people: int, data: st.DataObject
) -> None:
    arrivals, handling = columns(cases)
    kept = np.array(
        data.draw(st.lists(st.booleans(), min_size=len(cases), max_size=len(cases))), dtype=bool
    )
    every = begin_times(arrivals, handling, team(people, hours))
    fewer = begin_times(arrivals[kept], handling[kept], team(people, hours))
    assert (fewer <= every[kept] + ROUGHLY).all()
    late = every + handling - arrivals > 3600.0
    late_of_fewer = fewer + handling[kept] - arrivals[kept] > 3600.0 + ROUGHLY
    assert late_of_fewer.sum() <= late.sum()


@given(CASES, HOURS, PEOPLE)
def test_quicker_work_never_waits_longer(cases: Cases, hours: OpeningHours, people: int) -> None:
    arrivals, handling = columns(cases)
    slow = begin_times(arrivals, handling, team(people, hours))
    quick = begin_times(arrivals, handling / 2.0, team(people, hours))
    assert (quick <= slow + ROUGHLY).all()


@given(CASES, HOURS, PEOPLE)
def test_work_begins_in_order_and_hours(cases: Cases, hours: OpeningHours, people: int) -> None:
    arrivals, handling = columns(cases)
    begun = begin_times(arrivals, handling, team(people, hours))
    assert (begun >= arrivals).all()
    assert (np.diff(begun) >= 0.0).all()
    assert is_open(begun, hours)


@given(CASES, HOURS, PEOPLE)
def test_nobody_does_two_cases_at_once(cases: Cases, hours: OpeningHours, people: int) -> None:
    arrivals, handling = columns(cases)
    begun = begin_times(arrivals, handling, team(people, hours))
    for moment in begun:
        under_way = (begun <= moment) & (begun + handling > moment + ROUGHLY)
        assert under_way.sum() <= people


@given(CASES, HOURS, PEOPLE)
def test_nobody_idles_while_cases_wait(cases: Cases, hours: OpeningHours, people: int) -> None:
    arrivals, handling = columns(cases)
    begun = begin_times(arrivals, handling, team(people, hours))
    first_open = Timetable(hours, START).first_open(arrivals)
    for position in np.flatnonzero(begun > first_open + ROUGHLY):
        # It waited through open hours, so just before its turn everybody was busy, or the
        # moment is an opening and those before it were not done when the doors closed.
        before = begun[position] - ROUGHLY
        busy = (begun < before) & (begun + handling >= before)
        was_open = is_open(np.array([before]), hours)
        assert busy.sum() >= people or not was_open


@given(CASES, HOURS, PEOPLE, st.integers(0, 2**32 - 1))
def test_totals_of_forecast_are_conserved(
    cases: Cases, hours: OpeningHours, people: int, seed: int
) -> None:
    arrivals = columns(cases)[0]
    found = simulate_queue(
        arrivals,
        team(people, hours),
        breach_after_s=3600.0,
        rng=np.random.default_rng(seed),
        replications=3,
        measured_minutes=[12.0],
        period=(START, START + TWO_WEEKS),
    )
    worked = found.hours_per_day.value * found.working_days + found.hours_left
    assert np.isclose(worked, arrivals.size * 12.0 / 60.0)
    assert np.isclose(found.hours_left, found.waiting_at_end.value * 12.0 / 60.0)
    assert found.breaches_unavoidable <= found.breaches.value <= found.cases
    assert found.hours_per_day.lower <= found.hours_per_day.value <= found.hours_per_day.upper
    assert np.isclose(found.decision_median_s or 0.0, (found.wait_median_s or 0.0) + 720.0)
    assert found.breach_share.value == found.breaches.value / found.cases


@given(HOURS)
def test_opening_spans_never_overlap(hours: OpeningHours) -> None:
    opens, closes = Timetable(hours, START).within((START, START + TWO_WEEKS))
    assert (opens < closes).all()
    assert (closes[:-1] <= opens[1:]).all()
    assert opens.size >= 2
