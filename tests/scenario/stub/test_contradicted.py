"""A case is withdrawn unseen only where what is known of it agrees."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from engine.domain.case import Signal
from engine.domain.case_status import CaseStatus
from engine.domain.fact import Fact
from engine.ports import ReadTool
from engine.testing.stub_desk import DESK, perceive, stub_desk, ticket_rows
from engine.testing.ticket_book import TicketBook
from engine.testing.world import START, make_world

TICKET = "T000000"


@pytest.mark.parametrize(
    ("also_said", "status"),
    [("north", CaseStatus.WITHDRAWN), ("nobody", CaseStatus.PENDING)],
    ids=["agreeing", "contradicting"],
)
def test_settled_target_withdraws_what_agrees(
    tmp_path: Path, database_url: str, also_said: str, status: CaseStatus
) -> None:
    def see(signal: Signal, read: ReadTool, at: datetime) -> list[Fact]:
        told = list(perceive(signal, read, at))
        return [*told, replace(told[0], value=also_said, source="another system")]

    desk = replace(stub_desk(tmp_path / "tickets.db"), perceive=see)
    world = make_world(tmp_path, lambda folder, clock: {DESK: desk}, database_url=database_url)
    world.submit(ticket_rows(1, opened_at=START))
    TicketBook(tmp_path / "tickets.db").assign(TICKET, "closed", "elsewhere")
    world.work()
    assert world.case(TICKET).status is status
    world.close()
