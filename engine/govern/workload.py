"""Workload: what a policy leaves to people, how long they need for it, and how long cases wait.

Lives here: who the people are taken to be, and the simulated queue of what reaches them. Must not
live here: the simulation itself (`staffing`), or which cases reach them (`replay`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidRequest
from engine.govern.authorize import CellPolicy
from engine.govern.checked_input import FloatArray
from engine.govern.history import NOT_THERE, DecisionHistory
from engine.govern.limits import WORKING_DAYS
from engine.govern.opening_hours import OpeningHours, Span
from engine.govern.policy_set import PolicySet
from engine.govern.replay import Replayed, window_us
from engine.govern.replay_columns import Rows
from engine.govern.replay_rules import ESCALATE, FREE, WINDOW
from engine.govern.replay_sums import NEVER
from engine.govern.resample import Band
from engine.govern.staffing import (
    QueueForecast,
    Staffing,
    begin_times,
    handling_times,
    simulate_queue,
)

MOST_QUEUED = 30_000
"""Cases of the simulated queue; of longer histories the last days with so many."""
USUAL_MINUTES = 5.0
"""For one case, where neither goals nor clicks tell."""
FEWEST_MEASURED = 30
"""Decisions; fewer tell nothing about how long people take, nor how many of them there are."""
MOST_BUSY = 0.85
"""A team of unknown size is taken to be as small as it can be without being busier than this."""

SOFTWARE_S = 1.0
"""From a case's arrival to its effect, where nobody is asked; measured in milliseconds."""

