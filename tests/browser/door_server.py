"""The web process with real accounts over invented cases, for tests of its doors.

    python -m tests.browser.door_server PORT DATABASE_URL

Prints a set-up token as its first line.
"""

import sys
from datetime import UTC, datetime

from argon2 import PasswordHasher

from console.server import Address, create_app, streamlit_settings
from engine.adapters.passwords import Argon2Passwords
from engine.adapters.system import SystemClock, SystemIds
from engine.domain.actor import Person
from engine.service.authority import require
from engine.service.engine import Done, Session
from engine.service.people import People
from engine.service.people_rows import AccountRow, AskAccount
from engine.service.requests import (
    ChangePassword,
    EndSessions,
    IssueToken,
    Request,
    RevokeToken,
)
from engine.store import people_tables, tables
from engine.store.database import open_database
from engine.store.people import SqlPeople
from engine.testing.fake_engine import FakeEngine


class DoorEngine(FakeEngine):
    """Invented cases, real accounts."""

    def __init__(self, people: People) -> None:
        super().__init__(now=SystemClock().now, desk_now=datetime(2016, 3, 1, tzinfo=UTC))
        self.people = people

    def sign_in(self, name: str, password: str, *, client: str = "") -> Session:
        return self.people.sign_in(name, password, client=client)

    def sign_out(self, token: str) -> None:
        self.people.sign_out(token)

    def person_of_session(self, token: str) -> Person:
        return self.people.person_of_session(token)

    def person_of_token(self, token: str) -> Person:
        return self.people.person_of_token(token)

    def needs_setup(self) -> bool:
        return self.people.needs_setup()

    def is_set_up_link(self, setup_token: str) -> bool:
        return self.people.is_set_up_link(setup_token)

    def set_up(
        self, setup_token: str, name: str, display_name: str, password: str, *, client: str = ""
    ) -> Session:
        return self.people.set_up(setup_token, name, display_name, password, client=client)

    def account(self, asked: AskAccount, person: Person) -> AccountRow:
        return self.people.keys.account(asked, person)

    def execute(self, request: Request, person: Person) -> Done:
        require(request, person)
        match request:
            case ChangePassword():
                return self.people.accounts.change_password(request, person)
            case IssueToken():
                return self.people.keys.issue_token(request, person)
            case RevokeToken():
                return self.people.keys.revoke_token(request, person)
            case EndSessions():
                return self.people.keys.end_sessions(request, person)
            case _:
                return super().execute(request, person)


def open_people(database_url: str) -> People:
    """Accounts in a database whose tables are made where they are missing."""
    database = open_database(database_url)
    tables.metadata.create_all(database.writer, checkfirst=True)
    assert people_tables.people.metadata is tables.metadata
    return People(
        store=SqlPeople(database, SystemIds()),
        passwords=Argon2Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
        clock=SystemClock(),
        ids=SystemIds(),
    )


def main() -> None:
    port, database_url = int(sys.argv[1]), sys.argv[2]
    people = open_people(database_url)
    print(people.issue_setup() if people.needs_setup() else "", flush=True)
    app = create_app(lambda: DoorEngine(people), now=SystemClock().now)
    app.run(config=streamlit_settings(Address(port=port)))


if __name__ == "__main__":
    main()
