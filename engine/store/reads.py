"""Reads: the connection every group of reads shares; read-only, outside every write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Select, and_, select

from engine.store import tables
from engine.store.compiled import Compiled
from engine.store.database import Database
from engine.store.failures import translated

T = TypeVar("T")
_CHUNK = 500


class Reads:
    """Runs queries on the reading connections."""

    def __init__(self, database: Database) -> None:
        """Read from a database."""
        self._database = database

    def _all(self, query: Select[Any] | Compiled, **values: Any) -> Sequence[Any]:
        with translated(), self._database.reader.connect() as connection:
            if isinstance(query, Compiled):
                return query.all(connection, **values)
            return connection.execute(query, values).all()

    def _first(self, query: Select[Any] | Compiled, **values: Any) -> Any:
        with translated(), self._database.reader.connect() as connection:
            if isinstance(query, Compiled):
                return query.first(connection, **values)
            return connection.execute(query, values).first()


def latest_facts() -> Select[Any]:
    """The latest facts of cases, joined to them."""
    facts, case = tables.fact_sets, tables.cases
    return select(facts).join(
        case, and_(case.c.id == facts.c.case_id, case.c.facts_revision == facts.c.revision)
    )


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Parts small enough for one query."""
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
