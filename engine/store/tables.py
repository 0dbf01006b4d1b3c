"""Tables: the whole schema, for SQLite and PostgreSQL.

A case is a row and a wait is a row: `cases.wake_at` says when the engine has to look again. What a
case has been through stands in the tables around it; its ledger stream's head is on the row itself.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from engine.store.types import Document, Id, Packed, PlainText, StreamName, UtcTime

metadata = MetaData()

_CLUSTERED: dict[str, Any] = {"sqlite_with_rowid": False}
"""Rows live in the primary key's own tree, so the key is stored once; for short rows only, since
SQLite moves all but a quarter page of such a row to pages of its own."""

cases = Table(
    "cases",
    metadata,
    Column("id", Id, primary_key=True),
    Column("desk", String(64), nullable=False),
    Column("case_type", String(64), nullable=False),
    Column("source", String(64), nullable=False),
    Column("source_id", String(200), nullable=False),
    Column("title", PlainText, nullable=False),
    Column("origin", String(16), nullable=False),
    Column("status", String(24), nullable=False),
    Column("version", Integer, nullable=False),
    Column("as_of", UtcTime, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("due_at", UtcTime),
    Column("payload_digest", LargeBinary(32), nullable=False),
    Column("payload", Document, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("wake_at", UtcTime),
    Column("lease_owner", String(64)),
    Column("lease_epoch", Integer, nullable=False),
    Column("lease_until", UtcTime),
    Column("facts_revision", Integer, nullable=False),
    Column("facts_digest", LargeBinary(32), nullable=False),
    Column("recommendation_id", Id),
    Column("action_id", Id),
    Column("confidence", Float),
    Column("proposal", PlainText, nullable=False),
    Column("attention", String(24)),
    Column("attention_note", PlainText, nullable=False),
    Column("role", String(24), nullable=False),
    Column("review_due_at", UtcTime),
    Column("run_id", Id),
    Column("ledger_sequence", Integer, nullable=False),
    Column("ledger_head", LargeBinary(32), nullable=False),
    UniqueConstraint("source", "source_id", name="cases_once"),
)
Index(
    "cases_due",
    cases.c.lane,
    cases.c.wake_at,
    sqlite_where=text("wake_at IS NOT NULL"),
    postgresql_where=text("wake_at IS NOT NULL"),
)
Index(
    "cases_queue",
    cases.c.status,
    cases.c.desk,
    cases.c.due_at,
    cases.c.priority,
    cases.c.id,
    cases.c.version,
    cases.c.origin,
    cases.c.ledger_sequence,
)
"""Everything pages sort and count cases by, so that they never read whole rows for it."""

fact_sets = Table(
    "fact_sets",
    metadata,
    Column("case_id", Id, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("digest", LargeBinary(32), nullable=False),
    Column("facts", Document, nullable=False),
)

recommendations = Table(
    "recommendations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, nullable=False, index=True),
    Column("facts_revision", Integer, nullable=False),
    Column("facts_digest", LargeBinary(32), nullable=False),
    Column("reasoner", String(32), nullable=False),
    Column("reasoner_version", String(100), nullable=False, server_default=""),
    Column("label", PlainText, nullable=False),
    Column("raw_confidence", Float),
    Column("confidence", Float),
    Column("is_calibrated", Boolean, nullable=False),
    Column("calibration", Text, nullable=False),
    Column("threshold", Float),
    Column("cut", Float),
    Column("wider_threshold", Float),
    Column("wider_cut", Float),
    Column("risk_limit", Float),
    Column("wider_risk_limit", Float),
    Column("draft", Packed, nullable=False),
    Column("as_of", UtcTime, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

actions = Table(
    "actions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("recommendation_id", Id, nullable=False),
    Column("case_id", Id, nullable=False),
    Column("ordinal", SmallInteger, nullable=False),
    Column("is_override", Boolean, nullable=False),
    Column("tool", String(64), nullable=False),
    Column("contract_digest", LargeBinary(32), nullable=False),
    Column("arguments", Document, nullable=False),
    Column("arguments_digest", LargeBinary(32), nullable=False),
    Column("target", PlainText, nullable=False),
    Column("target_digest", LargeBinary(32), nullable=False),
    Column("target_state", Document),
    Column("preview", Document),
    Column("verdict", String(16), nullable=False),
    Column("would_have", String(16), nullable=False),
    Column("rules", Packed, nullable=False),
    Column("envelope_hash", LargeBinary(32), nullable=False),
)
Index(
    "actions_of",
    actions.c.recommendation_id,
    actions.c.is_override,
    actions.c.ordinal,
    actions.c.tool,
    actions.c.would_have,
)

audit_draws = Table(
    "audit_draws",
    metadata,
    Column("action_id", Id, primary_key=True),
    Column("stream", String(32), primary_key=True),
    Column("case_id", Id, nullable=False),
    Column("probability", Float, nullable=False),
    Column("is_selected", Boolean, nullable=False),
    Column("drawn_at", UtcTime, nullable=False),
    **_CLUSTERED,
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, nullable=False, index=True),
    Column("recommendation_id", Id),
    Column("action_id", Id),
    Column("case_version", Integer, nullable=False),
    Column("person_id", Id, nullable=False),
    Column("person", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("reason_code", String(32), nullable=False),
    Column("note", PlainText, nullable=False),
    Column("tool", String(64), nullable=False),
    Column("arguments", Document, nullable=False),
    Column("has_seen_recommendation", Boolean, nullable=False),
    Column("time_to_decide_ms", Integer),
    Column("decided_at", UtcTime, nullable=False),
    Column("release_at", UtcTime, nullable=False),
    Column("origin", String(16), nullable=False),
    Column("first_by", String(64), nullable=False),
    Column("client_key", String(64), nullable=False, unique=True),
    Column("taken_back_at", UtcTime),
)

grants = Table(
    "grants",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, nullable=False, index=True),
    Column("action_id", Id, nullable=False),
    Column("recommendation_id", Id, nullable=False),
    Column("basis", String(16), nullable=False),
    Column("basis_id", Id, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("tool", String(64), nullable=False),
    Column("contract_digest", LargeBinary(32), nullable=False),
    Column("arguments_digest", LargeBinary(32), nullable=False),
    Column("facts_digest", LargeBinary(32), nullable=False),
    Column("target_digest", LargeBinary(32), nullable=False),
    Column("envelope_hash", LargeBinary(32), nullable=False),
    Column("case_version", Integer, nullable=False),
    Column("minted_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("status", String(16), nullable=False),
    Column("closed_at", UtcTime),
    **_CLUSTERED,
)

effects = Table(
    "effects",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, nullable=False, index=True),
    Column("action_id", Id, nullable=False),
    Column("grant_id", Id, nullable=False, unique=True),
    Column("tool", String(64), nullable=False),
    Column("key", String(64), nullable=False),  # the id as text: unique like it
    Column("case_version", Integer, nullable=False),
    Column("call_deadline", UtcTime, nullable=False),
    Column("intended_at", UtcTime, nullable=False),
    Column("status", String(16), nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("before", Document),
    Column("result", Document),
    Column("is_completed", Boolean, nullable=False),
    Column("is_correct", Boolean),
    Column("verified_at", UtcTime),
    Column("note", PlainText, nullable=False),
    Column("reserved", Document),
    Column("undoes", Id),
    **_CLUSTERED,
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, nullable=False, index=True),
    Column("desk", String(64), nullable=False),
    Column("recommendation_id", Id),
    Column("kind", String(16), nullable=False),
    Column("is_recommendation_correct", Boolean),
    Column("raw_confidence", Float),
    Column("truth", PlainText, nullable=False),
    Column("label_source", String(16), nullable=False),
    Column("known_at", UtcTime, nullable=False),
    Column("recorded_at", UtcTime, nullable=False),
    Column("origin", String(16), nullable=False),
    Column("was_seen", Boolean, nullable=False),
    **_CLUSTERED,
)
Index("outcomes_known", outcomes.c.desk, outcomes.c.label_source, outcomes.c.known_at)

labels = Table(
    "labels",
    metadata,
    Column("desk", String(64), primary_key=True),
    Column("source", String(64), primary_key=True),
    Column("source_id", String(200), primary_key=True),
    Column("value", PlainText, nullable=False),
    Column("known_at", UtcTime, nullable=False),
    Column("is_applied", Boolean, nullable=False),
    **_CLUSTERED,
)
Index("labels_due", labels.c.desk, labels.c.is_applied, labels.c.known_at)

claims = Table(
    "claims",
    metadata,
    Column("case_id", Id, primary_key=True),
    Column("person", String(64), nullable=False),
    Column("claimed_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("draft", Text, nullable=False),
    **_CLUSTERED,
)

spans = Table(
    "spans",
    metadata,
    Column("case_id", Id, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("stage", String(16), nullable=False),
    Column("name", String(64), nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("duration_us", Integer, nullable=False),
    Column("decided_by", String(8), nullable=False),
    Column("rule", PlainText, nullable=False),
    Column("inputs", Document),
    Column("outputs", Document),
    Column("error", String(32), nullable=False),
    **_CLUSTERED,
)

choices = Table(
    "choices",
    metadata,
    Column("case_id", Id, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("decided_by", String(8), nullable=False),
    Column("decider", String(64), nullable=False),
    Column("chosen", PlainText, nullable=False),
    Column("options", Document, nullable=False),
    Column("grounds", PlainText, nullable=False),
    **_CLUSTERED,
)
Index("choices_at", choices.c.at)

failures = Table(
    "failures",
    metadata,
    Column("case_id", Id, primary_key=True),
    Column("case_version", Integer, primary_key=True),
    Column("code", String(32), primary_key=True),
    Column("desk", String(64), nullable=False),
    Column("case_type", String(64), nullable=False),
    Column("tool", String(64), nullable=False),
    Column("note", PlainText, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("is_recovered", Boolean, nullable=False),
    **_CLUSTERED,
)
Index("failures_at", failures.c.at)
"""Failed steps; the same step tried again is the same row, so a long outage stays small."""

budget_uses = Table(
    "budget_uses",
    metadata,
    Column("budget", String(900), primary_key=True),
    Column("customer", String(32), primary_key=True),
    Column("window_start", UtcTime, primary_key=True),
    Column("executions", Integer, nullable=False),
    Column("amount", BigInteger, nullable=False),
    **_CLUSTERED,
)

desk_clocks = Table(
    "desk_clocks",
    metadata,
    Column("desk", String(64), primary_key=True),
    Column("now", UtcTime, nullable=False),
)

model_versions = Table(
    "model_versions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("desk", String(64), nullable=False),
    Column("procedure_hash", String(64), nullable=False),
    Column("as_of", UtcTime, nullable=False),
    Column("data_hash", String(64), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("fitted_at", UtcTime, nullable=False),
    UniqueConstraint("desk", "procedure_hash", "as_of", name="model_versions_once"),
)

control = Table(
    "control",
    metadata,
    Column("id", SmallInteger, primary_key=True),
    Column("epoch", Integer, nullable=False),
)

pauses = Table(
    "pauses",
    metadata,
    Column("scope", String(200), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("resume_by", String(64), nullable=False),
    Column("resume_reason", Text, nullable=False),
    Column("resume_at", UtcTime),
)
"""Brakes that are on; `resume_by` is the first of the two names that release everything."""

policy_versions = Table(
    "policy_versions",
    metadata,
    Column("desk", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("status", String(16), nullable=False),
    Column("document", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("simulation", Document),
    Column("drafted_by", String(64), nullable=False),
    Column("drafted_at", UtcTime, nullable=False),
    Column("signed_by", String(64), nullable=False),
    Column("activated_at", UtcTime),
    Column("rolled_back_by", String(64), nullable=False),
    Column("earned", Document),
)
"""Envelopes, guardrails and goals of each desk, from draft to superseded."""

veto_windows = Table(
    "veto_windows",
    metadata,
    Column("action_id", Id, primary_key=True),
    Column("case_id", Id, nullable=False, index=True),
    Column("opened_at", UtcTime, nullable=False),
    Column("closes_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
    Column("extended_by", String(64), nullable=False),
    Column("noticed_at", UtcTime),
    Column("noticed_by", String(100), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_error", Text, nullable=False),
)
Index(
    "veto_windows_open",
    veto_windows.c.closed_at,
    veto_windows.c.noticed_at,
)
"""Windows in which people can hold an action, each with the notice that told them."""

outages = Table(
    "outages",
    metadata,
    Column("began_at", UtcTime, primary_key=True, autoincrement=False),
    Column("ended_at", UtcTime, nullable=False),
)
"""Times in which no worker gave a sign of life."""

ledger_streams = Table(
    "ledger_stream",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("head", LargeBinary(32), nullable=False),
)

ledger_entries = Table(
    "ledger_entry",
    metadata,
    Column("stream", StreamName, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("decided_by", String(8), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("salt", LargeBinary(16)),
    Column("payload_digest", LargeBinary(32), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("payload", Document),
    **_CLUSTERED,
)
Index("ledger_entries_at", ledger_entries.c.at)

seals = Table(
    "seal",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("previous_mac", LargeBinary(32), nullable=False),
    Column("mac", LargeBinary(32), nullable=False),
    Column("sealed_at", UtcTime, nullable=False),
)

seal_entries = Table(
    "seal_entry",
    metadata,
    Column("stream", StreamName, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("seal_number", Integer, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    **_CLUSTERED,
)

workers = Table(
    "workers",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("started_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
)

schedules = Table(
    "schedules",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("every", String(64), nullable=False),
    Column("last_run", UtcTime),
    Column("next_run", UtcTime),
    Column("failures", Integer, nullable=False),
    Column("last_error", Text, nullable=False),
)
