"""Accounts on a real database with cheap hashing and a clock that a test moves."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from engine.adapters.passwords import Argon2Passwords
from engine.adapters.system import SystemIds
from engine.domain.actor import Person
from engine.service.people import People
from engine.store import tables
from engine.store.database import Database, open_database
from engine.store.people import SqlPeople
from tests.unit.service.accounts import PASSWORD, ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    with opened.writer.begin() as connection:
        connection.execute(tables.control.update().values(epoch=0))
    yield opened
    opened.close()


@pytest.fixture
def people(database: Database, clock: ManualClock) -> People:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return People(
        store=SqlPeople(database, SystemIds()),
        passwords=Argon2Passwords(cheap),
        clock=clock,
        ids=SystemIds(),
    )


@pytest.fixture
def admin(people: People) -> Person:
    token = people.issue_setup()
    return people.set_up(token, "Ada", "Ada Lovelace", PASSWORD).person
