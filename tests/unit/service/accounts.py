"""What tests of accounts share: a clock, a password, and short ways to act."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.domain.actor import Person, Role
from engine.errors import NotSignedIn
from engine.service.people import People
from engine.service.requests import AddPerson
from engine.store import tables
from engine.store.database import Database

PASSWORD = "correct horse battery"
OTHER_PASSWORD = "eleven purple walruses"
OPERATOR = frozenset({Role.OPERATOR})
ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class ManualClock:
    """A clock that a test moves."""

    at: datetime = field(default=START)

    def now(self) -> datetime:
        return self.at

    def advance(self, **parts: float) -> None:
        self.at += timedelta(**parts)


def ledger_kinds(database: Database) -> list[str]:
    query = select(tables.ledger_entries.c.kind).order_by(tables.ledger_entries.c.sequence)
    with database.reader.connect() as connection:
        return list(connection.execute(query).scalars())


def ledger_payloads(database: Database) -> list[dict[str, Any]]:
    """What the entries say, oldest first."""
    query = select(tables.ledger_entries.c.payload).order_by(tables.ledger_entries.c.sequence)
    with database.reader.connect() as connection:
        return list(connection.execute(query).scalars())


def stored_text(database: Database) -> str:
    """Everything the database holds, as text."""
    with database.reader.connect() as connection:
        found = [
            str(tuple(row))
            for table in tables.metadata.sorted_tables
            for row in connection.execute(select(table))
        ]
    return "\n".join(found)


def add(people: People, by: Person, name: str, roles: frozenset[Role] = OPERATOR) -> Person:
    """An account with the usual password."""
    request = AddPerson(name=name, display_name="", password=PASSWORD, roles=roles)
    people.accounts.add_person(request, by)
    account = people.store.account(name.lower())
    assert account
    return account.person


def fail_to_sign_in(people: People, name: str, times: int, client: str = "") -> None:
    for _ in range(times):
        with pytest.raises(NotSignedIn, match="name or the password is wrong"):
            people.sign_in(name, "not the password", client=client)


def seconds_to_wait(people: People, name: str, client: str = "", password: str = PASSWORD) -> int:
    """How long the next attempt has to wait; 0 where it was let through and failed."""
    with pytest.raises(NotSignedIn) as refused:
        people.sign_in(name, password, client=client)
    return int(refused.value.facts.get("retry_after_s", 0))
