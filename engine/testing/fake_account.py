"""Made-up accounts: sessions and tokens of a person, the same on every call."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.domain.actor import Person
from engine.errors import NotAllowed
from engine.service.engine import Session
from engine.service.people_rows import AccountRow, KeyRow
from engine.service.people_store import KeyId, KeyKind
from engine.testing.fake_rows_advice import uuid_of

HERE, OFFICE, CI = (KeyId(uuid_of("key", number)) for number in (1, 2, 3))


def account_of(person: Person, now: datetime, *, is_empty: bool = False) -> AccountRow:
    """An account with two sessions and a token; with one session alone where it is empty."""
    sessions: tuple[KeyRow, ...] = (
        _session(HERE, "", now - timedelta(minutes=12), is_current=True),
    )
    if not is_empty:
        sessions += (_session(OFFICE, "10.0.4.17", now - timedelta(hours=5)),)
    return AccountRow(
        name=person.name,
        display_name=person.display_name,
        roles=person.roles,
        is_active=person.is_active,
        created_at=now - timedelta(days=40),
        password_set_at=now - timedelta(days=40 if is_empty else 3),
        password_set_by="" if is_empty else "sam",
        sessions=sessions,
        tokens=() if is_empty else (_token(now),),
    )


def _session(key_id: KeyId, place: str, begun: datetime, *, is_current: bool = False) -> KeyRow:
    return KeyRow(
        id=key_id,
        kind=KeyKind.SESSION,
        label=place,
        created_at=begun,
        expires_at=begun + timedelta(hours=12),
        is_current=is_current,
    )


def _token(now: datetime) -> KeyRow:
    return KeyRow(
        id=CI,
        kind=KeyKind.TOKEN,
        label="nightly intake",
        created_at=now - timedelta(days=8),
        expires_at=now + timedelta(days=82),
    )


class FakeSetUp:
    """The part of `FakeEngine` that makes the first account: it is made already."""

    def needs_setup(self) -> bool:
        """Accounts exist."""
        return False

    def is_set_up_link(self, setup_token: str) -> bool:
        """Accounts exist, so no link does."""
        return False

    def set_up(
        self, setup_token: str, name: str, display_name: str, password: str, *, client: str = ""
    ) -> Session:
        """Accounts exist, so every link is used up."""
        raise NotAllowed("This link has been used.")
