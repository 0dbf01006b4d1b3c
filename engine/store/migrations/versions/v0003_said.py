"""What a model has said so far, for those who watch a run."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store import types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the words of answers that are under way."""
    op.add_column("model_calls", sa.Column("said", types.PlainText(), nullable=True))
