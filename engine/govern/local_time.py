"""Local time: the clock of a zone at many moments at once, exactly as `datetime` would tell it.

Lives here: weekday, time of the day and budget windows of columns of moments. Must not live here:
what hours or budgets mean (`bounds`, `engine.domain.budget`). A zone's offset is looked up where it
changes and not for every moment; windows are asked of `engine.domain.budget` once each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from engine.domain.budget import Period, window_start

Moments: TypeAlias = NDArray[np.int64]
"""Microseconds since 1970 (UTC), shape (n,)."""

MICROSECOND = timedelta(microseconds=1)
DAY_US = 86_400_000_000
HOUR_US = 3_600_000_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEP_US = DAY_US // 2
"""No zone changes its clock there and back within half a day."""
_THURSDAY = 3
_NO_MOMENT = np.iinfo(np.int64).min


def as_us(moment: datetime) -> int:
    """An aware moment as microseconds since 1970."""
    return (moment - _EPOCH) // MICROSECOND


def as_moment(us: int) -> datetime:
    """Microseconds since 1970 as an aware moment."""
    return _EPOCH + us * MICROSECOND


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LocalTimes:
    """What the clocks of a zone show at some moments."""

    local_us: Moments
    """The wall clock, as microseconds since 1970 of a zone without an offset, shape (n,)."""
    is_second: NDArray[np.bool_]
    """Whether the wall clock shows this time for the second time (`datetime.fold`), shape (n,)."""

    @property
    def weekday(self) -> Moments:
        """0 for Monday to 6, shape (n,)."""
        return (self.day + _THURSDAY) % 7

    @property
    def day(self) -> Moments:
        """Local days since 1970, shape (n,)."""
        return self.local_us // DAY_US

    @property
    def time_us(self) -> Moments:
        """Microseconds since midnight by the wall clock, shape (n,)."""
        return self.local_us % DAY_US


def local_times(moments: Moments, zone: str) -> LocalTimes:
    """What the clocks of a zone show.

    Args:
        moments: In any order.
        zone: IANA name.
    """
    if zone == "UTC" or moments.size == 0:
        return LocalTimes(local_us=moments, is_second=np.zeros(moments.size, dtype=bool))
    begins, offsets = _offsets(int(moments.min()), int(moments.max()), ZoneInfo(zone))
    which = np.searchsorted(begins, moments, side="right") - 1
    # Where clocks went back, the hour before the change is shown again for as long as they went.
    went_back = np.maximum(-np.diff(offsets, prepend=offsets[0]), 0)
    return LocalTimes(
        local_us=moments + offsets[which],
        is_second=moments - begins[which] < went_back[which],
    )


def _offsets(first: int, last: int, zone: ZoneInfo) -> tuple[Moments, Moments]:
    """From when on which offset holds, from before the first moment to the last."""

    def offset(us: int) -> int:
        there = as_moment(us).astimezone(zone).utcoffset()
        return 0 if there is None else there // MICROSECOND

    at = first - _STEP_US  # a change just before it may have made its hour a second one
    begins, offsets = [at], [offset(at)]
    while at < last:
        until = min(at + _STEP_US, last)
        after = offset(until)
        if after != offsets[-1]:
            before, low, high = offsets[-1], at, until
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == before else (low, middle)
            begins.append(high)
            offsets.append(after)
        at = until
    return np.array(begins, dtype=np.int64), np.array(offsets, dtype=np.int64)


def window_starts(period: Period, moments: Moments, zone: str) -> Moments:
    """The start of the budget's window that holds each moment, shape (n,).

    Args:
        period: Hour or day.
        moments: In any order.
        zone: IANA name of the zone whose clock counts.
    """
    if moments.size == 0:
        return moments
    shown = local_times(moments, zone)
    if period is Period.HOUR:
        return moments - shown.local_us % HOUR_US
    # All moments of one day of the wall clock, and of one showing of it, share a window.
    slots = shown.day * 2 + shown.is_second
    slots -= slots.min()
    sample = np.full(int(slots.max()) + 1, _NO_MOMENT, dtype=np.int64)
    sample[slots] = moments
    starts = np.zeros(sample.size, dtype=np.int64)
    for slot in np.flatnonzero(sample != _NO_MOMENT).tolist():
        starts[slot] = as_us(window_start(period, as_moment(int(sample[slot])), zone))
    return starts[slots]
