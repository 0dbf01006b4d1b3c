"""A clock that is set back mixes nothing up: what came later is told by the case's version."""

from collections.abc import Callable

from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind, ReasonCode
from engine.service.requests import UndoEffect
from engine.testing.stub_desk import ticket_rows
from engine.testing.ticket_book import TicketBook
from engine.testing.world import START, World

A = "T000000"


def owner(world: World) -> str:
    return TicketBook(world.parts.settings.data_dir / "tickets.db").owner(A)


def test_later_rejection_beats_an_older_approval(make_stub_world: Callable[..., World]) -> None:
    world = make_stub_world(take_back_s=5.0)
    world.submit(ticket_rows(1, opened_at=START))
    world.work()
    world.decide(world.case(A), world.person("ann"), DecisionKind.APPROVE)
    world.submit(ticket_rows(1, opened_at=START, confidence="0.8"))
    world.work()
    world.clock.move(seconds=-2)
    world.decide(
        world.case(A),
        world.person("ann"),
        DecisionKind.REJECT,
        reason_code=ReasonCode.WRONG_TARGET,
    )
    world.clock.move(seconds=60)
    world.work()
    assert (world.case(A).status, owner(world)) == (CaseStatus.CLOSED_NO_ACTION, "")


def test_undo_is_not_taken_for_what_it_undoes(make_stub_world: Callable[..., World]) -> None:
    world = make_stub_world()
    world.submit(ticket_rows(1, opened_at=START))
    world.work()
    world.decide(world.case(A), world.person("ann"), DecisionKind.APPROVE)
    world.work()
    assert owner(world) == "north"
    world.clock.move(seconds=-3)
    case = world.case(A)
    world.execute(
        UndoEffect(case_id=case.id, version=case.version, reason="wrong"), world.person("ann")
    )
    for _ in range(3):
        world.clock.move(seconds=200)
        world.work()
    first, undo = world.parts.store.reader.effects(case.id)
    assert (world.case(A).status, owner(world)) == (CaseStatus.PENDING, "")
    assert (undo.undoes, undo.is_correct) == (first.id, True)
