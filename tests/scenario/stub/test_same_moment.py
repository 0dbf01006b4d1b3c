"""Two programs submit the same cases at the same moment."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from engine.desk import Incoming
from engine.service.engine import Submitted
from engine.testing.stub_desk import DESK, stub_desk, ticket_rows
from engine.testing.ticket_book import TicketBook
from engine.testing.world import START, World, make_world


class InterruptedBook(TicketBook):
    """An outside system in whose first intake somebody else submits."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.meanwhile: list[Callable[[], Submitted]] = []
        self.theirs: list[Submitted] = []

    def receive(self, incoming: Sequence[Incoming]) -> None:
        super().receive(incoming)
        if self.meanwhile:
            self.theirs.append(self.meanwhile.pop()())


def test_second_submit_of_a_moment_adds_none(tmp_path: Path, database_url: str) -> None:
    book = InterruptedBook(tmp_path / "tickets.db")
    desk = replace(stub_desk(tmp_path / "tickets.db"), system=book)
    world = make_world(tmp_path, lambda folder, clock: {DESK: desk}, database_url=database_url)
    try:
        book.meanwhile.append(lambda: _submit(world, 3))
        ours = _submit(world, 5)
        assert [theirs.accepted for theirs in book.theirs] == [3]
        assert (ours.accepted, ours.duplicates) == (2, 3)
        assert world.engine.verify_ledger().is_intact
    finally:
        world.close()


def _submit(world: World, count: int) -> Submitted:
    return world.submit(ticket_rows(count, opened_at=START))
