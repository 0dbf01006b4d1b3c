"""Inserting a row only where it is missing, or in the place of the one that is there."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite

from engine.store.compiled import Compiled, Row

_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert_missing(connection: Connection, table: Table, row: Row) -> bool:
    """Insert a row that names every column, unless its key is taken.

    Returns:
        Whether it was inserted.
    """
    return _insert_missing(table, connection.dialect.name).run(connection, **row) == 1


def upsert(connection: Connection, table: Table, row: Row) -> None:
    """Insert a row, or replace everything but the primary key of the one that is there."""
    _upsert(table, connection.dialect.name).run(connection, **row)


@lru_cache(maxsize=64)
def _insert_missing(table: Table, database: str) -> Compiled:
    return Compiled(_insert(table, database).on_conflict_do_nothing())


@lru_cache(maxsize=64)
def _upsert(table: Table, database: str) -> Compiled:
    statement = _insert(table, database)
    keys = [column.name for column in table.primary_key]
    new = {c.name: statement.excluded[c.name] for c in table.c if c.name not in keys}
    return Compiled(statement.on_conflict_do_update(index_elements=keys, set_=new))


def _insert(table: Table, database: str) -> Any:
    return _INSERTS[database](table).values({c.name: bindparam(c.name) for c in table.c})
