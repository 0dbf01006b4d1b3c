"""Whose a record is: short, readable, and changed by nothing that a model never sees."""

from dataclasses import replace

import pytest

from engine.domain.identity import ReasonerId, reasoner_id, version_of
from engine.reason.agent.procedure import AgentProcedure
from engine.reason.agent.prompt import Prompt
from engine.reason.agent.tools import offers
from engine.reason.brief import RunLimits
from engine.reason.workflow.path import Workflow
from engine.reason.workflow.procedure import WorkflowProcedure
from engine.testing.stub_assign import ASSIGN

USUAL = RunLimits()


@pytest.mark.parametrize(
    ("declared", "shown"),
    [
        ("3", "playbook@3"),
        ("ab12" * 16, "playbook@ab12ab12"),
        (f"tables-{'0f' * 32}.2", "playbook@tables-0f0f0f0f.2"),
        ("v" * 300, f"playbook@{'v' * 100}"),
    ],
)
def test_identity_is_short_and_readable(declared: str, shown: str) -> None:
    assert str(reasoner_id("playbook", declared)) == shown


def test_model_and_procedure_both_tell_versions_apart() -> None:
    first = version_of("claude-x", "agent-1.v1")
    assert first.startswith("claude-x/")
    others = {version_of("claude-y", "agent-1.v1"), version_of("claude-x", "agent-1.v2")}
    assert len({first, *others}) == 3
    assert len(ReasonerId("agent", version_of("m" * 200, "agent-1.v1")).version) <= 100


def test_what_no_model_sees_changes_no_record() -> None:
    """Bounds that end a run, and how a tool is called, are another version and no other record."""
    tools = offers([], [ASSIGN])
    slower = offers([], [replace(ASSIGN, timeout_s=ASSIGN.timeout_s + 1)])
    bounded = replace(USUAL, tokens=1, seconds=1.0)
    agent, patient = AgentProcedure(tools=tools), AgentProcedure(tools=slower, limits=bounded)
    assert agent.identity == patient.identity
    assert agent.version != patient.version
    walks = [WorkflowProcedure(Workflow(paths={}), limits=one) for one in (USUAL, bounded)]
    assert len({one.identity for one in walks}) == 1
    assert len({one.version for one in walks}) == 2


def test_what_a_model_sees_is_another_record() -> None:
    named = replace(ASSIGN, title="Give it to somebody")
    agents = [
        AgentProcedure(),
        AgentProcedure(prompt=Prompt(name="v1", text="Do what you like.")),
        AgentProcedure(tools=offers([], [ASSIGN])),
        AgentProcedure(tools=offers([], [named])),
        AgentProcedure(limits=replace(USUAL, turns=3)),
    ]
    assert len({one.identity for one in agents}) == len(agents)
    flows = [
        Workflow(paths={}),
        Workflow(paths={}, revision="2"),
        Workflow(paths={}, prompts={"a": "b"}),
    ]
    assert len({WorkflowProcedure(one).identity for one in flows}) == len(flows)
