"""Runs: their rows and journals, the calls of models they make, and what those saw."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store import types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of runs, and let a case name the run it waits for."""
    op.add_column("cases", sa.Column("run_id", types.Id(), nullable=True))
    _create_runs()
    _create_indexes_of_runs()
    op.create_table(
        "run_steps",
        sa.Column("run_id", types.Id(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("move", types.Document(), nullable=False),
        sa.Column("observation", types.Document(), nullable=True),
        sa.Column("at", types.UtcTime(), nullable=False),
        sa.Column("duration_us", sa.BigInteger(), nullable=False),
        sa.Column("cost_micro_usd", sa.BigInteger(), nullable=False),
        sa.Column("scopes", types.Document(), nullable=False),
        sa.Column("verdict", types.PlainText(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "number"),
    )
    _create_model_calls()
    op.create_table(
        "run_texts",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )


def _create_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("case_id", types.Id(), nullable=False),
        sa.Column("desk", sa.String(length=64), nullable=False),
        sa.Column("case_type", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("version", sa.String(length=100), nullable=False),
        sa.Column("model", sa.String(length=100), nullable=False),
        sa.Column("is_scripted", sa.Boolean(), nullable=False),
        sa.Column("is_shadow", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("started_at", types.UtcTime(), nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cache_read_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cache_write_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost_micro_usd", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", types.UtcTime(), nullable=True),
        sa.Column("fault", sa.String(length=24), nullable=True),
        sa.Column("end_note", types.PlainText(), nullable=False),
        sa.Column("fallback_of", types.Id(), nullable=True),
        sa.Column("wake_at", types.UtcTime(), nullable=True),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("lease_epoch", sa.Integer(), nullable=False),
        sa.Column("lease_until", types.UtcTime(), nullable=True),
        sa.Column("client_key", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("client_key"),
    )


def _create_indexes_of_runs() -> None:
    op.create_index(op.f("ix_runs_case_id"), "runs", ["case_id"], unique=False)
    op.create_index("runs_of_desk", "runs", ["desk", "started_at"], unique=False)
    op.create_index(
        "runs_due",
        "runs",
        ["wake_at"],
        unique=False,
        sqlite_where=sa.text("wake_at IS NOT NULL"),
        postgresql_where=sa.text("wake_at IS NOT NULL"),
    )


def _create_model_calls() -> None:
    op.create_table(
        "model_calls",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("run_id", types.Id(), nullable=False),
        sa.Column("case_id", types.Id(), nullable=False),
        sa.Column("desk", sa.String(length=64), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.SmallInteger(), nullable=False),
        sa.Column("at", types.UtcTime(), nullable=False),
        sa.Column("model", sa.String(length=100), nullable=False),
        sa.Column("is_scripted", sa.Boolean(), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("counted_tokens", sa.BigInteger(), nullable=False),
        sa.Column("reserved_micro_usd", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("cost_micro_usd", sa.BigInteger(), nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cache_read_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cache_write_tokens", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("stop", sa.String(length=16), nullable=False),
        sa.Column("error", types.PlainText(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("model_calls_of", "model_calls", ["run_id", "step", "attempt"], unique=False)
    op.create_index("model_calls_at", "model_calls", ["at"], unique=False)
