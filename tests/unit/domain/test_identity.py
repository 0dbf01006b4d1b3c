"""Whose a record is: short, readable, and changed by nothing that a model never sees."""

from dataclasses import replace
from uuid import UUID

import pytest

from engine.adapters.messages_api import MessagesAccess, MessagesApi
from engine.adapters.system import SystemClock
from engine.domain.identity import reasoner_id, version_of
from engine.domain.ids import CaseId, RunId
from engine.domain.run import Run, RunKind, RunStatus
from engine.reason.agent.procedure import AgentProcedure
from engine.reason.agent.prompt import Prompt
from engine.reason.agent.tools import offers
from engine.reason.brief import RunLimits
from engine.reason.workflow.path import Workflow
from engine.reason.workflow.procedure import WorkflowProcedure
from engine.runtime.runs.reasoners import Reasoners
from engine.testing.stub_assign import ASSIGN
from engine.testing.world import START

USUAL = RunLimits()


@pytest.mark.parametrize(
    ("declared", "shown"),
    [
        ("3", "playbook@3"),
        ("ab12" * 16, "playbook@ab12ab12"),
        (f"tables-{'0f' * 32}.2", "playbook@tables-0f0f0f0f.2"),
        ("v" * 300, f"playbook@{'v' * 91}-f394ee6c"),
    ],
)
def test_identity_is_short_and_readable(declared: str, shown: str) -> None:
    assert str(reasoner_id("playbook", declared)) == shown


def test_model_and_procedure_both_tell_versions_apart() -> None:
    first = version_of("claude-x", "agent-1.v1")
    assert first.startswith("claude-x/")
    others = {version_of("claude-y", "agent-1.v1"), version_of("claude-x", "agent-1.v2")}
    assert len({first, *others}) == 3
    long = [version_of("m" * 200 + end, "agent-1.v1") for end in "12"]
    cut = [reasoner_id("playbook", "v" * 200 + end).version for end in "12"]
    assert {len(one) for one in (*long, *cut)} == {89, 100}
    assert len({*long, *cut}) == 4
    tuned = "ft-" + "0123abcd" * 4
    by = reasoner_id("agent", version_of(tuned, "agent-1.v1"))
    assert run_of("agent-1.v1.limits", tuned).by == by


def test_how_a_model_may_think_is_another_version() -> None:
    asked = {
        thinking: MessagesApi(
            MessagesAccess(url="http://127.0.0.1:9", key="k", model="m", thinking=thinking),
            SystemClock(),
        )
        for thinking in ("default", "disabled", "adaptive")
    }
    agent = {("stub", RunKind.AGENT): AgentProcedure()}
    made = [Reasoners(procedures=agent, model=model) for model in asked.values()]
    versions = [one.version("stub", RunKind.AGENT) for one in made]
    assert len({*versions}) == 3
    kept = [one.run_version("stub", RunKind.AGENT) for one in made]
    assert [run_of(one, "m").by.version for one in kept] == versions


def run_of(version: str, model: str) -> Run:
    """An agent's run as it is kept."""
    return Run(
        id=RunId(UUID(int=1)),
        case_id=CaseId(UUID(int=2)),
        desk="stub",
        case_type="t",
        kind=RunKind.AGENT,
        version=version,
        model=model,
        is_scripted=False,
        is_shadow=False,
        status=RunStatus.RUNNING,
        steps=0,
        started_at=START,
    )


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
