"""Bulk: inserting many rows of a table with one statement and little work a row.

The statement and the columns' bind processors are found once a table and dialect; the general way
of SQLAlchemy finds them anew for every row, which costs more than the insert itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Table

from engine.store.types import PLAIN_ON_SQLITE

Row = Mapping[str, Any]


class _Insert:
    """The insert of one table in one dialect."""

    def __init__(self, table: Table, dialect: Dialect) -> None:
        compiled = table.insert().compile(dialect=dialect)
        self.sql = str(compiled)
        self._names = tuple(compiled.positiontup or ())
        processors = {column.name: _processor(column, dialect) for column in table.columns}
        self._processors: dict[str, Callable[[Any], Any]] = {
            name: processor for name, processor in processors.items() if processor is not None
        }

    def parameters(self, row: Row) -> Any:
        """A row as the driver takes it: by position or by name."""
        bound = dict(row)
        for name, processor in self._processors.items():
            bound[name] = processor(bound[name])
        return tuple([bound[name] for name in self._names]) if self._names else bound


def _processor(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    if dialect.name != "sqlite":
        return column.type.dialect_impl(dialect).bind_processor(dialect)
    if isinstance(column.type, PLAIN_ON_SQLITE):  # the driver takes what they give as it is
        kind = column.type
        return lambda value: kind.process_bind_param(value, dialect)
    return None


@lru_cache(maxsize=128)
def _insert(table: Table, dialect: Dialect) -> _Insert:
    return _Insert(table, dialect)


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that name every column of the table."""
    if not rows:
        return
    insert = _insert(table, connection.dialect)
    connection.exec_driver_sql(insert.sql, [insert.parameters(row) for row in rows])
