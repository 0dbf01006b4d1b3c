"""Staffing: how long cases wait for the people who clear them, simulated case by case.

Lives here: the discrete-event simulation behind the consequences of a draft envelope. Must not
live here: which cases go to people (replay), the closed formula (`erlang`), or any guess.

Cases come at their real times and are taken up first come first served in opening hours; what is
under way at closing is finished. Only the handling times are drawn, in every replication anew.
Waiting counts by the calendar, nights and weekends included.

What it cannot tell: how long the cases take that are left. Those that software cannot do are
harder, so their handling time must be measured on escalated cases and given; the mean of all cases
makes every wider envelope look too good. Nor does it know of priorities, breaks, sick leave, other
work of the same people, speed under pressure, or cases that come because others were decided badly.
The ranges hold the chance of the handling times; only that of the hours holds that of the days.
Source: evidence.md section 5.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from heapq import heapreplace

import numpy as np

from engine.errors import InvalidRequest
from engine.govern.checked_input import FloatArray, Numbers
from engine.govern.opening_hours import OpeningHours, Span, Timetable
from engine.govern.resample import Band, mean_of_days

_SECONDS_PER_HOUR = 3600.0
_SHARES = (0.5, 0.9)
_RANGE = (0.025, 0.975)
_MOST_WEEKS = 5200.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Staffing:
    """The people who clear a queue."""

    people: int
    """How many work side by side, at least 1."""
    hours: OpeningHours
    """When they are there."""
    minutes_per_case: float
    """Mean handling time of the cases that reach them: of the residue, not of all cases."""
    spread: float | None = None
    """Standard deviation over mean of lognormal handling times; None draws exponential ones."""

    def __post_init__(self) -> None:
        if self.people < 1:
            raise InvalidRequest(f"a queue needs at least one person, not {self.people}")
        if not 0.0 < self.minutes_per_case < math.inf:
            raise InvalidRequest(f"minutes per case must be above 0, not {self.minutes_per_case!s}")
        if self.spread is not None and not 0.0 <= self.spread < math.inf:
            raise InvalidRequest(f"a spread must be 0 or more, not {self.spread!s}")


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueForecast:
    """What a simulated period asks of people, and what its cases have to wait."""

    cases: int
    """Cases that came."""
    replications: int
    """Times the period was simulated."""
    working_days: int
    """Opening spans inside the period."""
    hours_per_day: Band
    """Hours of handling begun on a working day, by all together; the range by day bootstrap."""
    hours_left: float
    """Hours of handling that begin only after the period; large if the team does not keep up."""
    busy_share: Band
    """Handling over hours present; above 1 if work goes on after closing."""
    wait_median_s: float | None
    """Median calendar seconds until somebody begins, mean over replications; None without cases."""
    wait_p90_s: float | None
    """Calendar seconds within which somebody begins with nine of ten cases."""
    decision_median_s: float | None
    """Median calendar seconds until the decision, handling included."""
    decision_p90_s: float | None
    """Calendar seconds within which nine of ten cases are decided."""
    breaches: Band
    """Cases decided after their deadline, which runs until the decision and not until the start."""
    breach_share: Band
    """The same as a share of the cases; 0 without cases."""
    breaches_unavoidable: int
    """Cases whose deadline passes before the next opening: no number of people helps them."""
    waiting_at_end: Band
    """Cases that nobody has begun when the period ends."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Replication:
    hours_by_day: FloatArray
    hours_left: float
    waits: FloatArray
    decisions: FloatArray
    breaches: int
    waiting_at_end: int


