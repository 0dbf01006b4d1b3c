"""Whose record a recommendation is part of, and whose phases an envelope's are."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from engine.domain.identity import reasoner_id
from engine.store import types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_MADE = sa.table(
    "recommendations",
    sa.column("id", types.Id()),
    sa.column("case_id", types.Id()),
    sa.column("reasoner", sa.String()),
    sa.column("reasoner_version", sa.String()),
    sa.column("draft", types.Packed()),
)
_CASES = sa.table("cases", sa.column("id", types.Id()), sa.column("desk", sa.String()))
_VERSIONS = sa.table(
    "policy_versions",
    sa.column("desk", sa.String()),
    sa.column("kind", sa.String()),
    sa.column("activated_at", types.UtcTime()),
    sa.column("earned", types.Document()),
)
_EACH = 1000


def upgrade() -> None:
    """Name the version beside each reasoner, and who has earned what is in force."""
    op.add_column(
        "recommendations",
        sa.Column("reasoner_version", sa.String(length=100), nullable=False, server_default=""),
    )
    op.add_column("policy_versions", sa.Column("earned", types.Document(), nullable=True))
    _name_versions()
    _name_who_earned()


def _name_versions() -> None:
    """As the stored drafts tell it, in parts: there may be very many."""
    connection, last = op.get_bind(), None
    while rows := _part(connection, last):
        named = [
            {"of": row.id, "is": reasoner_id(row.reasoner, row.draft["version"]).version}
            for row in rows
        ]
        change = sa.update(_MADE).where(_MADE.c.id == sa.bindparam("of"))
        connection.execute(change.values(reasoner_version=sa.bindparam("is")), named)
        last = rows[-1].id


def _part(connection: sa.Connection, last: Any) -> Any:
    query = sa.select(_MADE.c.id, _MADE.c.reasoner, _MADE.c.draft).order_by(_MADE.c.id)
    if last is not None:
        query = query.where(_MADE.c.id > last)
    return connection.execute(query.limit(_EACH)).all()


def _name_who_earned() -> None:
    """Until now a name was enough, so the phases are those of who recommended last.

    Where nobody did they are no one's, until two people put the envelope into force anew.
    """
    connection = op.get_bind()
    who = (_CASES.c.desk, _MADE.c.reasoner)
    place = sa.func.row_number().over(partition_by=who, order_by=_MADE.c.id.desc())
    made = (
        sa.select(*who, _MADE.c.reasoner_version, place.label("place"))
        .join(_CASES, _CASES.c.id == _MADE.c.case_id)
        .subquery()
    )
    earned: dict[str, dict[str, str]] = {}
    for row in connection.execute(sa.select(made).where(made.c.place == 1)):
        earned.setdefault(row.desk, {})[row.reasoner] = row.reasoner_version
    was_active = (_VERSIONS.c.kind == "envelope", _VERSIONS.c.activated_at.is_not(None))
    desks = sa.select(_VERSIONS.c.desk).where(*was_active).distinct()
    for desk in connection.execute(desks).scalars().all():
        connection.execute(
            sa.update(_VERSIONS)
            .where(_VERSIONS.c.desk == desk, *was_active)
            .values(earned=earned.get(desk, {}))
        )
