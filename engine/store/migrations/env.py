"""Alembic's environment: runs migrations on the connection it is given."""

from __future__ import annotations

from alembic import context

from engine.store import people_tables, run_tables  # noqa: F401 - they belong to the schema
from engine.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
