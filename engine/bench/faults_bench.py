"""The bench of faults: a campaign in a folder of its own, reconciled with the shop's books."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from multiprocessing.context import ForkServerContext
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.bench.faults_books import faults_of, read_books
from engine.bench.faults_campaign import FaultCampaign, FaultPlan
from engine.bench.faults_report import FaultReport, fault_report
from engine.bench.faults_site import FaultPlace, fork_server, open_site
from engine.bench.machine import describe_machine
from engine.errors import InvalidRequest
from engine.testing.faulty_proxy.faults import Fault, Rates

CASES = 5_000
KILLS = 300
SEED = 20_261_122
LEAST_CASES = 12
"""Two of each type."""
EACH = 0.026
RATES = Rates(shares=dict.fromkeys(Fault, EACH), slow_s=0.6, retry_after_s=0)
"""A little more than 20 % in total: a refusal cannot be spoilt."""

_LIBRARIES = ("sqlalchemy", "pydantic", "httpx2", "starlette", "uvicorn")


def bench_faults(
    cases: int = CASES,
    kills: int = KILLS,
    seed: int = SEED,
    *,
    say: Callable[[str], None] = lambda line: None,
) -> FaultReport:
    """Run the campaign on SQLite with one worker, and reconcile it.

    Args:
        cases: At least 12.
        kills: 0 or more.
        seed: Of the faults and of the moments of the kills.
        say: Hears of the progress.

    Raises:
        InvalidRequest: A number is too small.
        EngineError: The campaign does not come to its end.
    """
    if cases < LEAST_CASES or kills < 0:
        raise InvalidRequest(f"The campaign needs at least {LEAST_CASES} cases, and 0 kills.")
    with TemporaryDirectory(prefix="countersign-faults-") as folder:
        place = FaultPlace(folder=Path(folder), database_url=f"sqlite:///{folder}/countersign.db")
        return run_campaign(place, FaultPlan(cases=cases, kills=kills, seed=seed), say=say)


def run_campaign(
    place: FaultPlace,
    plan: FaultPlan,
    *,
    rates: Rates = RATES,
    processes: ForkServerContext | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> FaultReport:
    """Run a plan at a place, and reconcile it.

    Args:
        place: An empty folder, and the engine's database.
        plan: What to do.
        rates: Of the proxy.
        processes: Starts the workers.
        say: Hears of the progress.

    Raises:
        EngineError: The campaign does not come to its end.
    """
    machine = describe_machine(place.folder, _LIBRARIES)
    with open_site(place, plan.seed, rates, processes or fork_server()) as site:
        say("warming up: labelled history without faults")
        site.warm_up()
        say(f"{plan.cases:,} cases, {plan.kills} kills, seed {plan.seed}")
        campaign = FaultCampaign(site=site, plan=plan, say=say)
        campaign.run()
        site.proxy.stop()  # late deliveries arrive before anybody counts
        say("reconciling with the shop's books")
        books = read_books(site)
        report = fault_report(machine, campaign, books)
        return replace(report, disagreements=tuple(faults_of(books, site)))
