"""What accounts need from outside: a store and a password hasher, as Protocols with their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import TracebackType
from typing import NewType, Protocol, Self
from uuid import UUID

from engine.domain.actor import Person
from engine.domain.ids import PersonId
from engine.domain.ledger import EntryDraft

KeyId = NewType("KeyId", UUID)


class KeyKind(StrEnum):
    """What a key is."""

    SESSION = "session"
    TOKEN = "token"


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A person with what proves who they are."""

    person: Person
    password_hash: str = field(repr=False)
    created_at: datetime
    password_set_at: datetime | None = None
    """None: when the account was made."""
    password_set_by: str = ""
    """Sign-in name of whoever else set the password; empty where the person did."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """Something that signs a person in: a session cookie or a bearer token."""

    id: KeyId
    """Tells it apart; no secret."""
    kind: KeyKind
    token_hash: bytes = field(repr=False)
    """SHA-256 of the token; the token itself is never stored."""
    person_id: PersonId
    label: str
    """A token: what it is for. A session: where it was begun."""
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempts:
    """Sign-in attempts of one bucket since the last that succeeded."""

    count: int
    last_at: datetime
    blocked_until: datetime | None
    proven_at: datetime | None = None
    """When the name was last signed in with from this place."""


class PasswordHasher(Protocol):
    """Hashes and verifies passwords."""

    def hash(self, password: str) -> str:
        """The text to store."""
        ...

    def verify(self, stored: str, password: str) -> bool:
        """Whether it is the password; False for an empty `stored`, in the same time."""
        ...

    def needs_rehash(self, stored: str) -> bool:
        """Whether the stored text was made with older parameters."""
        ...


class PeopleWork(Protocol):
    """One write transaction on accounts; rolled back unless committed."""

    def __enter__(self) -> Self:
        """Begin.

        Raises:
            StoreUnavailable: The database is locked, read-only or out of reach.
        """
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Roll back unless committed."""
        ...

    def commit(self) -> None:
        """Make it durable."""
        ...

    def append(self, stream: str, entries: Sequence[EntryDraft]) -> None:
        """Append to a ledger stream."""
        ...

    def has_people(self) -> bool:
        """Whether there is any account; keeps others from adding the first one meanwhile."""
        ...

    def account(self, name: str) -> Account | None:
        """The account with that sign-in name, kept from changing until the end."""
        ...

    def active_people(self) -> tuple[Person, ...]:
        """Everybody whose account is open, kept from changing until the end."""
        ...

    def add_account(self, account: Account) -> None:
        """Insert an account.

        Raises:
            Conflict: The name is taken.
        """
        ...

    def change_person(self, person: Person) -> None:
        """Store roles, display name and whether the account is open; the control epoch grows."""
        ...

    def change_password(self, account: Account) -> None:
        """Store an account's password hash, and who set it when."""
        ...

    def add_key(self, key: Key) -> None:
        """Store a session or a bearer token; sessions that have ended are forgotten."""
        ...

    def end_session(self, token_hash: bytes) -> None:
        """Forget a session."""
        ...

    def end_key(self, kind: KeyKind, person_id: PersonId, key_id: KeyId) -> bool:
        """Forget one session or token of a person; False where it is no longer there."""
        ...

    def end_keys(self, kind: KeyKind, person_id: PersonId, *, but_not: bytes = b"") -> int:
        """Forget the keys of a kind of a person; gives how many.

        Args:
            kind: Sessions or tokens.
            person_id: Whose.
            but_not: Hash of one that stays.
        """
        ...

    def replace_setup(self, token_hash: bytes, expires_at: datetime) -> None:
        """Store the one set-up link that works from now on."""
        ...

    def spend_setup(self, token_hash: bytes, now: datetime) -> bool:
        """Use up the set-up link; False where it is wrong, used or too old."""
        ...

    def attempts(self, bucket: str) -> Attempts | None:
        """Sign-in attempts of a bucket, kept from changing until the end."""
        ...

    def save_attempts(self, bucket: str, attempts: Attempts, forgotten_at: datetime) -> None:
        """Store them; `forget_attempts` drops them once that time has come."""
        ...

    def forget_attempts(self, now: datetime) -> None:
        """Drop what matters no more; never waits for somebody else."""
        ...


class PeopleStore(Protocol):
    """Accounts in the database."""

    def has_people(self) -> bool:
        """Whether there is any account."""
        ...

    def people(self) -> tuple[Person, ...]:
        """Everybody, by name."""
        ...

    def account(self, name: str) -> Account | None:
        """The account with that sign-in name."""
        ...

    def person_of_session(self, token_hash: bytes, now: datetime) -> Person | None:
        """Whose session it is; None where it is unknown, has ended or the account is closed."""
        ...

    def person_of_token(self, token_hash: bytes, now: datetime) -> Person | None:
        """Whose bearer token it is; None where unknown, ended or the account is closed."""
        ...

    def keys(self, person_id: PersonId, now: datetime) -> tuple[Key, ...]:
        """Sessions and bearer tokens of a person that have not ended, newest first."""
        ...

    def begin(self) -> PeopleWork:
        """A write transaction."""
        ...
