"""Workers killed at every step of agent and workflow: nothing twice, nothing lost, all counted."""

import json

import pytest

from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.run import RunStatus
from tests.crash import reasoning
from tests.crash.site import KILLED, Site, rows_of
from tests.scenario.stub.boundaries import (
    HANDED_OVER,
    Boundary,
    assert_all_calls_count,
    assert_all_were_met,
)
from tests.scenario.stub.running import A


def drained(site: Site, source_id: str) -> int:
    """Work on until nothing is due; every process ends at the next boundary; gives how many."""
    kills = 0
    while (code := site.run(reasoning.drain, source_id)) == KILLED:
        kills += 1
    assert code == 0
    return kills


def seen(site: Site) -> list[Boundary]:
    """The boundaries at which processes ended."""
    lines = reasoning.seen_file(site.place).read_text().splitlines()
    return [Boundary(**json.loads(line)) for line in lines]


@pytest.mark.parametrize(
    ("source_id", "owner", "ends"),
    [
        (A, "north", [RunStatus.ENDED]),
        (HANDED_OVER, "south", [RunStatus.FAILED, RunStatus.ENDED]),
    ],
    ids=["agent", "workflow"],
)
def test_killed_run_acts_once_and_pays_for_all(
    site: Site, source_id: str, owner: str, ends: list[RunStatus]
) -> None:
    site.submit(rows_of(source_id[0], 1))
    kills = drained(site, source_id)
    assert site.case(source_id).status is CaseStatus.PENDING
    site.decide(site.case(source_id), DecisionKind.APPROVE)
    kills += drained(site, source_id)
    assert site.case(source_id).status is CaseStatus.DONE
    store = site.parts.store
    made = [store.runs.journal(run.id) for run in store.runs.runs_of(site.case(source_id).id)]
    assert [one.run.status for one in made] == ends
    assert site.book(source_id[0]) == [(source_id, owner)]
    assert_all_were_met(seen(site), made)
    assert kills == len(seen(site))
    assert_all_calls_count(store, made)
    left = len(reasoning.asked_file(site.place).read_text().splitlines())
    assert len(made) < left <= sum(len(store.runs.calls(one.run.id)) for one in made)
    assert site.faults() == []
