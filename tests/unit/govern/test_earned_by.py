"""No reasoner acts alone on the merit of another one: a cell names those who earned it."""

from dataclasses import replace

import pytest

from engine.domain.actor import Role
from engine.domain.phase import Cell, Phase
from engine.domain.verdict import Verdict, VerdictKind
from engine.errors import ConfigError
from engine.govern.authorize import authorize, policy_for
from engine.govern.envelope import read_envelope, resolve
from engine.govern.request import AuthorizationRequest, Usage
from engine.service.changes import changes

CELL = Cell(desk="d", case_type="t", action_type="a")
DOCUMENT = """\
desk: d
limits: {{threshold: {{kind: hand_set, min_confidence: 0.5}}}}
cells: [{{case_type: t, action: a, phase: {phase}{earned_by}}}]
"""
SURE = AuthorizationRequest(cell=CELL, confidence=0.9, is_calibrated=True)


def judged(
    reasoner: str, earned_by: str = "", phase: Phase = Phase.BOUNDED, **changed: object
) -> Verdict:
    text = DOCUMENT.format(phase=phase, earned_by=earned_by)
    policy = policy_for(CELL, resolve(read_envelope(text))[CELL], ())
    asked = replace(SURE, reasoner=reasoner, **changed)  # type: ignore[arg-type]  # of tests' choice
    return authorize(asked, policy, Usage())


@pytest.mark.parametrize(
    ("earned_by", "alone"),
    [
        ("", {"own"}),
        (", earned_by: [own, agent]", {"own", "agent"}),
        (", earned_by: [agent]", {"agent"}),
    ],
    ids=["unsaid", "both", "agent"],
)
def test_only_who_earned_it_acts_alone(earned_by: str, alone: set[str]) -> None:
    found = {
        name: judged(name, earned_by) for name in ("own", "agent", "workflow", "precedent", "")
    }
    assert {name for name, one in found.items() if one.kind is VerdictKind.EXECUTE} == alone
    for name in found.keys() - alone:
        assert found[name].kind is VerdictKind.ESCALATE
        (rule,) = found[name].broken
        assert (rule.rule, rule.seen) == ("earned_by_another_reasoner", name)


def test_copilot_tells_what_would_have_been() -> None:
    own, agent = (judged(name, phase=Phase.COPILOT) for name in ("own", "agent"))
    assert (own.kind, own.would_have) == (VerdictKind.ESCALATE, VerdictKind.EXECUTE)
    assert (agent.kind, agent.would_have) == (VerdictKind.ESCALATE, VerdictKind.ESCALATE)


def test_people_may_decide_whoever_recommends() -> None:
    person = frozenset({Role.OPERATOR})
    assert judged("agent", person_roles=person, approvals=1).kind is VerdictKind.EXECUTE


def test_level_names_no_more_than_the_one_above() -> None:
    text = DOCUMENT.format(phase="BOUNDED", earned_by=", earned_by: [own, agent]")
    with pytest.raises(ConfigError, match="own, agent is looser than own of desk:d"):
        read_envelope(text.replace("limits: {", "limits: {earned_by: [own], "))
    with pytest.raises(ConfigError, match="a reasoner is named twice"):
        read_envelope(text.replace("own, agent", "own, own"))


def test_another_reasoner_widens_and_has_no_evidence() -> None:
    """Evidence that one reasoner earned is never shown for a version that names another."""
    before, after = (
        read_envelope(DOCUMENT.format(phase="BOUNDED", earned_by=named))
        for named in ("", ", earned_by: [own, agent]")
    )
    (row,) = changes(before, after, active=before)
    assert row.widens
    assert row.sentences == ("Reasoners that software may act on alone: own, agent, was own.",)
    assert row.evidence.startswith("unevidenced")
    (back,) = changes(after, before, active=after)
    assert not back.widens
