"""Which passwords are taken, and how they are changed by their owner and by administrators."""

import pytest

from engine.domain.actor import Person
from engine.errors import InvalidRequest, NotAllowed, NotFound, NotSignedIn
from engine.service.engine import Session
from engine.service.people import People
from engine.service.people_passwords import beside_the_guessed, checked_password
from engine.service.people_rows import AskAccount
from engine.service.requests import AddPerson, ChangePassword, IssueToken, ResetPassword
from engine.store.database import Database
from tests.unit.service.accounts import (
    OPERATOR,
    OTHER_PASSWORD,
    PASSWORD,
    ManualClock,
    add,
    ledger_payloads,
    stored_text,
)

# --- rules ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        OTHER_PASSWORD,
        "a long enough password",
        "tr0ub4dor&3xyz",
        "the quick brown fox",
        "Ünïcödé wörds 7",
        "x" * 190 + "and 9 more",
        "kq7 vmz2 pl0x",
    ],
)
def test_sentences_and_noise_are_taken(password: str) -> None:
    assert checked_password(password, "bob") == password


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "P@ssw0rd!2024",
        "Welcome-12345!",
        "qwertyuiop123",
        "1qaz2wsx3edc",
        "mnbvcxz12345",
        "9876543210ab",
        "countersign1",
        "Countersign2026!",
        "c0unt3rs1gn c0unt3rs1gn",
        "passwordpassword",
        "qwerty qwerty qwerty",
        "abcabcabcabc",
        "123412341234",
        "iloveyou12345",
        "correct-horse-battery-staple",
        "summersummer2025",
        "admin admin 123",
    ],
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(InvalidRequest, match="guessed") as refused:
        checked_password(password, "zoe")
    assert password not in str(refused.value)


@pytest.mark.parametrize(
    ("password", "name", "is_taken"),
    [
        ("my name is BOB!", "bob", False),
        ("a plain sentence", "a", True),
        ("a plain sentence", "pl", True),
        ("a plain sentence", "plain", False),
    ],
    ids=["name", "letter", "two-letters", "word"],
)
def test_password_does_not_hold_the_name(password: str, name: str, is_taken: bool) -> None:
    if is_taken:
        assert checked_password(password, name) == password
    else:
        with pytest.raises(InvalidRequest, match="holds the sign-in name"):
            checked_password(password, name)


def test_guessed_parts_are_cut_out() -> None:
    assert beside_the_guessed("P4ssw0rd 1234 zebra") == "zebra"
    assert beside_the_guessed("") == ""


# --- changing one's own ---------------------------------------------------------------------


def change(
    people: People, session: Session, old: str = PASSWORD, new: str = OTHER_PASSWORD,
    *, ends_tokens: bool = False,
) -> str:  # fmt: skip
    request = ChangePassword(
        old_password=old, new_password=new, ends_tokens=ends_tokens, but_not=session.token
    )
    return people.accounts.change_password(request, session.person).message


@pytest.mark.usefixtures("admin")
def test_changed_password_ends_other_sessions(people: People) -> None:
    here, there = people.sign_in("ada", PASSWORD), people.sign_in("ada", PASSWORD)
    assert change(people, here) == "The password is changed; 2 sessions ended."
    assert people.person_of_session(here.token) == here.person
    with pytest.raises(NotSignedIn):
        people.person_of_session(there.token)
    with pytest.raises(NotSignedIn, match="password is wrong"):
        people.sign_in("ada", PASSWORD)
    assert people.sign_in("ada", OTHER_PASSWORD).person == here.person


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize("ends_tokens", [False, True])
def test_tokens_end_with_the_password_if_asked(people: People, ends_tokens: bool) -> None:
    here = people.sign_in("ada", PASSWORD)
    token = people.keys.issue_token(IssueToken(label="ci"), here.person).secret
    change(people, here, ends_tokens=ends_tokens)
    if ends_tokens:
        with pytest.raises(NotSignedIn):
            people.person_of_token(token)
    else:
        assert people.person_of_token(token) == here.person


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("not the password", OTHER_PASSWORD, "old password is wrong"),
        ("", OTHER_PASSWORD, "old password is wrong"),
        (PASSWORD, PASSWORD, "is the old one"),
        (PASSWORD, "short", "12 to 200"),
        (PASSWORD, "countersign1", "guessed"),
    ],
    ids=["wrong", "empty", "same", "short", "guessed"],
)
def test_refused_change_changes_nothing(people: People, old: str, new: str, words: str) -> None:
    here, there = people.sign_in("ada", PASSWORD), people.sign_in("ada", PASSWORD)
    with pytest.raises(InvalidRequest, match=words):
        change(people, here, old, new)
    assert people.person_of_session(there.token) == here.person
    assert people.sign_in("ada", PASSWORD).person == here.person


