"""Every fifth call fails in one of eight ways and workers are killed: the shop's books agree."""

from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from engine.bench.faults_bench import RATES, bench_faults, run_campaign
from engine.bench.faults_campaign import FaultPlan
from engine.bench.faults_report import MIN_DONE, FaultReport
from engine.bench.faults_site import FaultPlace
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.errors import InvalidRequest
from engine.testing.faulty_proxy.faults import Fault

SEED = 20260302


def assert_kept(report: FaultReport) -> None:
    print(report.words())
    assert report.disagreements == ()
    assert report.kills == report.wanted_kills
    assert report.done_share >= MIN_DONE
    assert sum(report.ends.values()) == report.cases
    assert set(report.faults) == set(Fault)
    assert report.faulty_share > 0.12  # of few calls; the bench holds the full promise


def test_faults_and_kills_lose_and_double_nothing(room: Path, processes: ForkServerContext) -> None:
    place = FaultPlace(folder=room, database_url=f"sqlite:///{room}/countersign.db")
    report = run_campaign(place, FaultPlan(cases=60, kills=5, seed=SEED), processes=processes)
    assert_kept(report)


def test_two_workers_on_postgresql_neither(
    room: Path, postgres_url: str, processes: ForkServerContext
) -> None:
    """Either may be killed while the other goes on."""
    place = FaultPlace(folder=room, database_url=postgres_url)
    plan = FaultPlan(cases=36, kills=3, seed=SEED, workers=("worker-1", "worker-2"))
    report = run_campaign(place, plan, processes=processes)
    assert report.database == "postgresql"
    assert_kept(report)


def test_without_faults_only_stumbling_plans_reach_a_person(
    room: Path, processes: ForkServerContext
) -> None:
    """What the campaign counts against the engine are the faults, not the plans."""
    place = FaultPlace(folder=room, database_url=f"sqlite:///{room}/countersign.db")
    calm = type(RATES)(shares={})
    plan = FaultPlan(cases=24, kills=0, seed=SEED)
    report = run_campaign(place, plan, rates=calm, processes=processes)
    assert report.disagreements == ()
    assert dict(report.ends) == {
        (CaseStatus.DONE, ""): 23,
        (CaseStatus.PENDING, Attention.TOOL_FAILED): 1,  # the plan that was made to stumble
    }


@pytest.mark.parametrize(("cases", "kills"), [(11, 0), (12, -1)])
def test_too_small_a_campaign_is_refused(cases: int, kills: int) -> None:
    with pytest.raises(InvalidRequest):
        bench_faults(cases, kills)
