"""The incident system of record: a small ITSM in a database of its own.

It stands in for a live one. `tools` is the way the engine acts on it; `receive` and `settle` are
how history reaches it when it is replayed. Every call is one short transaction that records its
key, so that the same call made twice acts once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeAlias, TypeVar
from weakref import finalize

from sqlalchemy import Connection, Executable, RootTransaction, Row, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from engine.desk import Incoming
from engine.desks.incidents import itsm_tables as tables
from engine.desks.incidents.itsm_database import open_itsm
from engine.domain.canonical import Json, canonical_text, digest
from engine.domain.outcome import Label
from engine.errors import StoreUnavailable, ToolError, ToolOutcomeUnknown, ToolUnavailable
from engine.ports import Clock

T = TypeVar("T")
AnyRow: TypeAlias = Row[*tuple[Any, ...]]

_PREPARING = 6_173_201  # any number of our own: PostgreSQL makes others wait that hold it


class Itsm:
    """Incidents, work notes and groups; safe for many threads and processes."""

    def __init__(self, url: str, clock: Clock) -> None:
        """Connect on first use.

        Args:
            url: `sqlite:///path` or `postgresql+psycopg://…`.
            clock: Dates what the system writes.

        Raises:
            ConfigError: The URL is of another kind.
        """
        self._database = open_itsm(url)
        self._clock = clock
        # A desk has no end of its own: its connections go back when nobody holds it any more.
        self.close = finalize(self, self._database.close)

    def prepare(self) -> None:
        """Create the folder and the tables where they are missing.

        Raises:
            ConfigError: The folder cannot be made.
            StoreUnavailable: The database is locked, read-only or out of reach.
        """
        self._database.make_folder()

        def create(connection: Connection) -> None:
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_PREPARING})"))
            tables.metadata.create_all(connection)

        self._feed(create)

    def receive(self, incoming: Sequence[Incoming]) -> None:
        """Open an incident for each signal that has none: new, and with no group yet.

        Raises:
            StoreUnavailable: Nothing was changed.
        """
        if not incoming:
            return
        at = self._now()
        incidents = [_incident(one, at) for one in incoming]
        groups = sorted({row["suggested_group"] for row in incidents} - {""})

        def open_all(connection: Connection) -> None:
            _add_groups(connection, groups)
            connection.execute(tables.add_missing(tables.incident, connection.dialect), incidents)

        self._feed(open_all)

    def settle(self, labels: Sequence[Label]) -> None:
        """Resolve incidents by the group that proved right; resolved ones stay as they are.

        Raises:
            StoreUnavailable: Nothing was changed.
        """
        if not labels:
            return
        at = self._now()
        resolved = [
            {"of_number": label.source_id, "to_group": label.value, "at": at} for label in labels
        ]

        def resolve_all(connection: Connection) -> None:
            _add_groups(connection, sorted({label.value for label in labels}))
            connection.execute(tables.settle_incident, resolved)

        self._feed(resolve_all)

    def rows(self, statement: Executable, **parameters: object) -> Sequence[AnyRow]:
        """Read, outside of any transaction.

        Raises:
            ToolUnavailable: The database is out of reach.
        """
        try:
            with self._database.reader.connect() as connection:
                return connection.execute(statement, parameters).all()
        except (DBAPIError, PoolTimeout) as error:
            raise ToolUnavailable(_unreachable(error)) from error

    def result_of(self, key: str) -> Json:
        """The result of the call with that key; None where there was none."""
        found = self.rows(tables.operation_of_key, key=key)
        return json.loads(found[0].result) if found else None

    def once(
        self,
        tool: str,
        arguments: Mapping[str, Json],
        key: str,
        act: Callable[[Connection, str], Json],
    ) -> Json:
        """Act and record the key in one transaction; a key that is known gives its result.

        Args:
            tool: Its name.
            arguments: Canonical.
            key: Idempotency key.
            act: Makes the change, given connection and time.

        Raises:
            ToolError: Refused: the key is missing or belongs to another call, or `act` refused.
            ToolUnavailable: Nothing was changed.
            ToolOutcomeUnknown: The commit failed; the same key finds out.
        """
        if not key:
            raise ToolError(f"{tool} needs an idempotency key.")
        arguments_digest = digest(arguments).hex()

        def work(connection: Connection) -> Json:
            known = connection.execute(tables.operation_of_key, {"key": key}).one_or_none()
            if known is not None:
                return _same_call(tool, arguments_digest, known)
            at = self._now()
            result = act(connection, at)
            record = {"key": key, "tool": tool, "arguments_digest": arguments_digest}
            record |= {"result": canonical_text(result), "done_at": at}
            connection.execute(tables.add_operation, record)
            return result

        with suppress(IntegrityError):  # another worker recorded the key first: read it below
            return self._write(work)
        return self._write_or_refuse(work)

    def _write_or_refuse(self, work: Callable[[Connection], Json]) -> Json:
        try:
            return self._write(work)
        except IntegrityError as error:
            raise ToolError(f"The incident system refused: {_first_line(error)}.") from error

    def _now(self) -> str:
        return self._clock.now().isoformat()

    def _feed(self, work: Callable[[Connection], None]) -> None:
        try:
            self._write(work)
        except (ToolUnavailable, ToolOutcomeUnknown) as error:
            raise StoreUnavailable(error.message) from error

    def _write(self, work: Callable[[Connection], T]) -> T:
        try:
            with self._database.writer.connect() as connection:
                transaction = connection.begin()
                result = work(connection)
                _commit(connection, transaction)
                return result
        except IntegrityError:
            raise
        except (DBAPIError, PoolTimeout) as error:
            raise ToolUnavailable(_unreachable(error)) from error


def _commit(connection: Connection, transaction: RootTransaction) -> None:
    try:
        transaction.commit()
    except DBAPIError as error:
        connection.invalidate()  # its transaction may still be open: never hand it out again
        raise ToolOutcomeUnknown(
            f"The incident system failed while committing: {_first_line(error)}"
        ) from error


def _same_call(tool: str, arguments_digest: str, known: AnyRow) -> Json:
    if (known.tool, known.arguments_digest) != (tool, arguments_digest):
        raise ToolError(
            f"The key of this {tool} call belongs to another call ({known.tool}); nothing was done."
        )
    return json.loads(known.result)


def _add_groups(connection: Connection, names: Sequence[str]) -> None:
    if names:
        statement = tables.add_missing(tables.assignment_group, connection.dialect)
        connection.execute(statement, [{"name": name} for name in names])


def _incident(incoming: Incoming, at: str) -> dict[str, Json]:
    signal = incoming.signal
    told: Mapping[str, str] = signal.payload
    return {
        "number": signal.source_id,
        "title": signal.title,
        "priority": signal.priority,
        "contact_type": told.get("contact_type", ""),
        "location": told.get("location", ""),
        "category": told.get("category", ""),
        "subcategory": told.get("subcategory", ""),
        "symptom": told.get("u_symptom", ""),
        "configuration_item": told.get("cmdb_ci", ""),
        "caller": told.get("caller_id", ""),
        "state": tables.NEW,
        "assignment_group": "",
        "suggested_group": told.get("initial_assignment_group", ""),
        "opened_at": signal.as_of.isoformat(),
        "updated_at": at,
        "version": 1,
    }


def _unreachable(error: Exception) -> str:
    return f"The incident system cannot be used: {_first_line(error)}. Nothing was changed there."


def _first_line(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return (str(cause).strip().splitlines() or ["no answer"])[0]
