"""A document names only what its desk has: case types, actions and arguments, with their line."""

from pathlib import Path

import pytest

from engine.desk import Desk
from engine.domain.policy import PolicyKind
from engine.errors import ConfigError
from engine.runtime.desk_documents import desk_of, read_of_desk
from engine.testing.stub_desk import stub_desk, stub_envelope

ENVELOPE = stub_envelope().to_yaml()
RULES = """\
desk: stub
guardrails:
- name: no_south
  why: agreed
  action: assign_owner
  arguments:
    owner: {none_of: [south]}
"""
GOALS = RULES.replace("guardrails:", "goal: Be right.\nconstraints:")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return stub_desk(tmp_path / "tickets.db")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (PolicyKind.ENVELOPE, ENVELOPE),
        (PolicyKind.GUARDRAILS, RULES),
        (PolicyKind.GUARDRAILS, RULES.replace("  action: assign_owner\n", "")),
        (PolicyKind.GOALS, GOALS),
        (PolicyKind.ENVELOPE, ENVELOPE + "limits: {earned_by: [own, agent, workflow]}\n"),
    ],
    ids=["envelope", "guardrails", "every action", "goals", "reasoners"],
)
def test_what_the_desk_has_is_read(desk: Desk, kind: PolicyKind, text: str) -> None:
    assert read_of_desk(desk, kind, text, "the draft").desk == "stub"


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (
            PolicyKind.ENVELOPE,
            ENVELOPE.replace("assign_owner", "asign_owner"),
            r"line \d+: cells.0.action: the desk has no action 'asign_owner'; it has .*assign",
        ),
        (
            PolicyKind.ENVELOPE,
            ENVELOPE.replace("case_type: ticket", "case_type: tiket"),
            r"cells.0.case_type: the desk has no case type 'tiket'; it has ticket",
        ),
        (
            PolicyKind.ENVELOPE,
            ENVELOPE + "limits: {arguments: {ownr: {longest: 9}}}\n",
            r"limits.arguments.ownr: no action of the desk takes an argument 'ownr'",
        ),
        (
            PolicyKind.ENVELOPE,
            ENVELOPE + "limits: {earned_by: [own, agnt]}\n",
            r"line \d+: limits.earned_by.1: there is no reasoner 'agnt'; there is agent, .*own",
        ),
        (
            PolicyKind.ENVELOPE,
            ENVELOPE.replace("  action: assign_owner", "  action: assign_owner\n  earned_by: [me]"),
            r"line \d+: cells.0.earned_by.0: there is no reasoner 'me'",
        ),
        (
            PolicyKind.GUARDRAILS,
            RULES.replace("owner: {", "ownr: {"),
            r"line 7: guardrails.0.arguments.ownr: assign_owner does not take an argument 'ownr'; "
            r"there is .*owner",
        ),
        (
            PolicyKind.GOALS,
            GOALS.replace("owner: {", "ownr: {"),
            r"line 8: constraints.0.arguments.ownr: assign_owner does not take",
        ),
        (PolicyKind.GOALS, GOALS.replace("stub", "incidents"), "line 1: desk: .*'incidents'"),
    ],
    ids=[
        "action",
        "case type",
        "argument anywhere",
        "reasoner anywhere",
        "reasoner",
        "argument",
        "constraint",
        "desk",
    ],
)
def test_what_the_desk_lacks_is_refused(desk: Desk, kind: PolicyKind, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read_of_desk(desk, kind, text, "the draft")


def test_a_desk_that_does_not_run_is_named(desk: Desk) -> None:
    document = read_of_desk(desk, PolicyKind.GUARDRAILS, RULES, "the draft")
    assert desk_of({"stub": desk}, document, "f.yaml") is desk
    with pytest.raises(ConfigError, match=r"f\.yaml: desk: there is no desk 'stub' here"):
        desk_of({}, document, "f.yaml")
