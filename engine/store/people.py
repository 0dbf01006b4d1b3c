"""Accounts in the database: `engine.service.people_store` on the engine's unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Row, Select, Table, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from engine.domain.actor import Person
from engine.domain.ids import PersonId
from engine.domain.ledger import EntryDraft
from engine.errors import Conflict
from engine.ports import Ids
from engine.service.people_store import Account, Attempts, Key, KeyId, KeyKind
from engine.store import people_rows as rows
from engine.store import tables
from engine.store.database import Database
from engine.store.failures import translated
from engine.store.people_tables import (
    api_tokens,
    people,
    sessions,
    setup_links,
    sign_in_attempts,
)
from engine.store.unit_of_work import SqlUnitOfWork

_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_TABLES = {KeyKind.SESSION: sessions, KeyKind.TOKEN: api_tokens}
_SETUP_ROW = 1
_FIRST_ACCOUNT_LOCK = 0x436F756E
"""PostgreSQL advisory lock: the first account is made once."""


class SqlPeople:
    """Reads of accounts, and their write transactions."""

    def __init__(self, database: Database, ids: Ids) -> None:
        """Bind to a database."""
        self._database = database
        self._ids = ids

    def has_people(self) -> bool:
        """Whether there is any account."""
        return bool(self._rows(select(people.c.id).limit(1)))

    def people(self) -> tuple[Person, ...]:
        """Everybody, by name."""
        return tuple(rows.person(row) for row in self._rows(select(people).order_by(people.c.name)))

    def account(self, name: str) -> Account | None:
        """The account with that sign-in name."""
        found = self._rows(select(people).where(people.c.name == name))
        return rows.account(found[0]) if found else None

    def person_of_session(self, token_hash: bytes, now: datetime) -> Person | None:
        """Whose session it is; None where it is unknown, has ended or the account is closed."""
        return self._owner(sessions, token_hash, now)

    def person_of_token(self, token_hash: bytes, now: datetime) -> Person | None:
        """Whose bearer token it is; None where unknown, ended or the account is closed."""
        return self._owner(api_tokens, token_hash, now)

    def keys(self, person_id: PersonId, now: datetime) -> tuple[Key, ...]:
        """Sessions and bearer tokens of a person that have not ended, newest first."""
        found = [
            rows.key(kind, row)
            for kind, table in _TABLES.items()
            for row in self._rows(
                select(table).where(table.c.person_id == person_id, table.c.expires_at > now)
            )
        ]
        return tuple(sorted(found, key=lambda key: (key.created_at, key.id), reverse=True))

    def begin(self) -> SqlPeopleWork:
        """A write transaction."""
        return SqlPeopleWork(SqlUnitOfWork(self._database, self._ids))

    def _owner(self, table: Table, token_hash: bytes, now: datetime) -> Person | None:
        query = (
            select(people)
            .join(table, table.c.person_id == people.c.id)
            .where(table.c.token_hash == token_hash, table.c.expires_at > now, people.c.is_active)
        )
        found = self._rows(query)
        return rows.person(found[0]) if found else None

    def _rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        with translated(), self._database.reader.connect() as connection:
            return connection.execute(query).all()


class SqlPeopleWork:
    """One write transaction on accounts."""

    def __init__(self, work: SqlUnitOfWork) -> None:
        """Wrap a unit of work that has not begun."""
        self._work = work

    def __enter__(self) -> Self:
        """Begin."""
        self._work.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Roll back unless committed."""
        self._work.__exit__(kind, error, trace)

    @property
    def _connection(self) -> Connection:
        return self._work.connection

    def commit(self) -> None:
        """Make it durable."""
        self._work.commit()

    def append(self, stream: str, entries: Sequence[EntryDraft]) -> None:
        """Append to a ledger stream."""
        self._work.append(stream, entries)

    def has_people(self) -> bool:
        """Whether there is any account; keeps others from adding the first one meanwhile."""
        if self._connection.dialect.name == "postgresql":
            with translated():
                self._connection.exec_driver_sql(
                    "SELECT pg_advisory_xact_lock(%(lock)s)", {"lock": _FIRST_ACCOUNT_LOCK}
                )
        return bool(self._rows(select(people.c.id).limit(1)))

    def account(self, name: str) -> Account | None:
        """The account with that sign-in name, kept from changing until the end."""
        found = self._rows(select(people).where(people.c.name == name).with_for_update())
        return rows.account(found[0]) if found else None

    def active_people(self) -> tuple[Person, ...]:
        """Everybody whose account is open, kept from changing until the end."""
        query = select(people).where(people.c.is_active).order_by(people.c.id).with_for_update()
        return tuple(rows.person(row) for row in self._rows(query))

    def add_account(self, account: Account) -> None:
        """Insert an account.

        Raises:
            Conflict: The name is taken.
        """
        try:
            self._run(people.insert().values(rows.of_account(account)))
        except IntegrityError:
            raise Conflict(f"There is a {account.person.name!r} already.") from None

    def change_person(self, person: Person) -> None:
        """Store roles, display name and whether the account is open; the control epoch grows."""
        self._run(update(people).where(people.c.id == person.id).values(rows.of_person(person)))
        self._run(update(tables.control).values(epoch=tables.control.c.epoch + 1))

    def change_password(self, account: Account) -> None:
        """Store an account's password hash, and who set it when."""
        changed = rows.of_password(account)
        self._run(update(people).where(people.c.id == account.person.id).values(changed))

    def add_key(self, key: Key) -> None:
        """Store a session or a bearer token; sessions that have ended are forgotten."""
        if key.kind is KeyKind.SESSION:
            self._run(delete(sessions).where(sessions.c.expires_at <= key.created_at))
        self._run(_TABLES[key.kind].insert().values(rows.of_key(key)))

    def end_session(self, token_hash: bytes) -> None:
        """Forget a session."""
        self._run(delete(sessions).where(sessions.c.token_hash == token_hash))

    def end_key(self, kind: KeyKind, person_id: PersonId, key_id: KeyId) -> bool:
        """Forget one session or token of a person; False where it is no longer there."""
        table = _TABLES[kind]
        one = (table.c.person_id == person_id) & (table.c.id == key_id)
        return self._run(delete(table).where(one)) == 1

    def end_keys(self, kind: KeyKind, person_id: PersonId, *, but_not: bytes = b"") -> int:
        """Forget the keys of a kind of a person, but not one; gives how many."""
        table = _TABLES[kind]
        those = (table.c.person_id == person_id) & (table.c.token_hash != but_not)
        return self._run(delete(table).where(those))

    def replace_setup(self, token_hash: bytes, expires_at: datetime) -> None:
        """Store the one set-up link that works from now on."""
        self._run(delete(setup_links))
        row = {"id": _SETUP_ROW, "token_hash": token_hash, "expires_at": expires_at}
        self._run(setup_links.insert().values(row))

    def spend_setup(self, token_hash: bytes, now: datetime) -> bool:
        """Use up the set-up link; False where it is wrong, used or too old."""
        spent = delete(setup_links).where(
            setup_links.c.token_hash == token_hash, setup_links.c.expires_at > now
        )
        return self._run(spent) == 1

    def attempts(self, bucket: str) -> Attempts | None:
        """Sign-in attempts of a bucket, kept from changing until the end."""
        table = sign_in_attempts
        insert = _INSERTS[self._connection.dialect.name]
        # A row that is not there cannot be locked, so it is made first.
        self._run(insert(table).values(bucket=bucket, attempts=0).on_conflict_do_nothing())
        (row,) = self._rows(select(table).where(table.c.bucket == bucket).with_for_update())
        return rows.attempts(row)

    def save_attempts(self, bucket: str, attempts: Attempts, forgotten_at: datetime) -> None:
        """Store them; `forget_attempts` drops them once that time has come."""
        row = rows.of_attempts(attempts) | {"forgotten_at": forgotten_at}
        table = sign_in_attempts
        self._run(update(table).where(table.c.bucket == bucket).values(row))

    def forget_attempts(self, now: datetime) -> None:
        """Drop what matters no more; never waits for somebody else."""
        table = sign_in_attempts
        old = select(table.c.bucket).where(table.c.forgotten_at <= now)
        # Rows that another attempt holds stay: waiting for them while holding some could deadlock.
        unheld = old.with_for_update(skip_locked=True)
        self._run(delete(table).where(table.c.bucket.in_(unheld)))

    def _rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        with translated():
            return self._connection.execute(query).all()

    def _run(self, statement: Any) -> int:
        """How many rows it changed."""
        with translated():
            return int(self._connection.execute(statement).rowcount)
