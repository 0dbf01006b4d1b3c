"""Windows of budgets: every moment lies in one, by every clock of the world."""

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.budget import Period, window_at, window_start
from engine.govern.local_time import as_us, window_starts

ZONES = tuple(sorted(available_timezones() - {"Factory", "localtime", "posixrules"}))
NIGHT = timedelta(hours=26)


@cache
def changes(zone: str, year: int) -> tuple[datetime, ...]:
    """The days of a year, as noon of UTC, before which a zone changed its clocks."""
    start, clock = datetime(year, 1, 1, 12, tzinfo=UTC), ZoneInfo(zone)
    days = [start + timedelta(days=day) for day in range(366)]
    return tuple(
        after
        for before, after in pairwise(days)
        if before.astimezone(clock).utcoffset() != after.astimezone(clock).utcoffset()
    )


@st.composite
def moments(draw: st.DrawFn) -> tuple[str, list[datetime]]:
    """A zone, and moments about one of its changes of clocks where it has any."""
    zone, year = draw(st.sampled_from(ZONES)), draw(st.integers(1971, 2036))
    about = draw(st.sampled_from(changes(zone, year) or (datetime(year, 6, 1, tzinfo=UTC),)))
    steps = draw(st.lists(st.integers(-52 * 60, 26 * 60), min_size=2, max_size=30))
    return zone, sorted(about + timedelta(minutes=step) for step in steps)


def assert_windows_are_whole(zone: str, aware: list[datetime]) -> None:
    for period in Period:
        windows = [window_at(period, at, zone) for at in aware]
        starts = [window.start for window in windows]
        assert starts == sorted(starts), (zone, period)
        for at, window in zip(aware, windows, strict=True):
            assert window.after < window.start <= at < window.end, (zone, period, at)
            if period is Period.DAY:
                assert window_start(period, window.start, zone) == window.start, (zone, at)
                assert window_start(period, window.end, zone) == window.end, (zone, at)
        columns = window_starts(period, np.array([as_us(at) for at in aware]), zone)
        assert columns.tolist() == [as_us(start) for start in starts], (zone, period)


@settings(max_examples=300, deadline=None)
@given(moments())
def test_windows_never_go_back_in_time(found: tuple[str, list[datetime]]) -> None:
    assert_windows_are_whole(*found)


def test_windows_hold_in_every_zone_of_2026() -> None:
    steps = [timedelta(minutes=minutes) for minutes in range(-36 * 60, 15 * 60, 30)]
    for zone in ZONES:
        for change in changes(zone, 2026):
            assert_windows_are_whole(zone, [change + step for step in steps])


@pytest.mark.parametrize(
    ("zone", "midnight"),
    [
        ("Atlantic/Azores", datetime(2026, 10, 25, 0, tzinfo=UTC)),
        ("America/Havana", datetime(2026, 11, 1, 4, tzinfo=UTC)),
    ],
)
def test_day_with_two_midnights_is_one(zone: str, midnight: datetime) -> None:
    found = {
        window_at(Period.DAY, midnight + timedelta(minutes=minutes), zone).start
        for minutes in range(0, 25 * 60, 15)
    }
    assert found == {midnight}
    assert window_at(Period.DAY, midnight, zone).end == midnight + timedelta(hours=25)


def test_hour_shown_twice_is_two_hours() -> None:
    first = datetime(2026, 10, 25, 0, tzinfo=UTC)  # 02:00 in Vienna, for the first time
    starts = [
        window_start(Period.HOUR, first + timedelta(minutes=30 * step), "Europe/Vienna")
        for step in range(4)
    ]
    assert starts == [first, first, first + timedelta(hours=1), first + timedelta(hours=1)]


moment = st.integers(0, 6 * 365 * 24 * 60).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(
    moment,
    st.sampled_from(ZONES),
    st.sampled_from(ZONES),
    st.integers(0, 26 * 60),
    st.sampled_from(Period),
)
def test_use_by_another_clock_still_counts(
    at: datetime, old: str, new: str, minutes: int, period: Period
) -> None:
    was, now = window_at(period, at, old), window_at(period, at, new)
    length = was.end - was.start
    if length == now.end - now.start == now.start - now.after:  # no clock changes about then
        assert now.after < was.start < now.end
    later = window_at(period, at + timedelta(minutes=minutes), old)
    assert later.start == was.start or not later.after < was.start < later.end
