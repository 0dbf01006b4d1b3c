"""Stub parts: the engine on a fresh database with the stub desk, as the bench opens it.

The asking process and the worker process open the same folder, each for itself. Clock, identifiers
and settings are the product's own, but for a take-back window of zero.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from engine.adapters.system import SystemClock
from engine.bootstrap import Parts, open_parts
from engine.domain.actor import Person, Role
from engine.domain.ids import PersonId
from engine.service.people_store import Account
from engine.settings import Settings
from engine.store.people import SqlPeople
from engine.testing.stub_desk import DESK, stub_desk, ticket_rows

OPERATOR = "ann"


def database_file(folder: Path) -> Path:
    """The engine's database."""
    return folder / "countersign.db"


def book_file(folder: Path) -> Path:
    """The outside system's database."""
    return folder / "tickets.db"


def open_stub_parts(folder: Path) -> Parts:
    """Open the engine on the folder's database, on the wall clock."""
    file = database_file(folder)
    settings = Settings(data_dir=folder, database_url=f"sqlite:///{file}", take_back_s=0.0)
    return open_parts(settings, clock=SystemClock(), desks={DESK: stub_desk(book_file(folder))})


def add_operator(parts: Parts) -> Person:
    """The account in whose name the bench approves."""
    person = Person(
        id=PersonId(parts.ids.new()),
        name=OPERATOR,
        display_name=OPERATOR.title(),
        roles=frozenset({Role.OPERATOR}),
    )
    with SqlPeople(parts.database, parts.ids).begin() as work:
        work.add_account(Account(person=person, password_hash="", created_at=parts.clock.now()))
        work.commit()
    return person


def bench_rows(count: int, at: datetime, prefix: str) -> list[tuple[int, dict[str, str]]]:
    """The rows both sides take in: number, owner, confidence and a line of text."""
    rows = ticket_rows(count, opened_at=at, prefix=prefix, owner="north", confidence="0.9")
    for _, row in rows:
        row["text"] = f"Printer {row['number']} on the second floor does not answer"
    return rows