_OPENS, _CLOSES = time(8), time(18)
_SEED = 20
_SECONDS = 1e6
_DAY_S = 86_400.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Team:
    """What is known of the people who decide; what is not is taken from elsewhere, and said."""

    people: int | None = None
    hours: OpeningHours | None = None
    minutes_per_case: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownTeam:
    """The people of a simulation, and where each figure comes from."""

    staffing: Staffing
    people_from: str
    hours_from: str
    minutes_from: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Latency:
    """How long a decision takes from the case's arrival, whoever takes it; seconds."""

    median_s: float
    p90_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Workload:
    """What one policy leaves to people."""

    cases: int
    """That reach them, those without a recommendation included."""
    deadline_minutes: int | None
    """In which most of them have to be decided; None: no limit says."""
    queue: QueueForecast | None
    """None where this team would not keep up within a century."""
    latency: Latency | None
    """Of all decisions, those of software included; None where nobody keeps up."""
    cost_per_decision: float | None
    """People's time, in minor units; None where no hour has a price."""
    late_a_day: Band | None
    """Cases of a calendar day that people decide after the deadline; None where nobody keeps up, or
    no limit says. A count and no share: what is left to people shrinks with what software takes."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Arrivals:
    """What reaches people in a stretch of time, and what does not."""

    period: Span
    """Seconds since 1970."""
    people_s: FloatArray
    """When each case reaches them, ascending."""
    deadlines: NDArray[np.int64]
    """Minutes in which each of those with a deadline is to be decided."""
    others_s: FloatArray
    """How long each decision of software takes: a second, or its veto window."""


def known_team(
    given: Team, history: DecisionHistory, policy: PolicySet, arrivals: Arrivals
) -> KnownTeam:
    """The team of a simulation.

    Args:
        given: What the caller knows.
        history: Who has decided in it, and how long that took.
        policy: Its goals may say how long a decision takes.
        arrivals: What reaches people today.

    Raises:
        InvalidRequest: A given figure is out of range.
    """
    hours, hours_from = hours_of(given, policy)
    minutes, minutes_from = _minutes(given, history, policy)
    people, people_from = _people(given, history, arrivals, hours, minutes)
    return KnownTeam(
        staffing=Staffing(people=people, hours=hours, minutes_per_case=minutes),
        people_from=people_from,
        hours_from=hours_from,
        minutes_from=minutes_from,
    )


def hours_of(given: Team, policy: PolicySet) -> tuple[OpeningHours, str]:
    """When the people are there, and where that comes from."""
    if given.hours is not None:
        return given.hours, "as given"
    zone = policy.envelope.zone
    usual = OpeningHours(days=WORKING_DAYS, opens=_OPENS, closes=_CLOSES, zone=zone)
    return usual, "assumed: nobody said when people are there"


def _minutes(given: Team, history: DecisionHistory, policy: PolicySet) -> tuple[float, str]:
    if given.minutes_per_case is not None:
        return given.minutes_per_case, "as given"
    if policy.goals.minutes_per_decision is not None:
        return policy.goals.minutes_per_decision, "from the desk's goals"
    measured = _measured_ms(history)
    if measured.size >= FEWEST_MEASURED:
        minutes = max(float(np.median(measured)) / 60_000.0, 0.01)
        return minutes, f"the median of {measured.size:,} measured decisions"
    known = f"{measured.size} of the {FEWEST_MEASURED} decisions it takes were measured"
    return USUAL_MINUTES, f"assumed: {known if measured.size else 'no decision was measured'}"


def _measured_ms(history: DecisionHistory) -> NDArray[np.int64]:
    measured: NDArray[np.int64] = history.decide_ms[history.decide_ms != NOT_THERE]
    return measured


def _people(
    given: Team,
    history: DecisionHistory,
    arrivals: Arrivals,
    hours: OpeningHours,
    minutes: float,
) -> tuple[int, str]:
    if given.people is not None:
        return given.people, "as given"
    if history.deciders and _measured_ms(history).size >= FEWEST_MEASURED:
        return history.deciders, "as many as have decided at this desk"
    start, end = arrivals.period
    weeks = max((end - start) / (7 * 86_400.0), 1.0 / 7.0)
    work_s = arrivals.people_s.size / weeks * minutes * 60.0
    people = math.ceil(work_s / hours.seconds_per_week / MOST_BUSY)
    return max(1, people), "assumed: as few as today's limits need"


def arrivals_of(
    history: DecisionHistory,
    policies: Sequence[CellPolicy],
    replayed: Replayed,
    rows: Rows,
    period: Span,
) -> Arrivals:
    """What reaches people under a policy in some days.

    Args:
        history: The past.
        policies: What holds for each of its cells.
        replayed: Their answers.
        rows: Those of the days.
        period: First second and the one after the last.
    """
    kind, ran_us, at_us = replayed.kind[rows], replayed.ran_us[rows], history.at_us[rows]
    lasts = np.array([window_us(policy) for policy in policies], dtype=np.int64)
    windows = lasts[history.cell[rows]]
    asked = kind >= ESCALATE
    refused = (kind == WINDOW) & (ran_us == NEVER)
    alone = ~asked & ~refused
    minutes = np.array([_review_minutes(policy) for policy in policies], dtype=np.int64)
    unaided = history.unaided_us
    inside = (unaided >= period[0] * _SECONDS) & (unaided < period[1] * _SECONDS)
    reached = np.concatenate([at_us[asked], (at_us + windows)[refused], unaided[inside]])
    deadlines = minutes[history.cell[rows]][asked | refused]
    people_s = np.sort(reached) / _SECONDS
    return Arrivals(
        period=period,
        people_s=people_s[people_s < period[1]],
        deadlines=deadlines[deadlines != NOT_THERE],
        others_s=SOFTWARE_S + np.where(kind == FREE, 0, windows)[alone] / _SECONDS,
    )


def _review_minutes(policy: CellPolicy) -> int:
    return NOT_THERE if policy.envelope is None else policy.envelope.limits.review_minutes


def workload(arrivals: Arrivals, team: KnownTeam, cost_per_hour: int | None) -> Workload:
    """What people have to do, and how long everything takes.

    Args:
        arrivals: What reaches them.
        team: Who they are.
        cost_per_hour: What an hour of one of them costs, minor units.
    """
    deadline = _most_common(arrivals.deadlines)
    queue = _queue(arrivals, team.staffing, deadline)
    decisions = arrivals.people_s.size + arrivals.others_s.size
    hours = arrivals.people_s.size * team.staffing.minutes_per_case / 60.0
    has_cost = cost_per_hour is not None and decisions > 0
    return Workload(
        cases=arrivals.people_s.size,
        deadline_minutes=deadline,
        queue=queue,
        latency=None if queue is None else _latency(arrivals, team.staffing),
        cost_per_decision=hours * (cost_per_hour or 0) / decisions if has_cost else None,
        late_a_day=_late_a_day(arrivals, queue, deadline),
    )


def _late_a_day(
    arrivals: Arrivals, queue: QueueForecast | None, deadline: int | None
) -> Band | None:
    if queue is None or (deadline is None and arrivals.people_s.size):
        return None
    start, end = arrivals.period
    return queue.breaches.divided_by((end - start) / _DAY_S)


def _most_common(minutes: NDArray[np.int64]) -> int | None:
    if not minutes.size:
        return None
    values, counts = np.unique(minutes, return_counts=True)
    return int(values[np.argmax(counts)])


def _queue(arrivals: Arrivals, staffing: Staffing, deadline: int | None) -> QueueForecast | None:
    try:
        return simulate_queue(
            arrivals.people_s,
            staffing,
            breach_after_s=math.inf if deadline is None else deadline * 60.0,
            rng=np.random.default_rng(_SEED),  # the same chance for every policy compared
            period=arrivals.period,
        )
    except InvalidRequest:  # a queue that nobody ever clears
        return None


def _latency(arrivals: Arrivals, staffing: Staffing) -> Latency | None:
    rng = np.random.default_rng(_SEED)
    handling_s = handling_times(arrivals.people_s.size, staffing, rng=rng)
    begun = begin_times(arrivals.people_s, handling_s, staffing)
    waits = np.concatenate([begun + handling_s - arrivals.people_s, arrivals.others_s])
    if not waits.size:
        return None
    median, p90 = np.quantile(waits, [0.5, 0.9]).tolist()
    return Latency(median_s=median, p90_s=p90)