def simulate_queue(
    arrivals: FloatArray,
    staffing: Staffing,
    *,
    breach_after_s: float,
    rng: np.random.Generator,
    replications: int = 20,
    measured_minutes: Numbers | None = None,
    period: Span | None = None,
) -> QueueForecast:
    """Return what a stream of cases asks of a team.

    Args:
        arrivals: seconds since the epoch at which cases reach people, ascending, shape (n,).
        staffing: the team.
        breach_after_s: calendar seconds from arrival in which a case must be decided.
        rng: the only source of chance; the same state gives the same forecast.
        replications: times to simulate, at least 1.
        measured_minutes: handling times to draw from instead of the stated mean, shape (m,).
        period: first second and the one after the last, the same for drafts that are compared;
            if not given, whole local days around the arrivals. Nothing waits when it begins.

    Raises:
        InvalidRequest: if a number is out of range, arrivals are not ascending or lie outside the
            period, or the team would need a century.
    """
    times = _checked_arrivals(arrivals)
    if not breach_after_s >= 0.0 or replications < 1:
        raise InvalidRequest("a deadline is 0 or more seconds, replications are 1 or more")
    start, end = _checked_period(times, staffing.hours, period)
    timetable = Timetable(staffing.hours, start)
    opens, closes = timetable.within((start, end))
    runs = []
    for _ in range(replications):
        handling = handling_times(times.size, staffing, rng=rng, measured_minutes=measured_minutes)
        begun = _begin(times, handling, staffing, timetable)
        runs.append(_summary(times, begun, handling, opens, end, breach_after_s))
    unavoidable = timetable.first_open(times) - times > breach_after_s
    present_h = staffing.people * float((closes - opens).sum()) / _SECONDS_PER_HOUR
    return _forecast(runs, times.size, present_h, int(unavoidable.sum()), rng)


def handling_times(
    count: int,
    staffing: Staffing,
    *,
    rng: np.random.Generator,
    measured_minutes: Numbers | None = None,
) -> FloatArray:
    """Draw how many seconds each of `count` cases takes, shape (count,).

    Args:
        count: cases, 0 or more.
        staffing: gives the mean and the spread.
        rng: the only source of chance.
        measured_minutes: times to draw from instead, each 0 or more, shape (m,).

    Raises:
        InvalidRequest: if a measured time is negative or NaN, or there is none.
    """
    if measured_minutes is not None:
        measured = np.asarray(measured_minutes, dtype=np.float64)
        if measured.ndim != 1 or measured.size == 0 or not (measured >= 0.0).all():
            raise InvalidRequest("measured minutes must be one or more numbers, each 0 or more")
        minutes = measured[rng.integers(measured.size, size=count)]
    elif staffing.spread is None:
        minutes = rng.standard_exponential(count) * staffing.minutes_per_case
    else:
        variance = math.log1p(staffing.spread**2)
        normal = rng.standard_normal(count)
        minutes = staffing.minutes_per_case * np.exp(math.sqrt(variance) * normal - variance / 2.0)
    seconds: FloatArray = minutes * 60.0
    return seconds


def begin_times(arrivals: FloatArray, handling_s: FloatArray, staffing: Staffing) -> FloatArray:
    """Return when somebody begins with each case, seconds since the epoch, shape (n,).

    Without chance: the same handling times compare two teams or two drafts on the same draw.

    Args:
        arrivals: seconds since the epoch, ascending, shape (n,).
        handling_s: seconds each case takes, 0 or more, shape (n,).
        staffing: the team; its handling times are not used.

    Raises:
        InvalidRequest: as for `simulate_queue`, or if shapes differ.
    """
    times, handling = _checked_arrivals(arrivals), np.asarray(handling_s, dtype=np.float64)
    if handling.shape != times.shape or not (handling >= 0.0).all():
        raise InvalidRequest("handling times must be 0 or more, one for each arrival")
    if times.size == 0:
        return times
    return _begin(times, handling, staffing, Timetable(staffing.hours, float(times[0])))


