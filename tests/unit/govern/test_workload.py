"""What reaches people under a policy, when, and what they make of it."""

from datetime import time, timedelta

import numpy as np
import pytest

from engine.domain.budget import Period
from engine.domain.phase import Phase
from engine.errors import InvalidRequest
from engine.govern.history import DecisionHistory
from engine.govern.limits import Budget, HandSetThreshold, Wider
from engine.govern.opening_hours import OpeningHours
from engine.govern.policy_set import PolicySet
from engine.govern.replay import replay
from engine.govern.workload import (
    SOFTWARE_S,
    USUAL_MINUTES,
    Arrivals,
    Team,
    arrivals_of,
    known_team,
    workload,
)
from tests.unit.govern.pasts import MONDAY, OTHER, asked, entry, history_of, policy

START = MONDAY.timestamp()
PERIOD = (START - 8 * 3600, START + 16 * 3600)
LOOPED = policy(
    entry(
        phase=Phase.ON_THE_LOOP,
        threshold=HandSetThreshold(min_confidence=0.8),
        on_the_loop=Wider(threshold=HandSetThreshold(min_confidence=0.4), veto_minutes=30),
        budgets=(Budget(per=Period.HOUR, executions=1),),
        review_minutes=60,
    )
)


def arrivals(history: DecisionHistory, of: PolicySet = LOOPED) -> Arrivals:
    rows = np.arange(len(history))
    return arrivals_of(history, of.of(history.cells), replay(history, of), rows, PERIOD)


def minutes(found: Arrivals) -> list[float]:
    return [round((moment - START) / 60, 3) for moment in found.people_s.tolist()]


def test_people_get_what_software_may_not_do() -> None:
    rows = (asked(0, confidence=0.1), asked(5), asked(10, cell=OTHER))
    found = arrivals(history_of(*rows))
    assert minutes(found) == [0.0, 10.0]
    assert found.deadlines.tolist() == [60]
    assert found.others_s.tolist() == [SOFTWARE_S]


def test_a_window_without_room_reaches_people_at_its_end() -> None:
    # It would run at 9:10, and another takes the hour's only action before.
    found = arrivals(history_of(asked(40, confidence=0.5), asked(65)))
    assert minutes(found) == [70.0]


def test_a_window_that_lapses_takes_its_time() -> None:
    found = arrivals(history_of(asked(0, confidence=0.5)))
    assert (minutes(found), found.others_s.tolist()) == ([], [SOFTWARE_S + 1800])


def test_cases_without_a_recommendation_reach_people_too() -> None:
    unaided = [MONDAY + timedelta(minutes=3), MONDAY + timedelta(days=9)]
    assert minutes(arrivals(history_of(asked(0), unaided=unaided))) == [3.0]


def test_an_unknown_team_is_as_small_as_it_can_be() -> None:
    history = history_of(*(asked(number, confidence=0.1) for number in range(0, 480, 2)))
    team = known_team(Team(), history, LOOPED, arrivals(history))
    assert team.staffing.minutes_per_case == USUAL_MINUTES
    # 240 cases of 5 minutes in a day, seven such days a week, 50 hours open.
    assert team.staffing.people == 4
    assert team.hours_from.startswith("assumed")


def test_impossible_people_are_refused() -> None:
    history = history_of(asked(0))
    with pytest.raises(InvalidRequest):
        known_team(Team(people=0), history, LOOPED, arrivals(history))
    with pytest.raises(InvalidRequest):
        known_team(Team(minutes_per_case=-1), history, LOOPED, arrivals(history))


def test_a_team_that_never_gets_through_has_no_queue() -> None:
    history = history_of(*(asked(0, confidence=0.1) for _ in range(50)))
    few = OpeningHours(opens=time(8), closes=time(8, 1), zone="UTC")
    team = known_team(
        Team(people=1, hours=few, minutes_per_case=10_000), history, LOOPED, arrivals(history)
    )
    found = workload(arrivals(history), team, cost_per_hour=None)
    assert (found.queue, found.latency, found.cases) == (None, None, 50)
