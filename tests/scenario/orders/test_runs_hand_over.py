"""The real agent and workflow of the orders desk, with a model of no use: the playbook takes over.

How they do with a model that is of use is told by their own tests; here the runs are at stake.
"""

from collections.abc import Callable
from dataclasses import replace

from engine.bootstrap.reasoners import open_reasoners
from engine.domain.case_status import CaseStatus
from engine.domain.run import RunKind, RunStatus
from engine.domain.run_fault import RunFault
from engine.simulators.orders.world import make_sample
from engine.testing.run_scripts import FunctionModel
from engine.testing.world import START
from tests.scenario.orders.living import OrdersWorld

SEED, FEW = 3, 18


def test_useless_model_leaves_every_case_with_advice(
    make_orders: Callable[..., OrdersWorld],
) -> None:
    orders = make_orders()
    world = orders.world
    settings = replace(world.parts.settings, reasoner="agent")
    made = open_reasoners(settings, world.parts.desks, world.clock, FunctionModel())
    world.parts = replace(world.parts, reasoners=made)
    plan = make_sample(SEED, FEW, START, hours=1)
    orders.live(plan)
    orders.work()
    runs = world.parts.store.runs
    cases = [orders.case(episode.row.id) for episode in plan.episodes]
    for case in cases:
        agent, workflow = runs.runs_of(case.id)
        assert [agent.kind, workflow.kind] == [RunKind.AGENT, RunKind.WORKFLOW]
        assert (agent.status, agent.fault) == (RunStatus.FAILED, RunFault.OUTPUT_INVALID)
        assert (workflow.status, workflow.fault) == (RunStatus.FAILED, RunFault.OUTPUT_INVALID)
        recommendation = world.parts.store.reader.recommendation(case)
        if recommendation is not None:
            assert len(recommendation.draft.tried) == 2
    assert {case.status for case in cases} <= {CaseStatus.PENDING, CaseStatus.WITHDRAWN}
