"""The mark of a demonstration: its table, how it is read, and that only an empty database takes it.

Part of the one schema. Who may ask for the mark is said in the service, not here.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    SmallInteger,
    Table,
    select,
    update,
)

from engine.domain.canonical import Json
from engine.domain.demonstration import Demonstration, Persona
from engine.store import people_tables, tables
from engine.store.compiled import Compiled
from engine.store.types import Document, UtcTime
from engine.store.upsert import insert_missing

demonstrations = Table(
    "demonstration",
    tables.metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("seed", BigInteger, nullable=False),
    Column("begins_at", UtcTime, nullable=False),
    Column("marked_at", UtcTime, nullable=False),
    Column("personas", Document, nullable=False),
    Column("per_hour", Float, nullable=False),
)
"""At most one row: then everything in this database is a demonstration."""

MARK = Compiled(select(demonstrations))
_ROW = 1
_FULL = (tables.ledger_entries, tables.cases, people_tables.people, tables.policy_versions)
"""What has a row here holds something that nobody may call a demonstration afterwards."""


def mark_of(row: Any) -> Demonstration:
    """The mark, from its row."""
    return Demonstration(
        seed=row.seed,
        begins_at=row.begins_at,
        marked_at=row.marked_at,
        personas=tuple(Persona(**one) for one in row.personas),
        per_hour=row.per_hour,
    )


def put_mark(connection: Connection, mark: Demonstration) -> bool:
    """Mark an empty database; False where it is marked or holds anything."""
    if any(_has_rows(connection, table) for table in _FULL):
        return False
    personas: Json = [{"name": one.name, "what": one.what} for one in mark.personas]
    row = {
        "id": _ROW,
        "seed": mark.seed,
        "begins_at": mark.begins_at,
        "marked_at": mark.marked_at,
        "personas": personas,
        "per_hour": mark.per_hour,
    }
    return insert_missing(connection, demonstrations, row)


def set_pace(connection: Connection, per_hour: float) -> None:
    """Note how many cases an hour come in now; without a mark nothing happens."""
    connection.execute(update(demonstrations).values(per_hour=per_hour))


def _has_rows(connection: Connection, table: Table) -> bool:
    first = select(next(iter(table.primary_key))).limit(1)
    return connection.execute(first).first() is not None
