"""Undo and override keep rights and sums: nobody does alone by them what takes others."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from engine.domain.actor import Person, Role
from engine.domain.canonical import digest
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.errors import InvalidRequest, NotAllowed
from engine.service.requests import ChangePerson, UndoEffect
from engine.store import tables
from tests.scenario.stub.planned import DONE, NOTHING, A, Planned

SENIORS = (Role.SENIOR_OPERATOR,)
MORE = {"number": A, "amount": 90_000, "currency": "EUR"}


def limit(plans: Planned, tool: str, **changes: Any) -> None:
    """Change one cell of the envelope, and leave the others."""
    document = plans.world.desk.envelope
    cells = tuple(
        one.model_copy(update=changes) if one.action == tool else one for one in document.cells
    )
    plans.world.set_envelope(document.model_copy(update={"cells": cells}).to_yaml())


def without(plans: Planned, tool: str) -> None:
    """Take a cell out of the envelope."""
    document = plans.world.desk.envelope
    cells = tuple(one for one in document.cells if one.action != tool)
    plans.world.set_envelope(document.model_copy(update={"cells": cells}).to_yaml())


def sam(plans: Planned) -> Person:
    return plans.world.person("sam", Role.SENIOR_OPERATOR)


def override(plans: Planned, tool: str, arguments: dict[str, Any], person: Person) -> None:
    plans.world.decide(plans.case, person, DecisionKind.OVERRIDE, tool=tool, arguments=arguments)


def approved_by_two(plans: Planned, plan: str) -> None:
    plans.submit(plan)
    plans.decide("ann")
    assert plans.case.status is CaseStatus.SECOND_PENDING
    plans.world.clock.move(minutes=6)
    plans.decide("ben")
    plans.world.work()
    assert plans.world.case(A).status is CaseStatus.DONE


# --- rights ------------------------------------------------------------------------------


def test_who_may_not_decide_does_not_undo(plans: Planned) -> None:
    limit(plans, "pay_credit", roles=SENIORS)
    plans.submit("assign credit")
    plans.world.decide(plans.case, sam(plans), DecisionKind.APPROVE)
    plans.world.work()
    with pytest.raises(NotAllowed, match="decided by senior operator"):
        plans.undo("olga")
    plans.undo("sam")
    plans.world.work()
    assert plans.outside == NOTHING


def test_an_override_takes_the_cases_rights(plans: Planned) -> None:
    limit(plans, "pay_credit", roles=SENIORS)
    plans.submit("credit")
    olga = plans.world.person("olga")
    with pytest.raises(NotAllowed, match="decided by senior operator"):
        override(plans, "add_note", {"number": A, "text": "mine"}, olga)
    plans.world.clock.move(minutes=6)
    override(plans, "add_note", {"number": A, "text": "ours"}, _both(plans))
    plans.world.work()
    assert plans.outside == {**NOTHING, "note": "ours"}


def _both(plans: Planned) -> Person:
    return plans.world.person("bea", Role.OPERATOR, Role.SENIOR_OPERATOR)


def test_rights_lost_before_it_runs_stop_it(make_plan_world: Callable[..., Planned]) -> None:
    plans = make_plan_world()
    limit(plans, "pay_credit", second_person_above=1_000)
    approved_by_two(plans, "credit note")
    plans.undo("ann")
    plans.undo("ben")
    request = ChangePerson(name="ann", roles=frozenset({Role.VIEWER}))
    plans.world.execute(request, plans.world.person("adam", Role.ADMINISTRATOR))
    plans.world.work()
    assert plans.outside == {**DONE, "owner": ""}
    assert plans.case.attention_note.startswith("not undone: AUTHORITY_LOST ann")


# --- sums --------------------------------------------------------------------------------


def test_a_sum_of_two_is_undone_by_two(make_plan_world: Callable[..., Planned]) -> None:
    plans = make_plan_world(second_person_above=5_000)
    approved_by_two(plans, "credit credit")
    assert "second person" in plans.undo("ann").message
    assert plans.case.attention is Attention.UNDO_SECOND_PERSON
    plans.world.work()
    assert plans.outside["credit"] == "4000 EUR"
    plans.undo("ben")
    plans.world.work()
    assert plans.outside == NOTHING


def test_two_for_one_step_run_all_steps(plans: Planned) -> None:
    """The first step's cell asks for one person, the second one's for two."""
    limit(plans, "pay_credit", second_person_above=1_000)
    approved_by_two(plans, "3")
    assert plans.outside == DONE


# --- what no cell names ------------------------------------------------------------------


def test_nobody_chooses_what_no_cell_names(plans: Planned) -> None:
    without(plans, "pay_credit")
    plans.submit("note")
    assert "pay_credit" not in offered(plans)
    with pytest.raises(InvalidRequest, match="No cell of the envelope names") as no:
        override(plans, "pay_credit", MORE, _both(plans))
    assert "undo that case" in no.value.message
    plans.world.work()
    assert (plans.case.status, plans.outside) == (CaseStatus.PENDING, NOTHING)


def offered(plans: Planned) -> list[str]:
    return [one.tool for one in plans.world.engine.queries.card(plans.case.id).tools]


def test_what_a_cell_names_is_offered(plans: Planned) -> None:
    plans.submit("note")
    assert offered(plans) == ["assign_owner", "pay_credit", "add_note", "send_message"]


def test_what_no_cell_names_is_undone(plans: Planned) -> None:
    """What was done while a cell named it can be put back when none does any more."""
    plans.approved("credit")
    without(plans, "pay_credit")
    plans.undo()
    plans.world.work()
    assert (plans.case.attention, plans.outside) == (Attention.UNDONE, NOTHING)


# --- the permit of an undo ---------------------------------------------------------------


def test_a_persons_undo_puts_back_nothing_else(plans: Planned) -> None:
    plans.approved("credit")
    case = plans.case
    request = UndoEffect(case_id=case.id, version=case.version, reason="wrong")
    plans.world.execute(request, plans.world.person("ann"))
    grant, told = plans.grants[-1], digest(MORE)
    with plans.world.parts.database.writer.begin() as connection:
        one = tables.actions
        row = update(one).where(one.c.id == grant.action_id)
        connection.execute(row.values(arguments=MORE, arguments_digest=told))
        permits = tables.grants
        row = update(permits).where(permits.c.id == grant.id)
        connection.execute(row.values(arguments_digest=told))
    plans.world.work()
    assert plans.outside["credit"] == "4000 EUR"
    assert "not the declared way back" in plans.case.attention_note
