"""A form that comes twice, and attempts that are refused."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid5

import pytest

from engine.domain.actor import Role
from engine.domain.decision import DecisionKind, ReasonCode
from engine.domain.ids import CaseId
from engine.domain.policy import PolicyKind
from engine.errors import Conflict, InvalidRequest, NotAllowed
from engine.service.requests import ClaimCase, DecideCase, ProposeVersion, TakeBackDecision
from engine.testing.stub_desk import ticket_rows
from engine.testing.world import START, World

A = "T000000"


def form(world: World) -> DecideCase:
    case = world.case(A)
    return DecideCase(
        case_id=case.id, version=case.version, kind=DecisionKind.APPROVE, client_key="k1"
    )


@pytest.fixture
def world(make_stub_world: Callable[..., World]) -> World:
    made = make_stub_world(take_back_s=5.0)
    made.submit(ticket_rows(1, opened_at=START))
    made.work()
    made.execute(ClaimCase(case_id=made.case(A).id), made.person("ann"))
    return made


def test_double_click_is_recorded_once(world: World) -> None:
    sent = form(world)
    assert world.execute(sent, world.person("ann")).message == "Approved."
    assert world.execute(sent, world.person("ann")).message == "Already recorded, once."


def test_same_key_with_another_answer_is_no_success(world: World) -> None:
    sent = form(world)
    world.execute(sent, world.person("ann"))
    other = replace(sent, kind=DecisionKind.REJECT, reason_code=ReasonCode.WRONG_TARGET)
    with pytest.raises(Conflict, match="nothing was decided"):
        world.execute(other, world.person("ann"))


def test_form_of_a_decision_taken_back_is_no_success(world: World) -> None:
    sent = form(world)
    world.execute(sent, world.person("ann"))
    case = world.case(A)
    world.execute(TakeBackDecision(case_id=case.id, version=case.version), world.person("ann"))
    with pytest.raises(Conflict, match="nothing was decided"):
        world.execute(sent, world.person("ann"))


def test_refused_attempts_make_no_streams(world: World) -> None:
    viewer = world.person("vic", Role.VIEWER)
    nowhere = CaseId(uuid5(world.case(A).id, "no case"))
    for request in (
        replace(form(world), case_id=nowhere),
        ProposeVersion(
            kind=PolicyKind.ENVELOPE, desk="no desk " * 20, document="", note="", over=0
        ),
    ):
        with pytest.raises(NotAllowed):
            world.execute(request, viewer)
    rows = world.engine.queries.ledger(stream="", kind="ATTEMPT_REFUSED", cursor="", limit=9).rows
    assert [row.stream for row in rows] == ["global", "global"]


def test_viewer_sending_cases_is_noted(world: World) -> None:
    with pytest.raises(NotAllowed, match="does not send cases in"):
        world.engine.admit(world.person("vic", Role.VIEWER))
    world.engine.admit(world.person("ann"))
    rows = world.engine.queries.ledger(kind="ATTEMPT_REFUSED", limit=9).rows
    assert [(row.stream, row.payload["request"]) for row in rows] == [("global", "Submit")]


@pytest.mark.parametrize("broken", ["a\x00b", "half \ud800 of a pair"])
def test_text_no_database_takes_is_refused(world: World, broken: str) -> None:
    with pytest.raises(InvalidRequest, match="note: holds"):
        world.execute(replace(form(world), note=broken), world.person("ann"))
    with pytest.raises(InvalidRequest, match="arguments: holds"):
        world.execute(replace(form(world), arguments={"to": [broken]}), world.person("ann"))
    assert world.execute(form(world), world.person("ann")).case_id == world.case(A).id
