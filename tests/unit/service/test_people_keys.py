"""Sessions and bearer tokens: shown, issued, revoked, by their owner and by administrators."""

import pytest

from engine.domain.actor import Person, Role
from engine.errors import InvalidRequest, NotAllowed, NotFound, NotSignedIn
from engine.service.people import People
from engine.service.people_keys import TOKEN_PREFIX
from engine.service.people_rows import AccountRow, AskAccount
from engine.service.requests import EndSessions, IssueToken, RevokeToken
from engine.store.database import Database
from tests.unit.service.accounts import (
    PASSWORD,
    ManualClock,
    add,
    ledger_payloads,
    stored_text,
)


def issue(people: People, by: Person, label: str = "ci", days: int = 30) -> str:
    return people.keys.issue_token(IssueToken(label=label, days=days), by).secret


def account(people: People, by: Person, name: str = "", session: str = "") -> AccountRow:
    return people.keys.account(AskAccount(name=name, session=session), by)


def works(people: People, token: str) -> bool:
    try:
        people.person_of_token(token)
    except NotSignedIn:
        return False
    return True


def is_in(people: People, session: str) -> bool:
    try:
        people.person_of_session(session)
    except NotSignedIn:
        return False
    return True


# --- issuing --------------------------------------------------------------------------------


def test_token_acts_as_its_person(people: People, admin: Person) -> None:
    done = people.keys.issue_token(IssueToken(label="ci", days=30), admin)
    assert done.secret.startswith(TOKEN_PREFIX)
    assert people.person_of_token(done.secret) == admin
    assert done.message == "Token “ci”, until 2026-04-01."


def test_token_ends_after_its_days(people: People, admin: Person, clock: ManualClock) -> None:
    token = people.keys.issue_token(IssueToken(label="ci", days=1), admin).secret
    clock.advance(days=1)
    with pytest.raises(NotSignedIn):
        people.person_of_token(token)


def test_session_and_token_are_not_exchangeable(people: People, admin: Person) -> None:
    session = people.sign_in("ada", PASSWORD).token
    token = people.keys.issue_token(IssueToken(label="ci"), admin).secret
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
        people.keys.issue_token(request_, admin)


# --- showing --------------------------------------------------------------------------------


def test_account_lists_sessions_and_tokens(
    people: People, admin: Person, clock: ManualClock
) -> None:
    clock.advance(hours=1)
    here = people.sign_in("ada", PASSWORD, client="10.0.0.7")
    issue(people, admin, "ci")
    clock.advance(hours=1)
    issue(people, admin, "nightly")
    shown = account(people, admin, session=here.token)
    assert [(key.label, key.is_current) for key in shown.sessions] == [
        ("10.0.0.7", True),
        ("", False),
    ]
    assert [key.label for key in shown.tokens] == ["nightly", "ci"]
    assert shown.sessions[0].expires_at == here.expires_at
    assert len({key.id for key in (*shown.sessions, *shown.tokens)}) == 4


def test_ended_keys_are_not_listed(people: People, admin: Person, clock: ManualClock) -> None:
    issue(people, admin, days=1)
    clock.advance(days=1)
    shown = account(people, admin)
    assert (shown.sessions, shown.tokens) == ((), ())


def test_account_tells_no_secret(people: People, admin: Person, database: Database) -> None:
    here = people.sign_in("ada", PASSWORD)
    token = issue(people, admin)
    said = repr(account(people, admin, session=here.token))
    stored = people.store.account("ada")
    assert stored
    keys = people.store.keys(admin.id, people.clock.now())
    secrets = [here.token, token, stored.password_hash, *(str(key.token_hash) for key in keys)]
    everything = said + repr(stored) + repr(keys) + repr(here)
    assert [secret for secret in secrets if secret in everything] == []
    assert [secret for secret in (here.token, token) if secret in stored_text(database)] == []


def test_only_administrators_see_others(people: People, admin: Person) -> None:
    bob = add(people, admin, "bob")
    assert account(people, admin, "bob").name == account(people, bob).name == "bob"
    with pytest.raises(NotAllowed):
        account(people, bob, "ada")
    with pytest.raises(NotAllowed):
        account(people, bob, "nobody")
    with pytest.raises(NotFound, match="'nobody'"):
        account(people, admin, "nobody")


