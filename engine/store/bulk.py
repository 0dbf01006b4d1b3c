"""Bulk: inserting rows that name every column of their table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import Connection, Table

from engine.store.compiled import Compiled, Row


@lru_cache(maxsize=64)
def _insert(table: Table) -> Compiled:
    return Compiled(table.insert())


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that name every column of the table."""
    if rows:
        _insert(table).run_all(connection, rows)
