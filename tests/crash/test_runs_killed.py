"""A worker killed while an agent reasons: nothing twice, nothing lost, every question counted."""

import pytest

from engine.act.crash_points import RunPoint
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.run import RunStatus
from tests.crash import reasoning
from tests.crash.doomed import Doom, StorePoint
from tests.crash.site import KILLED, Site, rows_of

POINTS = [*RunPoint, *StorePoint]
A = "T000000"
ANSWER, WORST = 328, 750
"""What an answered question costs, and the most it can."""


def drained(site: Site, point: RunPoint | StorePoint) -> int:
    """Kill at the first visit, after the restart at the second, and so on until one lives."""
    kills = 0
    while (code := site.run(reasoning.drain, Doom(point=point, visit=kills + 1))) == KILLED:
        kills += 1
    assert code == 0
    return kills


@pytest.mark.parametrize("point", POINTS, ids=str)
def test_killed_agent_acts_once_and_pays_for_all(site: Site, point: RunPoint | StorePoint) -> None:
    site.submit(rows_of("T", 1))
    kills = drained(site, point)
    assert site.case(A).status is CaseStatus.PENDING
    site.decide(site.case(A), DecisionKind.APPROVE)
    kills += drained(site, point)
    assert kills >= 1
    runs = site.parts.store.runs
    (run,) = runs.runs_of(site.case(A).id)
    calls = runs.calls(run.id)
    lost = [call for call in calls if call.status == "LOST"]
    left = len(reasoning.asked_file(site.place).read_text().splitlines())
    assert (site.case(A).status, run.status) == (CaseStatus.DONE, RunStatus.ENDED)
    assert site.book("T") == [(A, "north")]
    assert len(calls) == len(lost) + 1 >= left
    assert run.cost_micro_usd == ANSWER + WORST * len(lost)
    assert site.faults() == []
