"""Fifty kills at random instants over two thousand cases: nothing lost, nothing done twice."""

from collections import Counter

from tests.crash.campaign import PREFIXES, Campaign, Plan, wanted_book, wanted_status
from tests.crash.site import Site

SEED = 20260302


def assert_every_case_ended_once(site: Site, plan: Plan) -> None:
    ended = {prefix: site.count(wanted_status(prefix), prefix) for prefix in PREFIXES}
    assert ended == {prefix: plan.of(prefix) for prefix in PREFIXES}
    done = Counter((number[0], owner) for number, owner in site.book())
    assert done == wanted_book(plan)
    assert site.faults() == []


def run(site: Site, plan: Plan) -> None:
    campaign = Campaign(site=site, plan=plan)
    print(f"seed {plan.seed}: {plan.cases} cases, {plan.kills} kills")
    campaign.run()
    print(f"killed while cases were {dict(campaign.killed_in)}")
    assert campaign.kills == plan.kills
    assert_every_case_ended_once(site, plan)


def test_fifty_kills_over_two_thousand_cases(site: Site) -> None:
    run(site, Plan(cases=2000, kills=50, seed=SEED))


def test_kills_of_two_workers_on_postgresql(postgres_site: Site) -> None:
    """The first worker takes intake, the second one only acts; either may be killed."""
    run(postgres_site, Plan(cases=120, kills=8, seed=SEED, workers=("worker-1", "worker-2")))
