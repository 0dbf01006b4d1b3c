"""The first schema."""

from __future__ import annotations

from alembic import op

from engine.store import people_tables  # noqa: F401 - its tables belong to the schema
from engine.store.tables import control, metadata

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create all tables."""
    metadata.create_all(op.get_bind())
    op.get_bind().execute(control.insert().values(id=1, epoch=1))
