"""Attempts at passwords: strangers wait, owners do not, and nothing tells which names exist."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from engine.domain.actor import Person
from engine.errors import InvalidRequest, NotSignedIn
from engine.service import people_rules as rules
from engine.service.people import UNKNOWN, People
from engine.service.people_store import Attempts, PasswordHasher
from engine.service.requests import ChangePassword, ChangePerson
from engine.store import people_tables
from engine.store.database import Database
from tests.unit.service.accounts import (
    OPERATOR,
    OTHER_PASSWORD,
    PASSWORD,
    START,
    ManualClock,
    add,
    fail_to_sign_in,
    ledger_kinds,
    ledger_payloads,
    seconds_to_wait,
    stored_text,
)

HOME, STRANGER = "192.0.2.10", "198.51.100.66"


def addresses(count: int) -> list[str]:
    return [f"203.0.{number // 250}.{number % 250}" for number in range(count)]


# --- at one place ---------------------------------------------------------------------------


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
def test_attempts_at_once_are_all_counted(people: People) -> None:
    def attempt(number: int) -> str:
        with pytest.raises(NotSignedIn) as refused:
            people.sign_in("ada", "not the password", client=STRANGER)
        return refused.value.message.split()[0]

    with ThreadPoolExecutor(12) as pool:
        said = Counter(pool.map(attempt, range(12)))
    assert said == {"The": 5, "Too": 7}


# --- strangers and owners -------------------------------------------------------------------


@pytest.mark.usefixtures("admin")
def test_strangers_failures_leave_the_owner_alone(people: People) -> None:
    fail_to_sign_in(people, "ada", 5, STRANGER)
    assert seconds_to_wait(people, "ada", STRANGER) == 3
    assert people.sign_in("ada", PASSWORD, client=HOME).person.name == "ada"


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_guessing_from_many_addresses_is_slowed(
    people: People, clock: ManualClock, name: str
) -> None:
    *before, last = addresses(100)
    for address in before:
        fail_to_sign_in(people, name, 1, address)
    fail_to_sign_in(people, name, 1, last)
    assert seconds_to_wait(people, name, STRANGER) == 3
    for address in addresses(200)[100:110]:
        clock.advance(minutes=1)
        fail_to_sign_in(people, name, 1, address)
    assert seconds_to_wait(people, name, STRANGER) == 61


@pytest.mark.usefixtures("admin")
def test_proven_address_is_never_kept_out(people: People, clock: ManualClock) -> None:
    people.sign_in("ada", PASSWORD, client=HOME)
    for address in addresses(105):
        clock.advance(minutes=1)
        fail_to_sign_in(people, "ada", 1, address)
    assert seconds_to_wait(people, "ada", STRANGER) > 0
    assert people.sign_in("ada", PASSWORD, client=HOME).person.name == "ada"
    fail_to_sign_in(people, "ada", 5, HOME)
    assert seconds_to_wait(people, "ada", HOME) == 3


def test_proof_of_a_place_ends_some_day() -> None:
    home = rules.proven(START)
    assert rules.is_proven(home, START + timedelta(days=90))
    assert not rules.is_proven(home, START + timedelta(days=90, seconds=1))
    failed = rules.one_more(home, START + timedelta(days=1))
    assert (failed.count, failed.proven_at) == (1, START)
    assert not rules.is_proven(rules.one_more(None, START), START)


@pytest.mark.parametrize(
    ("client", "place"),
    [
        ("192.0.2.10", "192.0.2.10"),
        ("::ffff:192.0.2.10", "192.0.2.10"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("a proxy", "a proxy"),
        ("", ""),
    ],
    ids=["v4", "mapped", "v6", "zone", "proxy", "here"],
)
def test_stranger_holds_a_whole_subnet(client: str, place: str) -> None:
    assert rules.place_of(client) == place


def test_nobody_counts_in_anothers_bucket() -> None:
    buckets = [
        rules.bucket_of(name, client)
        for name in ("ada", "bob", "ada\0", "")
        for client in (None, "", HOME, STRANGER, "ada")
    ]
    assert len(set(buckets)) == len(buckets)
    assert rules.bucket_of(" Ada ", HOME) == rules.bucket_of("ada", HOME)


@pytest.mark.usefixtures("admin")
def test_old_attempts_leave_the_database(
    people: People, clock: ManualClock, database: Database
) -> None:
    for number in range(20):
        fail_to_sign_in(people, f"guess-{number}", 1, STRANGER)
    people.sign_in("ada", PASSWORD, client=HOME)
    clock.advance(hours=1, seconds=1)
    fail_to_sign_in(people, "one-more", 1, STRANGER)
    table = people_tables.sign_in_attempts
    with database.reader.connect() as connection:
        kept = set(connection.execute(select(table.c.bucket)).scalars())
    expected = {("ada", HOME), ("one-more", STRANGER), ("one-more", None)}
    assert kept == {rules.bucket_of(name, client) for name, client in expected}


# --- what tells nothing ---------------------------------------------------------------------


class CountingPasswords:
    """A hasher that remembers how often it was asked."""

    def __init__(self, passwords: PasswordHasher) -> None:
        self.passwords = passwords
        self.asked = 0

    def hash(self, password: str) -> str:
        return self.passwords.hash(password)

    def verify(self, stored: str, password: str) -> bool:
        self.asked += 1
        return self.passwords.verify(stored, password)

    def needs_rehash(self, stored: str) -> bool:
        return self.passwords.needs_rehash(stored)


def test_unknown_names_cost_the_same_work(
    people: People, admin: Person, database: Database
) -> None:
    add(people, admin, "closed")
    people.accounts.change_person(
        ChangePerson(name="closed", roles=OPERATOR, is_active=False), admin
    )
    passwords = CountingPasswords(people.passwords)
    counting = replace(people, passwords=passwords)
    statements: list[str] = []

    def listen(connection: object, cursor: object, statement: str, *rest: object) -> None:
        statements.append(statement)

    for engine in (database.reader, database.writer):
        event.listen(engine, "before_cursor_execute", listen)
    work: dict[str, list[str]] = {}
    for name in ("ada", "closed", "nobody"):
        statements.clear()
        fail_to_sign_in(counting, name, 5, STRANGER)
        assert seconds_to_wait(counting, name, STRANGER) == 3
        work[name] = list(statements)
    assert passwords.asked == 15
    assert work["ada"] == work["nobody"] == work["closed"]
    assert ledger_kinds(database).count("ATTEMPT_REFUSED") == 15


# --- in the ledger --------------------------------------------------------------------------


@pytest.mark.usefixtures("admin")
def test_guessing_stands_in_the_ledger(people: People, database: Database) -> None:
    fail_to_sign_in(people, "ada", 5, STRANGER)
    fail_to_sign_in(people, "my password, by mistake", 5, STRANGER)
    kinds = ledger_kinds(database)
    assert kinds == ["PERSON_ADDED", "SIGNED_IN", *["ATTEMPT_REFUSED"] * 10]
    said = {"what": "sign_in", "attempts": 5, "from": STRANGER}
    payloads = ledger_payloads(database)
    assert [payloads[6], payloads[11]] == [said | {"name": "ada"}, said | {"name": UNKNOWN}]
    assert payloads[2] == said | {"name": "ada", "attempts": None}
    assert "mistake" not in stored_text(database)


# --- one's own old password -----------------------------------------------------------------


def test_wrong_old_password_makes_one_wait(people: People, admin: Person) -> None:
    guess = ChangePassword(old_password="not the password", new_password=OTHER_PASSWORD)
    for _ in range(5):
        with pytest.raises(InvalidRequest, match="old password is wrong"):
            people.accounts.change_password(guess, admin)
    right = replace(guess, old_password=PASSWORD)
    with pytest.raises(InvalidRequest, match="Too many attempts") as refused:
        people.accounts.change_password(right, admin)
    assert refused.value.facts == {"retry_after_s": 3}
    assert people.sign_in("ada", PASSWORD, client=HOME).person == admin


def test_strangers_cannot_hinder_a_new_password(people: People, admin: Person) -> None:
    for address in addresses(100):
        fail_to_sign_in(people, "ada", 1, address)
    wish = ChangePassword(old_password=PASSWORD, new_password=OTHER_PASSWORD)
    assert "is changed" in people.accounts.change_password(wish, admin).message
