"""What comes in while a call is under way, or breaks beside it, costs no result."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.domain.actor import Role
from engine.domain.canonical import Json
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.tool import Delivery
from engine.errors import InvalidRequest, ToolError
from engine.ports import ReadTool
from engine.service.requests import UndoEffect
from engine.testing.stub_desk import DESK, AssignOwner, stub_desk, stub_envelope, ticket_rows
from engine.testing.ticket_book import TicketBook
from engine.testing.world import START, World, make_world

A, B = "T000000", "T000001"


class Broken(AssignOwner):
    """A tool whose second ticket cannot be read, and says so in text no database takes."""

    is_broken = False

    def target_state(self, arguments: Any, read: ReadTool) -> Json:
        if self.is_broken and arguments["number"] == B:
            raise ToolError("no \ud800 \x00 such ticket")
        return super().target_state(arguments, read)


@pytest.fixture
def calls() -> list[Callable[[], object]]:
    """What happens during the next calls of the tool."""
    return []


@pytest.fixture
def place(
    tmp_path: Path, database_url: str, calls: list[Callable[[], object]]
) -> Iterator[tuple[World, Broken]]:
    book = TicketBook(tmp_path / "tickets.db")

    def during(key: str) -> None:
        if calls:
            calls.pop()()

    tool = Broken(book, during, 5.0)
    desk = replace(
        stub_desk(tmp_path / "tickets.db", envelope=stub_envelope()), effect_tools=(tool,)
    )
    world = make_world(tmp_path, lambda folder, clock: {DESK: desk}, database_url=database_url)
    yield world, tool
    world.close()


def approve(world: World, *numbers: str) -> None:
    for number in numbers:
        world.decide(world.case(number), world.person("ann"), DecisionKind.APPROVE)


@pytest.mark.parametrize("delivery", [Delivery.NEITHER, Delivery.DEDUPES])
def test_new_content_during_the_call_keeps_the_result(
    place: tuple[World, Broken], calls: list[Callable[[], object]], delivery: Delivery
) -> None:
    world, tool = place
    tool.contract = replace(tool.contract, delivery=delivery)
    world.submit(ticket_rows(1, opened_at=START))
    world.work()
    approve(world, A)
    calls.append(lambda: world.submit(ticket_rows(1, opened_at=START, confidence="0.8")))
    world.work()
    (effect,) = world.parts.store.reader.effects(world.case(A).id)
    assert (world.case(A).status, effect.is_correct) == (CaseStatus.DONE, True)
    assert "SIGNAL_CHANGED" in world.kinds(world.case(A).id)


def test_unwritable_words_of_one_cost_the_other_nothing(place: tuple[World, Broken]) -> None:
    world, tool = place
    world.submit(ticket_rows(2, opened_at=START))
    world.work()
    approve(world, A, B)
    tool.is_broken = True
    world.work()
    assert world.case(A).status is CaseStatus.DONE
    assert world.case(B).attention is Attention.TARGET_CHANGED
    assert "such ticket" in world.case(B).attention_note


def test_truth_that_comes_with_its_case_closes_it(place: tuple[World, Broken]) -> None:
    world, _ = place
    world.submit(ticket_rows(1, opened_at=START, truth="north"))
    world.clock.move(seconds=1)
    world.work()
    assert world.case(A).status is CaseStatus.WITHDRAWN


def test_override_acts_on_its_own_case_alone(place: tuple[World, Broken]) -> None:
    world, _ = place
    world.submit(ticket_rows(2, opened_at=START))
    world.work()
    with pytest.raises(InvalidRequest, match=f"This case is about {A}; {B} cannot be acted on"):
        world.decide(
            world.case(A),
            world.person("ann"),
            DecisionKind.OVERRIDE,
            tool="assign_owner",
            arguments={"number": B, "owner": "south"},
        )


def test_case_is_passed_on_to_deciders_only(place: tuple[World, Broken]) -> None:
    world, _ = place
    world.submit(ticket_rows(1, opened_at=START))
    world.work()
    with pytest.raises(InvalidRequest, match="Pass it on to an operator or a senior operator"):
        world.decide(world.case(A), world.person("ann"), DecisionKind.ESCALATE, role=Role.VIEWER)


def test_new_content_before_an_undo_leaves_the_undo(place: tuple[World, Broken]) -> None:
    world, _ = place
    world.submit(ticket_rows(1, opened_at=START))
    world.work()
    approve(world, A)
    world.work()
    case = world.case(A)
    undo = UndoEffect(case_id=case.id, version=case.version, reason="wrong")
    world.execute(undo, world.person("ann"))
    world.submit(ticket_rows(1, opened_at=START, confidence="0.8"))
    world.work()
    first, second = world.parts.store.reader.effects(case.id)
    assert (world.case(A).attention, second.undoes) == (Attention.UNDONE, first.id)
    assert (first.is_correct, second.is_correct) == (True, True)
