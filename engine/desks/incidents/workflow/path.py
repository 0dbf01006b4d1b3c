"""Path: how an incident is routed in a workflow. Code knows the groups; the model weighs them."""

from __future__ import annotations

from engine.desks.incidents.intake import CASE_TYPE
from engine.desks.incidents.workflow import routing
from engine.desks.incidents.workflow.routing import Clarity, Standing
from engine.domain.run_fault import RunFault
from engine.reason.workflow.path import Assess, Check, Conclude, Gather, Path, Recommend, Stop

ROUTING = Path(
    case_type=CASE_TYPE,
    steps=(
        Gather(name="gather", reads=(routing.INCIDENT, routing.GROUPS), then="check"),
        Check(
            name="check",
            check=routing.standing,
            answers=Standing,
            branches={
                Standing.OPEN: "assess",
                Standing.RESOLVED: "close",
                Standing.UNKNOWN: "stop",
            },
        ),
        Assess(
            name="assess",
            prompt="assess_routing.v1",
            candidates=routing.groups,
            judge=routing.clarity,
            answers=Clarity,
            branches={Clarity.CLEAR: "recommend", Clarity.UNCLEAR: "leave"},
        ),
        Recommend(
            name="recommend",
            prompt="recommend.v1",
            offer=routing.offer,
            may=("assign_group",),
        ),
        Conclude(name="close", conclude=routing.nothing_left, may=("assign_group",)),
        Stop(
            name="leave",
            fault=RunFault.NO_PROGRESS,
            why="No group is probable enough by what the incident says.",
        ),
        Stop(
            name="stop",
            fault=RunFault.READS_FAILED,
            why="The incident system tells neither the incident's state nor any group.",
        ),
    ),
)
