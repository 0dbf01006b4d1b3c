"""Tables of accounts: people, what signs them in, and attempts. Part of the one schema."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, LargeBinary, SmallInteger, String, Table, Text

from engine.store.tables import metadata
from engine.store.types import Document, Id, UtcTime

people = Table(
    "person",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("display_name", String(100), nullable=False),
    Column("roles", Document, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("password_set_at", UtcTime, nullable=False),
    Column("password_set_by", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

sessions = Table(
    "session",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("id", Id, nullable=False),
    Column("person_id", Id, nullable=False, index=True),
    Column("label", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
)

api_tokens = Table(
    "api_token",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("id", Id, nullable=False),
    Column("person_id", Id, nullable=False, index=True),
    Column("label", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
)

setup_links = Table(
    "setup_link",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("token_hash", LargeBinary(32), nullable=False),
    Column("expires_at", UtcTime, nullable=False),
)
"""At most one row: the link that works."""

sign_in_attempts = Table(
    "sign_in_attempt",
    metadata,
    Column("bucket", String(32), primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("last_at", UtcTime),
    Column("blocked_until", UtcTime),
    Column("proven_at", UtcTime),
    Column("forgotten_at", UtcTime, index=True),
)
