"""A declared path: what is wrong with one is named, and its scopes follow from it."""

from dataclasses import replace
from typing import Any

import pytest

from engine.errors import ConfigError
from engine.reason.brief import RunLimits
from engine.reason.workflow import Workflow, WorkflowProcedure, tools_of
from engine.reason.workflow.path import Path, Step, problems_of
from tests.unit.reason.workflow.small_workflow import ORDER, PATH, PROMPTS, WORKFLOW, Clarity


def changed(step: str, /, **changes: Any) -> Workflow:
    steps: list[Step] = [replace(one, **changes) if one.name == step else one for one in PATH.steps]
    return Workflow(paths={"lost": Path(case_type="lost", steps=tuple(steps))}, prompts=PROMPTS)


def test_whole_path_has_no_problems() -> None:
    assert problems_of(WORKFLOW) == ()


def test_scopes_follow_from_the_path() -> None:
    scope = tools_of(PATH)
    assert (scope.reads, scope.writes) == (("get_order", "weather"), ("refund", "hold_order"))
    assert scope.names == {"get_order", "weather", "refund", "hold_order"}
    assert WorkflowProcedure(WORKFLOW).scope("lost") == scope
    assert WorkflowProcedure(WORKFLOW).scope("found") is None


@pytest.mark.parametrize(
    ("workflow", "says"),
    [
        pytest.param(changed("gather", then="nowhere"), "nowhere, which is no step", id="nowhere"),
        pytest.param(changed("read texts", then="gather"), "in a circle: gather > ", id="circle"),
        pytest.param(changed("gather", then="check"), "nothing leads to read texts", id="island"),
        pytest.param(changed("gather", name="check"), "two steps are called check", id="twice"),
        pytest.param(changed("assess", prompt="assess.v2"), "no prompt assess.v2", id="prompt"),
        pytest.param(
            changed("assess", branches={Clarity.CLEAR: "recommend"}),
            "assess does not branch for exactly clear, unclear",
            id="branch",
        ),
        pytest.param(changed("gather", reads=(ORDER, ORDER)), "get_order is read", id="reads"),
        pytest.param(
            Workflow(paths={"lost": Path(case_type="lost", steps=())}), "no steps", id="empty"
        ),
        pytest.param(
            replace(WORKFLOW, paths={"found": PATH}), "listed under found", id="case-type"
        ),
    ],
)
def test_what_is_not_whole_is_named(workflow: Workflow, says: str) -> None:
    assert says in "; ".join(problems_of(workflow))
    with pytest.raises(ConfigError, match="cannot be taken"):
        WorkflowProcedure(workflow)


def test_version_is_of_everything_declared() -> None:
    versions = {
        WorkflowProcedure(WORKFLOW).version,
        WorkflowProcedure(replace(WORKFLOW, revision="2")).version,
        WorkflowProcedure(replace(WORKFLOW, prompts={**PROMPTS, "read.v1": "Read it."})).version,
        WorkflowProcedure(changed("recommend", may=("refund", "hold_order"))).version,
        WorkflowProcedure(WORKFLOW, limits=RunLimits(turns=3)).version,
        WorkflowProcedure(WORKFLOW, amount_problem=lambda *told: "").version,
    }
    assert len(versions) == 6
    assert WorkflowProcedure(WORKFLOW).version == WorkflowProcedure(WORKFLOW).version
