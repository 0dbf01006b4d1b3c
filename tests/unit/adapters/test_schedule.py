"""The clockwork of periodic jobs: each comes due after its period, again and again."""

import time
from collections.abc import Iterator

import pytest

from engine.adapters.schedule import Schedule
from engine.runtime.jobs import Job

PATIENCE_S = 30.0


@pytest.fixture
def schedule() -> Iterator[Schedule]:
    jobs = [Job(name="often", every_s=0.02, run=print), Job(name="seldom", every_s=3600, run=print)]
    made = Schedule(jobs)
    yield made
    made.stop()


def next_due(schedule: Schedule) -> tuple[Job, ...]:
    until = time.monotonic() + PATIENCE_S
    while not (due := schedule.due()) and time.monotonic() < until:
        time.sleep(0.005)
    return due


def test_job_comes_due_again_and_again(schedule: Schedule) -> None:
    for _ in range(3):
        assert [job.name for job in next_due(schedule)] == ["often"]


def test_job_missed_many_times_runs_once(schedule: Schedule) -> None:
    until = time.monotonic() + PATIENCE_S
    while schedule._due.qsize() < 3 and time.monotonic() < until:
        time.sleep(0.005)
    assert schedule._due.qsize() >= 3
    assert [job.name for job in schedule.due()] == ["often"]
