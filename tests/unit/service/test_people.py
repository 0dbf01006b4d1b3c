"""Accounts, sessions, tokens and the set-up link, on both databases."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, text

from engine.adapters.passwords import Argon2Passwords
from engine.adapters.system import SystemIds
from engine.domain.actor import Person, Role
from engine.errors import Conflict, InvalidRequest, NotAllowed, NotFound, NotSignedIn
from engine.service import people_rules as rules
from engine.service.people import TOKEN_PREFIX, People
from engine.service.people_store import Attempts
from engine.service.requests import AddPerson, ChangePerson, IssueToken
from engine.store import people_tables, tables
from engine.store.database import Database, open_database
from engine.store.people import SqlPeople

PASSWORD = "correct horse battery"
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


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    tables.metadata.create_all(opened.writer)
    with opened.writer.begin() as connection:
        connection.execute(tables.control.insert().values(id=1, epoch=0))
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


def ledger_kinds(database: Database) -> list[str]:
    query = select(tables.ledger_entries.c.kind).order_by(tables.ledger_entries.c.sequence)
    with database.reader.connect() as connection:
        return list(connection.execute(query).scalars())


def add(people: People, by: Person, name: str, roles: frozenset[Role] = OPERATOR) -> None:
    people.add_person(AddPerson(name=name, display_name="", password=PASSWORD, roles=roles), by)


def fail_to_sign_in(people: People, name: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(NotSignedIn, match="name or the password is wrong"):
            people.sign_in(name, "not the password")


# --- the set-up link ------------------------------------------------------------------------


def test_setup_link_makes_an_operating_administrator(people: People, admin: Person) -> None:
    assert (admin.name, admin.display_name) == ("ada", "Ada Lovelace")
    assert admin.roles == {Role.ADMINISTRATOR, Role.OPERATOR, Role.SENIOR_OPERATOR}
    assert people.needs_setup() is False


def test_setup_link_works_only_once(people: People) -> None:
    token = people.issue_setup()
    people.set_up(token, "ada", "", PASSWORD)
    with pytest.raises(NotAllowed, match="wrong, used or too old"):
        people.set_up(token, "eve", "", PASSWORD)


def test_setup_link_ends_after_its_hours(people: People, clock: ManualClock) -> None:
    token = people.issue_setup()
    clock.advance(hours=24, seconds=1)
    with pytest.raises(NotAllowed):
        people.set_up(token, "ada", "", PASSWORD)
    assert people.needs_setup() is True


def test_newer_setup_link_replaces_the_older(people: People) -> None:
    older, newer = people.issue_setup(), people.issue_setup()
    with pytest.raises(NotAllowed):
        people.set_up(older, "ada", "", PASSWORD)
    assert people.set_up(newer, "ada", "", PASSWORD).person.name == "ada"


def test_setup_link_survives_a_refused_password(people: People) -> None:
    token = people.issue_setup()
    with pytest.raises(InvalidRequest, match="12 to 200"):
        people.set_up(token, "ada", "", "too short")
    assert people.set_up(token, "ada", "", PASSWORD).person.name == "ada"


@pytest.mark.usefixtures("admin")
def test_no_setup_link_beside_an_account(people: People) -> None:
    with pytest.raises(Conflict, match="an account already"):
        people.issue_setup()


# --- signing in -----------------------------------------------------------------------------


def test_signed_in_person_is_found_again(people: People, admin: Person) -> None:
    session = people.sign_in(" ADA ", PASSWORD)
    assert people.person_of_session(session.token) == admin
    assert session.expires_at == START + timedelta(hours=12)


@pytest.mark.usefixtures("admin")
def test_each_session_has_another_token(people: People) -> None:
    first, second = people.sign_in("ada", PASSWORD), people.sign_in("ada", PASSWORD)
    assert first.token != second.token


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize(
    "name", ["ada", "nobody", "", "Robert'); DROP TABLE person;--", "nu\x00ll"]
)
def test_wrong_sign_in_never_says_why(people: People, name: str) -> None:
    with pytest.raises(NotSignedIn) as refused:
        people.sign_in(name, "not the password")
    assert refused.value.message == "The name or the password is wrong."
    assert refused.value.facts == {}


@pytest.mark.usefixtures("admin")
def test_session_ends_when_its_time_comes(people: People, clock: ManualClock) -> None:
    session = people.sign_in("ada", PASSWORD)
    clock.advance(hours=12)
    with pytest.raises(NotSignedIn):
        people.person_of_session(session.token)


@pytest.mark.usefixtures("admin")
def test_signing_out_ends_one_session(people: People) -> None:
    first, second = people.sign_in("ada", PASSWORD), people.sign_in("ada", PASSWORD)
    people.sign_out(first.token)
    with pytest.raises(NotSignedIn):
        people.person_of_session(first.token)
    assert people.person_of_session(second.token).name == "ada"


@pytest.mark.parametrize("token", ["", "x", "é", "a" * 10_000])
def test_unknown_session_signs_nobody_in(people: People, token: str) -> None:
    with pytest.raises(NotSignedIn):
        people.person_of_session(token)


@pytest.mark.usefixtures("admin")
def test_no_secret_is_stored_readable(people: People, database: Database, admin: Person) -> None:
    session = people.sign_in("ada", PASSWORD)
    token = people.issue_token(IssueToken(label="ci"), admin).secret
    with database.reader.connect() as connection:
        rows = [
            str(tuple(row))
            for table in (people_tables.people, people_tables.sessions, people_tables.api_tokens)
            for row in connection.execute(select(table))
        ]
    stored = "\n".join(rows)
    assert [secret for secret in (session.token, token, PASSWORD) if secret in stored] == []


# --- throttling -----------------------------------------------------------------------------


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_fifth_failure_makes_everybody_wait(people: People, name: str) -> None:
    fail_to_sign_in(people, name, 5)
    with pytest.raises(NotSignedIn, match="Too many attempts") as refused:
        people.sign_in(name, PASSWORD)
    assert refused.value.facts == {"retry_after_s": 3}


@pytest.mark.usefixtures("admin")
def test_right_password_works_after_the_wait(people: People, clock: ManualClock) -> None:
    fail_to_sign_in(people, "ada", 5)
    clock.advance(seconds=2)
    assert people.sign_in("ada", PASSWORD).person.name == "ada"
    fail_to_sign_in(people, "ada", 4)


@pytest.mark.usefixtures("admin")
def test_wait_doubles_up_to_its_limit(people: People, clock: ManualClock) -> None:
    fail_to_sign_in(people, "ada", 5)
    clock.advance(seconds=2)
    fail_to_sign_in(people, "ada", 1)
    with pytest.raises(NotSignedIn) as refused:
        people.sign_in("ada", PASSWORD)
    assert refused.value.facts["retry_after_s"] == 5
    assert rules.wait_after(4) is None
    assert rules.wait_after(1000) == timedelta(minutes=15)


def test_attempts_are_forgotten_after_an_hour() -> None:
    blocked = Attempts(count=9, last_at=START, blocked_until=START + timedelta(minutes=1))
    assert rules.one_more(blocked, START + timedelta(minutes=60)).count == 10
    assert rules.one_more(blocked, START + timedelta(minutes=62)).count == 1


@pytest.mark.usefixtures("admin")
def test_blocked_account_stands_in_the_ledger(people: People, database: Database) -> None:
    fail_to_sign_in(people, "ada", 5)
    assert ledger_kinds(database) == ["PERSON_ADDED", "SIGNED_IN", "ATTEMPT_REFUSED"]


def test_guessed_names_share_few_buckets() -> None:
    names = [f"guess-{number}" for number in range(1000)]
    assert {len(rules.bucket_of(name)) for name in names} == {4}
    assert rules.bucket_of(" Ada ") == rules.bucket_of("ada")


# --- accounts -------------------------------------------------------------------------------


def test_added_person_can_sign_in(people: People, admin: Person) -> None:
    add(people, admin, "Bob")
    bob = people.sign_in("bob", PASSWORD).person
    assert (bob.display_name, bob.roles) == ("bob", OPERATOR)


def test_taken_name_is_a_conflict(people: People, admin: Person) -> None:
    add(people, admin, "bob")
    with pytest.raises(Conflict, match="'bob' already"):
        add(people, admin, "BOB")


def test_only_administrators_change_accounts(people: People, admin: Person) -> None:
    add(people, admin, "bob")
    bob = people.sign_in("bob", PASSWORD).person
    with pytest.raises(NotAllowed):
        add(people, bob, "eve")
    with pytest.raises(NotAllowed):
        people.change_person(ChangePerson(name="bob", roles=ADMINISTRATOR), bob)
    assert [one.name for one in people.store.people()] == ["ada", "bob"]


def test_changed_roles_hold_for_open_sessions(
    people: People, admin: Person, database: Database
) -> None:
    add(people, admin, "bob")
    session = people.sign_in("bob", PASSWORD)
    people.change_person(ChangePerson(name="bob", roles=frozenset({Role.VIEWER})), admin)
    assert people.person_of_session(session.token).roles == {Role.VIEWER}
    with database.reader.connect() as connection:
        assert connection.execute(text("SELECT epoch FROM control")).scalar_one() == 1


def test_closed_account_is_out_everywhere(people: People, admin: Person) -> None:
    add(people, admin, "bob")
    session = people.sign_in("bob", PASSWORD)
    token = people.issue_token(IssueToken(label="ci"), session.person).secret
    people.change_person(ChangePerson(name="bob", roles=OPERATOR, is_active=False), admin)
    with pytest.raises(NotSignedIn):
        people.person_of_session(session.token)
    with pytest.raises(NotSignedIn):
        people.person_of_token(token)
    with pytest.raises(NotSignedIn, match="name or the password is wrong"):
        people.sign_in("bob", PASSWORD)


@pytest.mark.parametrize(
    "change",
    [
        ChangePerson(name="ada", roles=OPERATOR),
        ChangePerson(name="ada", roles=ADMINISTRATOR, is_active=False),
    ],
    ids=["roles", "closed"],
)
def test_last_administrator_stays_in_office(
    people: People, admin: Person, change: ChangePerson
) -> None:
    with pytest.raises(InvalidRequest, match="Nobody would be left"):
        people.change_person(change, admin)


def test_changing_an_unknown_person_fails(people: People, admin: Person) -> None:
    with pytest.raises(NotFound, match="'zoe'"):
        people.change_person(ChangePerson(name="zoe", roles=OPERATOR), admin)


@pytest.mark.parametrize(
    ("name", "display_name", "password"),
    [
        ("", "", PASSWORD),
        ("with space", "", PASSWORD),
        ("-dash", "", PASSWORD),
        ("a" * 65, "", PASSWORD),
        ("bob", "x" * 101, PASSWORD),
        ("bob", "null\x00byte", PASSWORD),
        ("bob", "", "short"),
        ("bob", "", "x" * 201),
        ("bob", "", "abababababababab"),
        ("bob", "", "my name is BOB!"),
    ],
    ids=[
        "no-name", "space", "dash", "long-name", "long-display", "control", "short", "long",
        "repeats", "holds-name",
    ],
)  # fmt: skip
def test_bad_accounts_are_refused(
    people: People, admin: Person, name: str, display_name: str, password: str
) -> None:
    request = AddPerson(name=name, display_name=display_name, password=password, roles=OPERATOR)
    with pytest.raises(InvalidRequest):
        people.add_person(request, admin)
    assert [person.name for person in people.store.people()] == ["ada"]


def test_person_without_roles_is_refused(people: People, admin: Person) -> None:
    with pytest.raises(InvalidRequest, match="at least one role"):
        add(people, admin, "bob", frozenset())


# --- bearer tokens --------------------------------------------------------------------------


def test_token_acts_as_its_person(people: People, admin: Person) -> None:
    done = people.issue_token(IssueToken(label="ci", days=30), admin)
    assert done.secret.startswith(TOKEN_PREFIX)
    assert people.person_of_token(done.secret) == admin
    assert done.message == "Token “ci”, until 2026-04-01."


def test_token_ends_after_its_days(people: People, admin: Person, clock: ManualClock) -> None:
    token = people.issue_token(IssueToken(label="ci", days=1), admin).secret
    clock.advance(days=1)
    with pytest.raises(NotSignedIn):
        people.person_of_token(token)


def test_session_and_token_are_not_exchangeable(people: People, admin: Person) -> None:
    session = people.sign_in("ada", PASSWORD).token
    token = people.issue_token(IssueToken(label="ci"), admin).secret
    with pytest.raises(NotSignedIn):
        people.person_of_token(session)
    with pytest.raises(NotSignedIn):
        people.person_of_session(token)


@pytest.mark.parametrize(
    "request_",
    [
        IssueToken(label=""),
        IssueToken(label="x" * 65),
        IssueToken(label="ci", days=0),
        IssueToken(label="ci", days=366),
    ],
    ids=["no-label", "long-label", "no-days", "many-days"],
)
def test_bad_tokens_are_refused(people: People, admin: Person, request_: IssueToken) -> None:
    with pytest.raises(InvalidRequest):
        people.issue_token(request_, admin)
