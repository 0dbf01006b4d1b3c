"""What accounts need from outside: a store and a password hasher, as Protocols with their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from engine.domain.actor import Person
from engine.domain.ids import PersonId
from engine.domain.ledger import EntryDraft


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A person with what proves who they are."""

    person: Person
    password_hash: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """Something that signs a person in: a session cookie or a bearer token."""

    token_hash: bytes
    """SHA-256 of the token; the token itself is never stored."""
    person_id: PersonId
    label: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempts:
    """Sign-in attempts of one bucket of names since the last that succeeded."""

    count: int
    last_at: datetime
    blocked_until: datetime | None


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

    def change_password(self, person_id: PersonId, password_hash: str) -> None:
        """Store another password hash."""
        ...

    def add_session(self, key: Key) -> None:
        """Store a session, and forget those that have ended."""
        ...

    def end_session(self, token_hash: bytes) -> None:
        """Forget a session."""
        ...

    def add_token(self, key: Key) -> None:
        """Store a bearer token."""
        ...

    def end_keys(self, person_id: PersonId) -> None:
        """Forget all sessions and bearer tokens of a person."""
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

    def save_attempts(self, bucket: str, attempts: Attempts | None) -> None:
        """Store them; None forgets them."""
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

    def begin(self) -> PeopleWork:
        """A write transaction."""
        ...
