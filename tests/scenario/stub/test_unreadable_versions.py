"""A stored version that can no longer be read stops its desk, and nothing else."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from engine.domain.actor import Role
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.phase import Cell
from engine.domain.policy import PolicyKind, VersionStatus
from engine.domain.verdict import VerdictKind
from engine.errors import InvalidRequest
from engine.ports import Control, PolicyVersion
from engine.runtime.policy import Policy
from engine.service.requests import RollBack
from engine.service.trials import Trial
from engine.testing.stub_desk import stub_envelope
from engine.testing.world import World
from tests.scenario.stub.test_bounded import book, calibrated
from tests.scenario.stub.test_money import A, credit

BROKEN: Mapping[PolicyKind, str] = {
    PolicyKind.ENVELOPE: stub_envelope().to_yaml() + "limits: {amount_cap: " + "9" * 400 + "}\n",
    PolicyKind.GUARDRAILS: (
        "desk: stub\nguardrails:\n- name: r\n  why: w\n  arguments: {x: {at_most: .inf}}\n"
    ),
    PolicyKind.GOALS: "desk: stub\ngoal: g\nminutes_per_decision: .inf\n",
}


def store_past_the_engine(world: World, kind: PolicyKind, document: str) -> int:
    """Make a document active that this engine would not take."""
    version = PolicyVersion(
        desk="stub",
        kind=kind,
        version=0,
        status=VersionStatus.PROPOSED,
        document=document,
        note="written by an engine with a wider schema",
        drafted_by="olivia",
        drafted_at=world.clock.now(),
    )
    with world.parts.store.begin() as unit:
        was = replace(version, version=unit.controls.add_version(version))
        after = replace(was, status=VersionStatus.ACTIVE, signed_by="rasmus")
        over = world.active_version(kind)
        unit.controls.activate_version(after, was=was, over=over)
        unit.commit()
    return was.version


@pytest.fixture
def world(make_stub_world: Any) -> World:
    world = calibrated(make_stub_world())
    for name in ("olivia", "rasmus"):
        world.person(name, Role.RISK_OFFICER)
    return world


@pytest.mark.parametrize("kind", list(PolicyKind))
def test_nobody_acts_under_an_unreadable_version(world: World, kind: PolicyKind) -> None:
    store_past_the_engine(world, kind, BROKEN[kind])
    case = credit(world)
    assert case.status is CaseStatus.PENDING
    assert f"{kind}_unreadable" in case.attention_note
    with pytest.raises(InvalidRequest, match="Policy denies this action"):
        world.decide(case, world.person("ann"), DecisionKind.APPROVE)
    world.decide(case, world.person("ann"), DecisionKind.REJECT)
    assert book(world) == []


@pytest.mark.parametrize("kind", list(PolicyKind))
def test_pages_go_on_and_name_the_error(world: World, kind: PolicyKind) -> None:
    number = store_past_the_engine(world, kind, BROKEN[kind])
    queries = world.engine.queries
    rows = {row.version: row for row in queries.versions("stub", kind)}
    assert rows[number].problem.startswith(f"version {number}, line ")
    assert rows[0].problem == ""
    queries.cells("stub")
    queries.guardrails("stub")
    queries.goals("stub")
    queries.live("stub")
    assert queries.changes("stub", kind, rows[0].document) != ()
    trial = Trial(case_type="ticket", action="grant_credit", arguments={}, confidence=0.9)
    assert queries.tried("stub", trial).kind is VerdictKind.DENY


@pytest.mark.parametrize("kind", list(PolicyKind))
def test_going_back_ends_the_standstill(world: World, kind: PolicyKind) -> None:
    number = store_past_the_engine(world, kind, BROKEN[kind])
    back = RollBack(kind=kind, desk="stub", version=0, reason="unreadable", over=number)
    world.execute(back, world.people["rasmus"])
    world.decide(credit(world), world.person("ann"), DecisionKind.APPROVE)
    world.work()
    assert world.case(A).status is CaseStatus.DONE


def test_other_desks_go_on_as_before(world: World) -> None:
    store_past_the_engine(world, PolicyKind.ENVELOPE, BROKEN[PolicyKind.ENVELOPE])
    control: Control = world.parts.store.reader.control()
    other = replace(world.desk, name="other")
    policy = Policy(control, {"stub": world.desk, "other": other}, lambda name: None)
    cell = Cell(desk="stub", case_type="ticket", action_type="assign_owner")
    assert [rule.rule.name for rule in policy.of(cell).hard_rules] == ["envelope_unreadable"]
    assert policy.of(replace(cell, desk="other")).hard_rules == ()
