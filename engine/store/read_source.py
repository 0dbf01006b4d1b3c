"""ReadSource: what every part of the read model reads from. No row of a page is made here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select

from engine.desk import Desk
from engine.ports import Clock
from engine.runtime.policy import PolicyView
from engine.store.database import Database
from engine.store.failures import translated
from engine.store.reader import SqlReader


@dataclass(frozen=True, kw_only=True)
class ReadSource:
    """Read-only connections, the desks, the clock and the policy in force."""

    database: Database
    clock: Clock
    desks: Mapping[str, Desk]
    reader: SqlReader
    policy: PolicyView

    def all(self, query: Select[Any]) -> Sequence[Any]:
        """All rows of a query.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        with translated(), self.database.reader.connect() as connection:
            return connection.execute(query).all()

    def first(self, query: Select[Any]) -> Any:
        """The first row of a query, None where there is none.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        with translated(), self.database.reader.connect() as connection:
            return connection.execute(query).first()

    def count(self, query: Select[Any]) -> int:
        """The one number a query gives.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        return int(self.first(query)[0] or 0)

    def desk_now(self, desk: str) -> datetime:
        """The present of a desk: its replay clock, or now."""
        return self.reader.desk_time(desk) or self.clock.now()

    def wanted(self, desk: str) -> tuple[Desk, ...]:
        """The desk of that name, all for an empty name; nothing where none runs here."""
        if not desk:
            return tuple(self.desks.values())
        found = self.desks.get(desk)
        return () if found is None else (found,)
