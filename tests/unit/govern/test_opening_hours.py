"""Opening hours over nights and changes of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, time

import numpy as np
import pytest

from engine.errors import InvalidRequest
from engine.govern.limits import Weekday
from engine.govern.opening_hours import OpeningHours, Timetable

EVERY_DAY = tuple(Weekday)
HOUR = 3600.0


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        pytest.param(OpeningHours(days=EVERY_DAY), 168, id="always"),
        pytest.param(OpeningHours(opens=time(8), closes=time(18)), 50, id="office"),
        pytest.param(OpeningHours(opens=time(22), closes=time(6)), 40, id="nights"),
        pytest.param(OpeningHours(opens=time(20)), 20, id="until midnight"),
    ],
)
def test_week_has_these_open_hours(hours: OpeningHours, expected: int) -> None:
    assert hours.seconds_per_week == expected * HOUR
    monday = at("2026-01-05T00:00+00:00")
    opens, closes = Timetable(hours, monday).within((monday, monday + 168 * HOUR))
    assert float((closes - opens).sum()) == expected * HOUR


def test_moments_move_to_next_opening() -> None:
    office = OpeningHours(opens=time(8), closes=time(18), zone="Europe/Vienna")
    asked = ["2026-01-09T07:59+01:00", "2026-01-09T12:00+01:00", "2026-01-09T18:00+01:00"]
    moments = np.array([at(text) for text in asked])
    assert Timetable(office, moments[0]).first_open(moments).tolist() == [
        at("2026-01-09T08:00+01:00"),
        at("2026-01-09T12:00+01:00"),
        at("2026-01-12T08:00+01:00"),
    ]


def test_day_of_clock_change_is_shorter() -> None:
    vienna = OpeningHours(days=EVERY_DAY, zone="Europe/Vienna")
    start, end = vienna.whole_days(at("2026-03-29T12:00+02:00"), at("2026-03-29T13:00+02:00"))
    opens, closes = Timetable(vienna, start).within((start, end))
    assert (closes - opens).tolist() == [23 * HOUR]


def test_hours_inside_the_lost_hour_are_empty() -> None:
    lost = OpeningHours(
        days=(Weekday.SUN,), opens=time(2, 15), closes=time(3, 10), zone="Europe/Vienna"
    )
    spans = Timetable(lost, at("2026-03-24T00:00+01:00")).walk()
    assert next(spans)[0] == at("2026-04-05T02:15+02:00")  # not on 29 March
    assert next(spans)[0] == at("2026-04-12T02:15+02:00")


def test_impossible_opening_hours_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="at least one day"):
        OpeningHours(days=())
    with pytest.raises(InvalidRequest, match="no time zone"):
        OpeningHours(zone="Europe/Nowhere")
    with pytest.raises(InvalidRequest, match="local times"):
        OpeningHours(opens=time(8, tzinfo=UTC))
