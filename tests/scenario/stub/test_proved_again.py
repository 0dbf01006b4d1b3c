"""A call that was put off leaves only if all that was proved before still holds."""

from collections.abc import Callable
from typing import Any

import pytest

from engine.domain.actor import Role
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.effect import EffectStatus
from engine.errors import ToolError, ToolOutcomeUnknown, ToolUnavailable
from engine.service.requests import ChangePerson
from engine.testing.stub_desk import ticket_rows
from tests.scenario.stub.planned import A, Planned

NO_CREDIT = """
desk: stub
guardrails:
- name: no_credit
  why: none any more
  action: pay_credit
  never: true
"""


def put_off(plans: Planned) -> None:
    """Approve a credit whose first call the target asks to come again in five minutes."""
    calls: list[object] = []

    def around(tool: str, arguments: Any, act: Callable[[], object]) -> None:
        calls.append(arguments)
        if len(calls) == 1:
            raise ToolUnavailable("busy", retry_after_s=300.0)
        act()

    plans.faults[("pay_credit", False)] = around
    plans.approved("credit")
    assert plans.effects[-1].status is EffectStatus.RETRYING


def leave_right(plans: Planned) -> None:
    request = ChangePerson(name="ann", roles=frozenset({Role.VIEWER}), is_active=False)
    plans.world.execute(request, plans.world.person("adam", Role.ADMINISTRATOR))


def send_other_content(plans: Planned) -> None:
    now = plans.world.clock.now()
    plans.world.submit(ticket_rows(1, opened_at=now, plan="credit", text="please do not"))


CHANGES: dict[str, tuple[Callable[[Planned], object], Attention]] = {
    "target": (
        lambda plans: plans.tickets.write(A, "credit", "9999 EUR", "somebody"),
        Attention.TARGET_CHANGED,
    ),
    "closed": (
        lambda plans: plans.tickets.write(A, "owner", "closed", "somebody"),
        Attention.TARGET_CHANGED,
    ),
    "right": (leave_right, Attention.AUTHORITY_LOST),
    "guardrail": (lambda plans: plans.world.set_guardrails(NO_CREDIT), Attention.DENIED),
    "content": (send_other_content, Attention.FACTS_CHANGED),
    "time": (lambda plans: plans.world.clock.move(minutes=20), Attention.GRANT_EXPIRED),
}


@pytest.mark.parametrize("what", CHANGES)
def test_put_off_call_is_proved_anew(plans: Planned, what: str) -> None:
    change, code = CHANGES[what]
    put_off(plans)
    change(plans)
    paid = plans.outside["credit"]
    for _ in range(3):
        plans.world.clock.move(minutes=5)
        plans.world.work()
    assert plans.outside["credit"] == paid
    assert plans.effects[0].status is EffectStatus.FAILED
    if what != "content":  # then it is looked at anew
        assert (plans.case.status, plans.case.attention) == (CaseStatus.PENDING, code)


def test_put_off_call_leaves_where_nothing_changed(plans: Planned) -> None:
    put_off(plans)
    plans.world.clock.move(minutes=5)
    plans.world.work()
    assert plans.case.status is CaseStatus.DONE
    assert plans.effects[-1].attempts == 2


@pytest.mark.parametrize("code", ["CREDENTIAL_EXPIRED", "HTTP_401", "KEY_INVALID"])
def test_refusal_at_the_door_proves_nothing(plans: Planned, code: str) -> None:
    """The call acts, its answer is lost, and the repeat with its key is turned away."""
    calls: list[object] = []

    def around(tool: str, arguments: Any, act: Callable[[], object]) -> None:
        calls.append(arguments)
        if len(calls) == 2:
            raise ToolError("not like this", code=code)
        act()
        if len(calls) == 1:
            raise ToolOutcomeUnknown("no answer")

    plans.faults[("pay_credit", False)] = around
    plans.approved("credit")
    for _ in range(3):
        plans.resume()
    assert (plans.case.status, len(calls)) == (CaseStatus.DONE, 3)
    assert plans.effects[0].status is EffectStatus.SUCCEEDED


def test_always_turned_away_is_a_persons(plans: Planned) -> None:
    calls: list[object] = []

    def around(tool: str, arguments: Any, act: Callable[[], object]) -> None:
        calls.append(arguments)
        if len(calls) > 1:
            raise ToolError("not like this", code="CREDENTIAL_SIGNATURE")
        act()
        raise ToolOutcomeUnknown("no answer")

    plans.faults[("pay_credit", False)] = around
    plans.approved("credit")
    for _ in range(6):
        plans.resume()
    assert plans.case.status is CaseStatus.NEEDS_REPAIR
    assert plans.effects[0].status is EffectStatus.UNKNOWN


def test_second_person_counts_for_every_step(make_plan_world: Callable[..., Planned]) -> None:
    """The first step's cell asks for one person alone, a later one's for two."""
    plans = make_plan_world()
    document = plans.world.desk.envelope
    cells = tuple(
        cell.model_copy(update={"second_person_above": 1000})
        if cell.action == "pay_credit"
        else cell
        for cell in document.cells
    )
    changed = document.model_copy(update={"cells": cells, "note": "two for credits"})
    plans.world.set_envelope(changed.to_yaml())
    plans.submit()
    plans.decide("ann")
    plans.decide("ben")
    plans.world.work()
    assert plans.case.status is CaseStatus.DONE
