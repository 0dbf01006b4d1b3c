"""A worker that stands still between its intent and its call does not call when others may."""

from collections.abc import Callable

from engine.act.crash_points import CrashPoint
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.effect import EffectStatus
from engine.testing.stub_desk import ticket_rows
from engine.testing.ticket_book import TicketBook
from engine.testing.world import START, World

A = "T000000"


def test_call_whose_time_is_over_does_not_leave(make_stub_world: Callable[..., World]) -> None:
    world = make_stub_world()
    world.submit(ticket_rows(1, opened_at=START))
    world.work()
    world.decide(world.case(A), world.person("ann"), DecisionKind.APPROVE)

    def stand_still(point: str) -> None:
        if point == CrashPoint.AFTER_INTENT:
            world.clock.move(seconds=6)

    opened = world.open_worker(stand_still)
    opened.worker.run_once()
    opened.stop()
    book = TicketBook(world.parts.settings.data_dir / "tickets.db")
    (effect,) = world.parts.store.reader.effects(world.case(A).id)
    assert (book.entries(), effect.status) == ([], EffectStatus.RETRYING)

    world.clock.move(seconds=1)
    world.work()
    assert world.case(A).status is CaseStatus.DONE
    assert [(number, owner) for _, number, owner in book.entries()] == [(A, "north")]
