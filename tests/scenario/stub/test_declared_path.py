"""Without a usable recommendation a case takes the path its desk declares, every time the same."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.desk import Desk, FallbackPath
from engine.domain.actor import Role
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.fact import FactSet
from engine.domain.phase import Phase
from engine.domain.precedent import FittedPrecedent
from engine.domain.recommendation import Draft, Proposal
from engine.runtime.declared_path import first_look
from engine.testing.stub_desk import (
    CASE_TYPE,
    DESK,
    StubReasoner,
    stub_desk,
    stub_envelope,
    ticket_rows,
)
from engine.testing.world import START, World, make_world

TICKET = "T000000"
SAFE = Proposal(tool="assign_owner", arguments={"number": TICKET, "owner": "south"})


class Failing(StubReasoner):
    """A reasoner with a defect."""

    def recommend(self, case: Case, facts: FactSet, memory: FittedPrecedent | None) -> Draft | None:
        raise ZeroDivisionError


def desk_with(folder: Path, path: FallbackPath, *, phase: Phase, is_failing: bool) -> Desk:
    envelope = stub_envelope(phase=phase, min_confidence=0.95)
    desk = stub_desk(folder / "tickets.db", envelope=envelope)
    reasoner = Failing() if is_failing else desk.reasoner
    return replace(desk, reasoner=reasoner, paths={CASE_TYPE: path})


def waiting(world: World) -> Case:
    world.submit(ticket_rows(1, opened_at=START))
    world.work()
    return world.case(TICKET)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SENIOR_OPERATOR])
def test_failed_reasoner_leaves_the_safe_call(
    tmp_path: Path, database_url: str, role: Role
) -> None:
    path = FallbackPath(role=role, first_look="Look at it.", safe=lambda facts: SAFE)
    desk = desk_with(tmp_path, path, phase=Phase.BOUNDED, is_failing=True)
    world = make_world(tmp_path, lambda folder, clock: {DESK: desk}, database_url=database_url)
    case = waiting(world)
    made = world.parts.store.reader.recommendation(case)
    assert made is not None
    assert (made.draft.reasoner, made.draft.raw_confidence) == ("declared path", None)
    assert made.actions[0].arguments == SAFE.arguments
    assert "reasoner failed: ZeroDivisionError" in made.draft.rationale
    assert case.status is CaseStatus.PENDING
    assert case.role == ("" if role is Role.OPERATOR else role)
    assert world.parts.store.reader.effects(case.id) == ()
    world.close()


def test_nothing_safe_means_no_recommendation(tmp_path: Path, database_url: str) -> None:
    path = FallbackPath(role=Role.SENIOR_OPERATOR, first_look="Look at it.")
    desk = desk_with(tmp_path, path, phase=Phase.BOUNDED, is_failing=True)
    world = make_world(tmp_path, lambda folder, clock: {DESK: desk}, database_url=database_url)
    case = waiting(world)
    assert case.attention is Attention.NO_RECOMMENDATION
    assert case.role == Role.SENIOR_OPERATOR
    assert world.engine.queries.card(case.id).first_look == "Look at it."
    world.close()


def test_unsure_recommendation_goes_to_its_role(tmp_path: Path, database_url: str) -> None:
    path = FallbackPath(role=Role.SENIOR_OPERATOR, first_look="Look.", safe=lambda facts: SAFE)
    desk = desk_with(tmp_path, path, phase=Phase.BOUNDED, is_failing=False)
    world = make_world(tmp_path, lambda folder, clock: {DESK: desk}, database_url=database_url)
    case = waiting(world)
    made = world.parts.store.reader.recommendation(case)
    assert made is not None
    assert made.draft.reasoner == "stub"
    closed = replace(case, status=CaseStatus.CLOSED_NO_ACTION)
    assert first_look(desk, closed) == ""
    assert (case.attention, case.role) == (Attention.OUTSIDE_ENVELOPE, path.role)
    assert world.engine.queries.card(case.id).first_look == "Look."
    world.close()
