"""Tables of runs: what a run is, its journal, the calls of models it made, and what they saw."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    text,
)

from engine.store.tables import metadata
from engine.store.types import Document, Id, PlainText, UtcTime

runs = Table(
    "runs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, nullable=False, index=True),
    Column("desk", String(64), nullable=False),
    Column("case_type", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("version", String(100), nullable=False),
    Column("model", String(100), nullable=False),
    Column("is_scripted", Boolean, nullable=False),
    Column("is_shadow", Boolean, nullable=False),
    Column("status", String(16), nullable=False),
    Column("steps", Integer, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cache_read_tokens", BigInteger, nullable=False),
    Column("cache_write_tokens", BigInteger, nullable=False),
    Column("cost_micro_usd", BigInteger, nullable=False),
    Column("ended_at", UtcTime),
    Column("fault", String(24)),
    Column("end_note", PlainText, nullable=False),
    Column("fallback_of", Id),
    Column("wake_at", UtcTime),
    Column("lease_owner", String(64)),
    Column("lease_epoch", Integer, nullable=False),
    Column("lease_until", UtcTime),
    Column("client_key", String(64), unique=True),
)
"""`cost_micro_usd` grows by the worst a call can cost before it leaves, and is put right after it:
a call that was lost stays in it whole."""
Index(
    "runs_due",
    runs.c.wake_at,
    sqlite_where=text("wake_at IS NOT NULL"),
    postgresql_where=text("wake_at IS NOT NULL"),
)
Index("runs_of_desk", runs.c.desk, runs.c.started_at)

run_steps = Table(
    "run_steps",
    metadata,
    Column("run_id", Id, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("move", Document, nullable=False),
    Column("observation", Document),
    Column("at", UtcTime, nullable=False),
    Column("duration_us", BigInteger, nullable=False),
    Column("cost_micro_usd", BigInteger, nullable=False),
    Column("scopes", Document, nullable=False),
    Column("verdict", PlainText, nullable=False),
)
"""`observation` is empty while what came of a write is waited for, and filled once."""

model_calls = Table(
    "model_calls",
    metadata,
    Column("id", Id, primary_key=True),
    Column("run_id", Id, nullable=False),
    Column("case_id", Id, nullable=False),
    Column("desk", String(64), nullable=False),
    Column("step", Integer, nullable=False),
    Column("attempt", SmallInteger, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("model", String(100), nullable=False),
    Column("is_scripted", Boolean, nullable=False),
    Column("request_digest", LargeBinary(32), nullable=False),
    Column("counted_tokens", BigInteger, nullable=False),
    Column("reserved_micro_usd", BigInteger, nullable=False),
    Column("status", String(16), nullable=False),
    Column("cost_micro_usd", BigInteger, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cache_read_tokens", BigInteger, nullable=False),
    Column("cache_write_tokens", BigInteger, nullable=False),
    Column("duration_ms", BigInteger, nullable=False),
    Column("stop", String(16), nullable=False),
    Column("error", PlainText, nullable=False),
    Column("said", PlainText),
)
"""`said` is what has come of an answer that is under way, for those who watch; empty else."""
Index("model_calls_of", model_calls.c.run_id, model_calls.c.step, model_calls.c.attempt)
Index("model_calls_at", model_calls.c.at)

run_texts = Table(
    "run_texts",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
"""Blocks of windows, compressed, each written once under its SHA-256."""
