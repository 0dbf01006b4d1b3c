"""Erlang C: a queue in its steady state, in closed form.

Lives here: the M/M/c formula as a sanity line beside the simulation of `staffing`. Must not live
here: anything a page shows as a forecast. The formula knows no opening hours, no peaks, no backlog
at the start and only exponential times; real queues break all four.
Source: evidence.md section 5; Erlang's loss recursion (Erlang 1917).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.errors import InvalidRequest


@dataclass(frozen=True, kw_only=True, slots=True)
class SteadyQueue:
    """What waits in a queue that has run for ever at one rate."""

    load: float
    """Share of their time for which people are busy; at 1 or above the queue only grows."""
    wait_probability: float
    """Share of cases that wait at all; 1 when the queue only grows."""
    mean_wait_s: float
    """Mean seconds until somebody begins, of all cases; infinite when the queue only grows."""
    clearing_per_s: float
    """Cases a fully busy team finishes in a second above those that arrive; 0 at the least."""

    def longer_than(self, seconds: float) -> float:
        """Return the share of cases that wait longer than so many seconds.

        Raises:
            InvalidRequest: if the seconds are negative or NaN.
        """
        if not seconds >= 0.0:
            raise InvalidRequest(f"a wait is 0 or more seconds, not {seconds!s}")
        return self.wait_probability * math.exp(-self.clearing_per_s * seconds)


def erlang_c(arrivals_per_hour: float, minutes_per_case: float, people: int) -> SteadyQueue:
    """Return the steady state of `people` who clear a steady stream around the clock.

    Args:
        arrivals_per_hour: mean rate of a Poisson stream, 0 or more.
        minutes_per_case: mean of exponential handling times, above 0.
        people: how many work side by side, at least 1.

    Raises:
        InvalidRequest: if a number is out of range.
    """
    if not 0.0 <= arrivals_per_hour < math.inf:
        raise InvalidRequest(f"arrivals per hour must be 0 or more, not {arrivals_per_hour!s}")
    if not 0.0 < minutes_per_case < math.inf:
        raise InvalidRequest(f"minutes per case must be above 0, not {minutes_per_case!s}")
    if people < 1:
        raise InvalidRequest(f"a queue needs at least one person, not {people}")
    offered = arrivals_per_hour * minutes_per_case / 60.0
    load = offered / people
    if load >= 1.0:
        return SteadyQueue(
            load=load, wait_probability=1.0, mean_wait_s=math.inf, clearing_per_s=0.0
        )
    blocked = _erlang_b(offered, people)
    waits = blocked / (1.0 - load * (1.0 - blocked))
    clearing = (people - offered) / (minutes_per_case * 60.0)
    return SteadyQueue(
        load=load, wait_probability=waits, mean_wait_s=waits / clearing, clearing_per_s=clearing
    )


def _erlang_b(offered: float, people: int) -> float:
    # The recursion neither overflows nor cancels, unlike the sum of powers over factorials.
    blocked = 1.0
    for busy in range(1, people + 1):
        blocked = offered * blocked / (busy + offered * blocked)
    return blocked
