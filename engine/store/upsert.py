"""Inserting a row only where it is missing, on both databases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_missing(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row unless its primary key is taken.

    Returns:
        Whether it was inserted.
    """
    keys = list(table.primary_key)
    if connection.dialect.name == "sqlite":
        ours = sqlite.insert(table).values(row).on_conflict_do_nothing()
        return connection.execute(ours.returning(*keys)).first() is not None
    theirs = postgresql.insert(table).values(row).on_conflict_do_nothing()
    return connection.execute(theirs.returning(*keys)).first() is not None


def upsert(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Insert a row, or replace everything but the primary key of the one that is there."""
    keys = [column.name for column in table.primary_key]
    changes = {name: value for name, value in row.items() if name not in keys}
    if connection.dialect.name == "sqlite":
        connection.execute(
            sqlite.insert(table)
            .values(row)
            .on_conflict_do_update(index_elements=keys, set_=changes)
        )
    else:
        connection.execute(
            postgresql.insert(table)
            .values(row)
            .on_conflict_do_update(index_elements=keys, set_=changes)
        )