@pytest.mark.usefixtures("admin")
def test_change_stands_in_the_ledger(people: People, database: Database) -> None:
    here = people.sign_in("ada", PASSWORD)
    change(people, here, ends_tokens=True)
    noted = ledger_payloads(database)[-1]
    assert (noted["what"], noted["name"]) == ("password_changed", "ada")
    assert noted["ended"] == {"sessions": 1, "tokens": 0}
    secrets = (PASSWORD, OTHER_PASSWORD, here.token)
    assert [one for one in secrets if one in stored_text(database)] == []


# --- setting somebody else's ----------------------------------------------------------------


def test_reset_ends_everything_of_the_person(
    people: People, admin: Person, database: Database
) -> None:
    bob = add(people, admin, "bob")
    session = people.sign_in("bob", PASSWORD)
    token = people.keys.issue_token(IssueToken(label="ci"), bob).secret
    people.accounts.reset_password(ResetPassword(name="Bob", new_password=OTHER_PASSWORD), admin)
    with pytest.raises(NotSignedIn):
        people.person_of_session(session.token)
    with pytest.raises(NotSignedIn):
        people.person_of_token(token)
    assert people.sign_in("bob", OTHER_PASSWORD).person == bob
    noted = ledger_payloads(database)[-2]
    assert (noted["what"], noted["name"]) == ("password_reset", "bob")
    assert noted["ended"] == {"sessions": 1, "tokens": 1}
    assert OTHER_PASSWORD not in stored_text(database)


def test_account_says_who_set_its_password(
    people: People, admin: Person, clock: ManualClock
) -> None:
    bob = add(people, admin, "bob")
    assert people.keys.account(AskAccount(), bob).password_set_by == "ada"
    change(people, people.sign_in("bob", PASSWORD))
    assert people.keys.account(AskAccount(), bob).password_set_by == ""
    clock.advance(hours=1)
    people.accounts.reset_password(ResetPassword(name="bob", new_password=PASSWORD), admin)
    shown = people.keys.account(AskAccount(), bob)
    assert (shown.password_set_by, shown.password_set_at) == ("ada", clock.at)
    assert people.keys.account(AskAccount(), admin).password_set_by == ""


def test_only_administrators_reset_others_passwords(people: People, admin: Person) -> None:
    bob = add(people, admin, "bob")
    for by, name, error in (
        (bob, "ada", NotAllowed),
        (bob, "bob", NotAllowed),
        (admin, "ada", InvalidRequest),
        (admin, "zoe", NotFound),
    ):
        request = ResetPassword(name=name, new_password=OTHER_PASSWORD)
        with pytest.raises(error):
            people.accounts.reset_password(request, by)
    assert people.sign_in("ada", PASSWORD).person == admin


def test_password_reset_during_sign_in_wins(people: People, admin: Person) -> None:
    add(people, admin, "bob")
    reset = ResetPassword(name="bob", new_password=OTHER_PASSWORD)

    class SlowPasswords:
        """Takes so long to verify that the password is reset meanwhile."""

        hash = people.passwords.hash
        needs_rehash = people.passwords.needs_rehash

        def verify(self, stored: str, password: str) -> bool:
            is_right = people.passwords.verify(stored, password)
            people.accounts.reset_password(reset, admin)
            return is_right

    slow = People(store=people.store, passwords=SlowPasswords(), clock=people.clock, ids=people.ids)
    with pytest.raises(NotSignedIn, match="just been changed"):
        slow.sign_in("bob", PASSWORD)


# --- nowhere readable -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "request_",
    [
        AddPerson(name="bob", display_name="", password=PASSWORD, roles=OPERATOR),
        ChangePassword(old_password=PASSWORD, new_password=PASSWORD, but_not=PASSWORD),
        ResetPassword(name="bob", new_password=PASSWORD),
    ],
    ids=["add", "change", "reset"],
)
def test_requests_never_show_their_passwords(request_: object) -> None:
    assert PASSWORD not in repr(request_)
