"""A world for tests of the read model: the stub desk, and cases put where a test wants them."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import update

from engine.domain.actor import ENGINE
from engine.domain.case import Case, Origin, Signal
from engine.domain.case_status import CaseStatus
from engine.domain.ids import CaseId
from engine.domain.ledger import EntryDraft, EventKind
from engine.ports import Claim
from engine.service.queries import Queries
from engine.store import tables
from engine.testing.stub_desk import CASE_TYPE, DESK, stub_desk, stub_envelope, ticket_rows
from engine.testing.world import START, World, make_world

CELL = "stub/ticket/assign_owner"
MINUTE = timedelta(minutes=1)
HISTORY = 40
"""Labels after which confidences count as calibrated, and some more."""


def stub_world(
    folder: Path, database_url: str, *, take_back_s: float = 8.0, **limits: Any
) -> World:
    """An engine over the stub desk; `limits` are its envelope's."""
    return make_world(
        folder,
        lambda place, clock: {
            DESK: stub_desk(place / "tickets.db", envelope=stub_envelope(**limits))
        },
        database_url=database_url,
        take_back_s=take_back_s,
    )


def queries_of(world: World) -> Queries:
    return world.engine.queries


def submit(world: World, count: int = 1, prefix: str = "T", **fields: str) -> None:
    """Rows of tickets, worked on at once."""
    world.submit(ticket_rows(count, opened_at=world.clock.now(), prefix=prefix, **fields))
    world.work()


def put(world: World, source_id: str, **changes: Any) -> CaseId:
    """A case that stands somewhere, written as intake writes it; PENDING by default."""
    case = Case(
        id=CaseId(world.parts.ids.new()),
        desk=DESK,
        case_type=CASE_TYPE,
        source="stub",
        source_id=source_id,
        title=f"Ticket {source_id}",
        origin=Origin.REAL,
        status=CaseStatus.PENDING,
        version=1,
        as_of=START,
        received_at=world.clock.now(),
        priority=3,
        due_at=None,
        payload_digest=bytes(32),
        wake_at=None,
    )
    case = replace(case, **changes)
    signal = Signal(
        source=case.source,
        source_id=source_id,
        case_type=case.case_type,
        title=case.title,
        as_of=case.as_of,
        priority=case.priority,
        payload={},
        due_at=case.due_at,
    )
    entry = EntryDraft(kind=EventKind.CASE_RECEIVED, actor=ENGINE, at=world.clock.now(), payload={})
    with world.parts.store.begin() as unit:
        unit.add_cases([(case, signal, [entry])])
        unit.commit()
    return case.id


def claim(world: World, case_id: CaseId, person: str, *, minutes: float = 5) -> None:
    """Somebody works on a case from now on, for so long."""
    now = world.clock.now()
    with world.parts.store.begin() as unit:
        unit.claims.put(
            Claim(
                case_id=case_id,
                person=person,
                claimed_at=now,
                expires_at=now + timedelta(minutes=minutes),
                draft="half a note",
            )
        )
        unit.commit()


def tamper(world: World, stream: str, sequence: int, **changes: Any) -> None:
    """Change a ledger entry behind the engine's back."""
    c = tables.ledger_entries.c
    with world.parts.database.writer.begin() as connection:
        connection.execute(
            update(tables.ledger_entries)
            .where(c.stream == stream, c.sequence == sequence)
            .values(**changes)
        )


def labelled(world: World, truths: dict[str, str], **fields: str) -> None:
    """Cases by prefix with one truth each, which becomes known a minute later."""
    for prefix, truth in truths.items():
        submit(world, 1, prefix, truth=truth, **fields)
    world.clock.move(minutes=1)
    world.work()


def with_history(world: World, right: int = HISTORY, wrong: int = 0, **fields: str) -> World:
    """Labelled cases that were all recommended before any of their truths was known."""
    opened_at = world.clock.now()
    for prefix, count, truth in (("H", right, "north"), ("W", wrong, "south")):
        if count:
            rows = ticket_rows(count, opened_at=opened_at, prefix=prefix, truth=truth, **fields)
            world.submit(rows)
    world.work()
    world.clock.move(minutes=1)
    world.work()
    return world