def _begin(
    times: FloatArray, handling: FloatArray, staffing: Staffing, timetable: Timetable
) -> FloatArray:
    weeks = float(handling.sum()) / staffing.people / staffing.hours.seconds_per_week
    if not weeks <= _MOST_WEEKS:
        raise InvalidRequest(f"{staffing.people} people would need {weeks / 52.0:.0f} years")
    free = [-math.inf] * staffing.people  # a heap: who is free first, and since when
    spans = timetable.walk()
    opens, closes = next(spans)
    begun: list[float] = []
    for arrival, seconds in zip(times.tolist(), handling.tolist(), strict=True):
        begins = free[0]
        if begins < arrival:
            begins = arrival
        # First come first served: no case begins before the last one, so spans never go back.
        while begins >= closes:
            opens, closes = next(spans)
        if begins < opens:
            begins = opens
        heapreplace(free, begins + seconds)
        begun.append(begins)
    return np.array(begun, dtype=np.float64)


def _summary(
    times: FloatArray,
    begun: FloatArray,
    handling: FloatArray,
    opens: FloatArray,
    end: float,
    breach_after_s: float,
) -> _Replication:
    decisions = begun + handling - times
    inside = begun < end
    days = np.searchsorted(opens, begun[inside], side="right") - 1
    hours = handling / _SECONDS_PER_HOUR
    by_day = np.zeros(opens.size)
    np.add.at(by_day, days, hours[inside])
    known = times.size > 0
    return _Replication(
        hours_by_day=by_day,
        hours_left=float(hours[~inside].sum()),
        waits=np.quantile(begun - times, _SHARES) if known else np.zeros(2),
        decisions=np.quantile(decisions, _SHARES) if known else np.zeros(2),
        breaches=int((decisions > breach_after_s).sum()),
        waiting_at_end=int((~inside).sum()),
    )


def _forecast(
    runs: list[_Replication],
    cases: int,
    present_h: float,
    unavoidable: int,
    rng: np.random.Generator,
) -> QueueForecast:
    hours = np.array([run.hours_by_day for run in runs])
    breaches = _band(np.array([run.breaches for run in runs], dtype=np.float64))
    waits = np.mean([run.waits for run in runs], axis=0).tolist() if cases else [None, None]
    decisions = np.mean([run.decisions for run in runs], axis=0).tolist() if cases else [None, None]
    return QueueForecast(
        cases=cases,
        replications=len(runs),
        working_days=hours.shape[1],
        hours_per_day=mean_of_days(hours, rng=rng) if hours.size else _band(np.zeros(1)),
        hours_left=float(np.mean([run.hours_left for run in runs])),
        busy_share=_band(hours.sum(axis=1) / (present_h or 1.0)),
        wait_median_s=waits[0],
        wait_p90_s=waits[1],
        decision_median_s=decisions[0],
        decision_p90_s=decisions[1],
        breaches=breaches,
        breach_share=breaches.divided_by(max(cases, 1)),
        breaches_unavoidable=unavoidable,
        waiting_at_end=_band(np.array([run.waiting_at_end for run in runs], dtype=np.float64)),
    )


def _band(figures: FloatArray) -> Band:
    """The mean over replications and the range of 95 % of them."""
    value, (lower, upper) = float(figures.mean()), np.quantile(figures, _RANGE).tolist()
    return Band(value=value, lower=min(value, lower), upper=max(value, upper))


def _checked_arrivals(arrivals: FloatArray) -> FloatArray:
    times = np.asarray(arrivals, dtype=np.float64)
    if times.ndim != 1 or not np.isfinite(times).all() or (np.diff(times) < 0.0).any():
        raise InvalidRequest("arrivals must be ascending seconds since the epoch, shape (n,)")
    return times


def _checked_period(times: FloatArray, hours: OpeningHours, period: Span | None) -> Span:
    if period is None:
        if times.size == 0:
            raise InvalidRequest("without arrivals the period must be given")
        return hours.whole_days(float(times[0]), float(times[-1]))
    start, end = period
    if not start < end:
        raise InvalidRequest(f"a period ends after it starts, not {start!s} to {end!s}")
    if times.size and not (start <= times[0] and times[-1] < end):
        raise InvalidRequest("arrivals lie outside the period")
    return start, end
