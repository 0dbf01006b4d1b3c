"""Tables and statements of the incident system of record. Nothing is executed here."""

from __future__ import annotations

from sqlalchemy import (
    BindParameter,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Insert,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

NEW = "new"
ASSIGNED = "assigned"
RESOLVED = "resolved"

metadata = MetaData()

incident = Table(
    "incident",
    metadata,
    Column("number", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("contact_type", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("subcategory", Text, nullable=False),
    Column("symptom", Text, nullable=False),
    Column("configuration_item", Text, nullable=False),
    Column("caller", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("assignment_group", Text, nullable=False),  # empty: nobody has it yet
    Column("suggested_group", Text, nullable=False),  # the dispatcher's first routing
    Column("opened_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("version", Integer, nullable=False),
)
_is_open = incident.c.state != RESOLVED
Index(
    "ix_incident_open_by_group",
    incident.c.assignment_group,
    sqlite_where=_is_open,
    postgresql_where=_is_open,
)

work_note = Table(
    "work_note",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", Text, ForeignKey("incident.number"), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("written_at", Text, nullable=False),
)

operation = Table(
    "operation",
    metadata,
    Column("key", Text, primary_key=True),
    Column("tool", Text, nullable=False),
    Column("arguments_digest", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("done_at", Text, nullable=False),
)

assignment_group = Table("assignment_group", metadata, Column("name", Text, primary_key=True))

_key: BindParameter[str] = bindparam("key")
_number: BindParameter[str] = bindparam("of_number")
_group: BindParameter[str] = bindparam("to_group")

operation_of_key = select(operation.c.tool, operation.c.arguments_digest, operation.c.result).where(
    operation.c.key == _key
)
add_operation = insert(operation)

incident_of_number = select(incident).where(incident.c.number == _number)
state_of_number = select(incident.c.state, incident.c.assignment_group).where(
    incident.c.number == _number
)
state_and_group = (
    select(
        incident.c.state,
        incident.c.assignment_group,
        exists().where(assignment_group.c.name == _group).label("is_known_group"),
    )
    .where(incident.c.number == _number)
    .with_for_update(of=incident)
)
set_group = (
    update(incident)
    .where(incident.c.number == _number)
    .values(
        assignment_group=_group,
        state=bindparam("to_state"),
        updated_at=bindparam("at"),
        version=incident.c.version + 1,
    )
)
settle_incident = (
    update(incident)
    .where(incident.c.number == _number, _is_open)
    .values(
        assignment_group=_group,
        state=RESOLVED,
        updated_at=bindparam("at"),
        version=incident.c.version + 1,
    )
)
open_by_group = (
    select(incident.c.assignment_group, func.count().label("open_incidents"))
    .where(_is_open)
    .group_by(incident.c.assignment_group)
)
group_names = select(assignment_group.c.name).order_by(assignment_group.c.name)
add_note = insert(work_note).returning(work_note.c.id)
note_of_id = select(work_note.c.number, work_note.c.text).where(work_note.c.id == bindparam("id"))


def add_missing(table: Table, dialect: Dialect) -> Insert:
    """An insert that leaves rows alone whose primary key is there already."""
    if dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()
