"""Opening hours: when people are there, as spans on the axis of absolute time.

Lives here: the weekly hours and the spans they make, over changes of the clock. Must not live
here: who is there and how long they take (`staffing`), and the hours in which software may act,
which are a limit of the envelope and belong to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from engine.errors import InvalidRequest
from engine.govern.checked_input import FloatArray
from engine.govern.limits import WORKING_DAYS, Weekday

Span: TypeAlias = tuple[float, float]
"""From the first second to the one after the last, in seconds since the epoch."""

_ORDER = tuple(Weekday)
_ONE_DAY = timedelta(days=1)
_EARLIEST_S = 86_400.0  # the day before must exist as well
_LATEST_S = 7.3e9  # the year 2201; milliseconds taken for seconds are far above it


@dataclass(frozen=True, kw_only=True, slots=True)
class OpeningHours:
    """The weekly hours of a team."""

    days: tuple[Weekday, ...] = WORKING_DAYS
    """Days on which the team opens; of a night, the day on which it begins."""
    opens: time = time(0)
    """Local time of opening."""
    closes: time = time(0)
    """Local time of closing; one that is not after `opens` is on the next day, so 00:00 to 00:00
    is the whole day."""
    zone: str = "UTC"
    """IANA name of the zone whose clock counts."""

    def __post_init__(self) -> None:
        if not self.days:
            raise InvalidRequest("opening hours need at least one day")
        if self.opens.tzinfo or self.closes.tzinfo:
            raise InvalidRequest("opening hours are local times; the zone stands beside them")
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise InvalidRequest(f"{self.zone!r} is no time zone; use an IANA name") from None

    @property
    def seconds_per_week(self) -> float:
        """Open seconds of a week without a change of the clock."""
        day = datetime.combine(date.min, self.closes) - datetime.combine(date.min, self.opens)
        length = day if day > timedelta(0) else day + _ONE_DAY
        return length.total_seconds() * len(set(self.days))

    def spans(self, from_s: float) -> Iterator[Span]:
        """Yield the open spans in order, without end, from the one that may hold a moment.

        They never overlap; one that a change of the clock leaves empty is left out.

        Args:
            from_s: seconds since the epoch.

        Raises:
            InvalidRequest: if the moment is not between 1970 and 2200.
        """
        zone, wanted = ZoneInfo(self.zone), {_ORDER.index(day) for day in self.days}
        day = local_day(from_s, zone) - _ONE_DAY  # a night that began the day before
        over = timedelta(0) if self.closes > self.opens else _ONE_DAY
        closed = 0.0
        while True:
            if day.weekday() in wanted:
                opens = max(closed, datetime.combine(day, self.opens, zone).timestamp())
                closes = datetime.combine(day + over, self.closes, zone).timestamp()
                if opens < closes:
                    closed = closes
                    yield opens, closes
            day += _ONE_DAY

    def whole_days(self, first_s: float, last_s: float) -> Span:
        """Return the local midnights before the first moment and after the last.

        Raises:
            InvalidRequest: if a moment is not between 1970 and 2200.
        """
        zone = ZoneInfo(self.zone)
        start, end = local_day(first_s, zone), local_day(last_s, zone) + _ONE_DAY
        return (
            datetime.combine(start, time(0), zone).timestamp(),
            datetime.combine(end, time(0), zone).timestamp(),
        )


class Timetable:
    """The open spans from a moment on, each worked out once however often they are walked."""

    def __init__(self, hours: OpeningHours, from_s: float) -> None:
        """Begin at a moment.

        Raises:
            InvalidRequest: when spans are asked for, if the moment is not between 1970 and 2200.
        """
        self._source = hours.spans(from_s)
        self._known: list[Span] = []

    def walk(self) -> Iterator[Span]:
        """Yield the spans in order, without end."""
        position = 0
        while True:
            if position == len(self._known):
                self._known.append(next(self._source))
            yield self._known[position]
            position += 1

    def within(self, period: Span) -> tuple[FloatArray, FloatArray]:
        """Return openings and closings inside a period, cut at its ends, shape (spans,) each."""
        found: list[Span] = []
        for opens, closes in self.walk():
            if opens >= period[1]:
                break
            if closes > period[0]:
                found.append((max(opens, period[0]), min(closes, period[1])))
        table = np.array(found, dtype=np.float64).reshape(-1, 2)
        return table[:, 0], table[:, 1]

    def first_open(self, moments: FloatArray) -> FloatArray:
        """Return when each moment, or after it, is open: the moment itself inside of hours.

        Args:
            moments: seconds since the epoch, ascending, shape (n,), none before the start.
        """
        last = float(moments[-1]) if moments.size else 0.0
        table: list[Span] = []
        for span in self.walk():
            table.append(span)
            if span[1] > last:
                break
        opens, closes = np.array(table).T
        following: FloatArray = opens[np.searchsorted(closes, moments, side="right")]
        return np.maximum(moments, following)


def local_day(moment_s: float, zone: ZoneInfo) -> date:
    """Return the local date of a moment.

    Args:
        moment_s: seconds since the epoch.
        zone: whose clock counts.

    Raises:
        InvalidRequest: if it is not between 1970 and 2200; milliseconds are not seconds.
    """
    if not _EARLIEST_S <= moment_s <= _LATEST_S:
        raise InvalidRequest(f"{moment_s!s} is no moment between 1970 and 2200 in seconds")
    return datetime.fromtimestamp(moment_s, zone).date()
