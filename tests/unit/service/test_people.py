"""Signing in and out, accounts and the set-up link, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from engine.domain.actor import Person, Role
from engine.errors import Conflict, InvalidRequest, NotAllowed, NotFound, NotSignedIn
from engine.service.people import People
from engine.service.requests import AddPerson, ChangePerson, IssueToken
from engine.store.database import Database
from tests.unit.service.accounts import (
    ADMINISTRATOR,
    OPERATOR,
    PASSWORD,
    START,
    ManualClock,
    add,
    ledger_kinds,
    stored_text,
)

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


def test_refused_setup_links_are_noted(
    people: People, database: Database, clock: ManualClock
) -> None:
    token = people.issue_setup()
    for _ in range(5):
        with pytest.raises(NotAllowed):
            people.set_up("guessed", "eve", "", PASSWORD, client="203.0.113.7")
    assert ledger_kinds(database) == ["ATTEMPT_REFUSED"] * 5
    with pytest.raises(NotSignedIn, match="Too many attempts"):
        people.set_up("guessed", "eve", "", PASSWORD, client="203.0.113.7")
    assert people.set_up(token, "ada", "", PASSWORD).person.name == "ada"


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
    token = people.keys.issue_token(IssueToken(label="ci"), admin).secret
    stored = stored_text(database)
    assert [secret for secret in (session.token, token, PASSWORD) if secret in stored] == []


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
        people.accounts.change_person(ChangePerson(name="bob", roles=ADMINISTRATOR), bob)
    assert [one.name for one in people.store.people()] == ["ada", "bob"]


def test_changed_roles_hold_for_open_sessions(
    people: People, admin: Person, database: Database
) -> None:
    add(people, admin, "bob")
    session = people.sign_in("bob", PASSWORD)
    people.accounts.change_person(ChangePerson(name="bob", roles=frozenset({Role.VIEWER})), admin)
    assert people.person_of_session(session.token).roles == {Role.VIEWER}
    with database.reader.connect() as connection:
        assert connection.execute(text("SELECT epoch FROM control")).scalar_one() == 1


def test_closed_account_is_out_everywhere(people: People, admin: Person) -> None:
    add(people, admin, "bob")
    session = people.sign_in("bob", PASSWORD)
    token = people.keys.issue_token(IssueToken(label="ci"), session.person).secret
    people.accounts.change_person(ChangePerson(name="bob", roles=OPERATOR, is_active=False), admin)
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
        people.accounts.change_person(change, admin)


def test_changing_an_unknown_person_fails(people: People, admin: Person) -> None:
    with pytest.raises(NotFound, match="'zoe'"):
        people.accounts.change_person(ChangePerson(name="zoe", roles=OPERATOR), admin)


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
        people.accounts.add_person(request, admin)
    assert [person.name for person in people.store.people()] == ["ada"]


def test_person_without_roles_is_refused(people: People, admin: Person) -> None:
    with pytest.raises(InvalidRequest, match="at least one role"):
        add(people, admin, "bob", frozenset())