# --- revoking -------------------------------------------------------------------------------


def test_token_is_revoked_by_its_label(people: People, admin: Person, database: Database) -> None:
    token, other = issue(people, admin, "ci"), issue(people, admin, "nightly")
    done = people.keys.revoke_token(RevokeToken(token="ci"), admin)
    assert done.message == "Token “ci” of ada works no more."
    assert (works(people, token), works(people, other)) == (False, True)
    noted = ledger_payloads(database)[-1]
    assert (noted["what"], noted["name"], noted["label"]) == ("token_revoked", "ada", "ci")


def test_tokens_with_one_label_need_the_id(people: People, admin: Person) -> None:
    first, second = issue(people, admin), issue(people, admin)
    with pytest.raises(InvalidRequest, match="2 tokens bear this label"):
        people.keys.revoke_token(RevokeToken(token="ci"), admin)
    newest = account(people, admin).tokens[0]
    people.keys.revoke_token(RevokeToken(token=str(newest.id)), admin)
    assert sorted([works(people, first), works(people, second)]) == [False, True]


def test_revoked_token_cannot_be_revoked_again(people: People, admin: Person) -> None:
    issue(people, admin)
    people.keys.revoke_token(RevokeToken(token="ci"), admin)
    with pytest.raises(NotFound, match="no such token"):
        people.keys.revoke_token(RevokeToken(token="ci"), admin)


def test_nobody_revokes_anothers_token(people: People, admin: Person) -> None:
    bob = add(people, admin, "bob", frozenset({Role.OPERATOR, Role.RISK_OFFICER}))
    token = issue(people, admin, "ci")
    key = account(people, admin).tokens[0]
    with pytest.raises(NotAllowed):
        people.keys.revoke_token(RevokeToken(token="ci", name="ada"), bob)
    with pytest.raises(NotFound):
        people.keys.revoke_token(RevokeToken(token=str(key.id)), bob)
    assert works(people, token)


def test_administrators_revoke_anybodys_token(people: People, admin: Person) -> None:
    bob = add(people, admin, "bob")
    token = issue(people, bob)
    people.keys.revoke_token(RevokeToken(token="ci", name="bob"), admin)
    assert not works(people, token)


# --- ending sessions ------------------------------------------------------------------------


def test_other_sessions_end_and_this_stays(
    people: People, admin: Person, database: Database
) -> None:
    here, there = people.sign_in("ada", PASSWORD), people.sign_in("ada", PASSWORD)
    token = issue(people, admin)
    done = people.keys.end_sessions(EndSessions(but_not=here.token), admin)
    assert done.message == "2 sessions of ada ended."
    assert (is_in(people, here.token), is_in(people, there.token)) == (True, False)
    assert works(people, token)
    noted = ledger_payloads(database)[-1]
    assert (noted["what"], noted["sessions"]) == ("sessions_ended", 2)


def test_one_session_ends_alone(people: People, admin: Person) -> None:
    here, there = people.sign_in("ada", PASSWORD), people.sign_in("ada", PASSWORD, client="x")
    key = next(key for key in account(people, admin).sessions if key.label == "x")
    people.keys.end_sessions(EndSessions(session=str(key.id)), admin)
    assert (is_in(people, here.token), is_in(people, there.token)) == (True, False)
    with pytest.raises(NotFound, match="ended already"):
        people.keys.end_sessions(EndSessions(session=str(key.id)), admin)


@pytest.mark.parametrize("session", ["nonsense", "0192f3c4-0000-7000-8000-000000000000"])
def test_unknown_session_cannot_be_ended(people: People, admin: Person, session: str) -> None:
    with pytest.raises(NotFound):
        people.keys.end_sessions(EndSessions(session=session), admin)


def test_only_administrators_end_others_sessions(people: People, admin: Person) -> None:
    bob = add(people, admin, "bob")
    session = people.sign_in("bob", PASSWORD)
    hers = people.sign_in("ada", PASSWORD)
    with pytest.raises(NotAllowed):
        people.keys.end_sessions(EndSessions(name="ada"), bob)
    people.keys.end_sessions(EndSessions(name="bob"), admin)
    assert (is_in(people, session.token), is_in(people, hers.token)) == (False, True)
