"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store import types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create all tables."""
    op.create_table(
        "actions",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("recommendation_id", types.Id(), nullable=False),
        sa.Column("case_id", types.Id(), nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), nullable=False),
        sa.Column("is_override", sa.Boolean(), nullable=False),
        sa.Column("tool", sa.String(length=64), nullable=False),
        sa.Column("contract_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("arguments", types.Document(), nullable=False),
        sa.Column("arguments_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("target", types.PlainText(), nullable=False),
        sa.Column("target_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("target_state", types.Document(), nullable=True),
        sa.Column("preview", types.Document(), nullable=True),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("would_have", sa.String(length=16), nullable=False),
        sa.Column("rules", types.Packed(), nullable=False),
        sa.Column("envelope_hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "actions_of",
        "actions",
        ["recommendation_id", "is_override", "ordinal", "tool", "would_have"],
        unique=False,
    )
    op.create_table(
        "api_token",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("label", sa.String(length=64), nullable=False),
        sa.Column("created_at", types.UtcTime(), nullable=False),
        sa.Column("expires_at", types.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index(op.f("ix_api_token_person_id"), "api_token", ["person_id"], unique=False)
    op.create_table(
        "audit_draws",
        sa.Column("action_id", types.Id(), nullable=False),
        sa.Column("stream", sa.String(length=32), nullable=False),
        sa.Column("case_id", types.Id(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("is_selected", sa.Boolean(), nullable=False),
        sa.Column("drawn_at", types.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("action_id", "stream"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "budget_uses",
        sa.Column("budget", sa.String(length=900), nullable=False),
        sa.Column("customer", sa.String(length=32), nullable=False),
        sa.Column("window_start", types.UtcTime(), nullable=False),
        sa.Column("executions", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("budget", "customer", "window_start"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cases",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("desk", sa.String(length=64), nullable=False),
        sa.Column("case_type", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("source_id", sa.String(length=200), nullable=False),
        sa.Column("title", types.PlainText(), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("as_of", types.UtcTime(), nullable=False),
        sa.Column("received_at", types.UtcTime(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", types.UtcTime(), nullable=True),
        sa.Column("payload_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("payload", types.Document(), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("wake_at", types.UtcTime(), nullable=True),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("lease_epoch", sa.Integer(), nullable=False),
        sa.Column("lease_until", types.UtcTime(), nullable=True),
        sa.Column("facts_revision", sa.Integer(), nullable=False),
        sa.Column("facts_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("recommendation_id", types.Id(), nullable=True),
        sa.Column("action_id", types.Id(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("proposal", types.PlainText(), nullable=False),
        sa.Column("attention", sa.String(length=24), nullable=True),
        sa.Column("attention_note", types.PlainText(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("review_due_at", types.UtcTime(), nullable=True),
        sa.Column("ledger_sequence", sa.Integer(), nullable=False),
        sa.Column("ledger_head", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "source_id", name="cases_once"),
    )
    op.create_index(
        "cases_due",
        "cases",
        ["lane", "wake_at"],
        unique=False,
        sqlite_where=sa.text("wake_at IS NOT NULL"),
        postgresql_where=sa.text("wake_at IS NOT NULL"),
    )
    op.create_index(
        "cases_queue",
        "cases",
        ["status", "desk", "due_at", "priority", "id", "version", "origin", "ledger_sequence"],
        unique=False,
    )
    op.create_table(
        "choices",
        sa.Column("case_id", types.Id(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", types.UtcTime(), nullable=False),
        sa.Column("decided_by", sa.String(length=8), nullable=False),
        sa.Column("decider", sa.String(length=64), nullable=False),
        sa.Column("chosen", types.PlainText(), nullable=False),
        sa.Column("options", types.Document(), nullable=False),
        sa.Column("grounds", types.PlainText(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "sequence"),
        sqlite_with_rowid=False,
    )
    op.create_index("choices_at", "choices", ["at"], unique=False)
    op.create_table(
        "claims",
        sa.Column("case_id", types.Id(), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("claimed_at", types.UtcTime(), nullable=False),
        sa.Column("expires_at", types.UtcTime(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "control",
        sa.Column("id", sa.SmallInteger(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "demonstration",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("begins_at", types.UtcTime(), nullable=False),
        sa.Column("marked_at", types.UtcTime(), nullable=False),
        sa.Column("personas", types.Document(), nullable=False),
        sa.Column("per_hour", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "decisions",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("case_id", types.Id(), nullable=False),
        sa.Column("recommendation_id", types.Id(), nullable=True),
        sa.Column("action_id", types.Id(), nullable=True),
        sa.Column("case_version", sa.Integer(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reason_code", sa.String(length=32), nullable=False),
        sa.Column("note", types.PlainText(), nullable=False),
        sa.Column("tool", sa.String(length=64), nullable=False),
        sa.Column("arguments", types.Document(), nullable=False),
        sa.Column("has_seen_recommendation", sa.Boolean(), nullable=False),
        sa.Column("time_to_decide_ms", sa.Integer(), nullable=True),
        sa.Column("decided_at", types.UtcTime(), nullable=False),
        sa.Column("release_at", types.UtcTime(), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("first_by", sa.String(length=64), nullable=False),
        sa.Column("client_key", sa.String(length=64), nullable=False),
        sa.Column("taken_back_at", types.UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("client_key"),
    )
    op.create_index(op.f("ix_decisions_case_id"), "decisions", ["case_id"], unique=False)
    op.create_table(
        "desk_clocks",
        sa.Column("desk", sa.String(length=64), nullable=False),
        sa.Column("now", types.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("desk"),
    )
    op.create_table(
        "effects",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("case_id", types.Id(), nullable=False),
        sa.Column("action_id", types.Id(), nullable=False),
        sa.Column("grant_id", types.Id(), nullable=False),
        sa.Column("tool", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("case_version", sa.Integer(), nullable=False),
        sa.Column("call_deadline", types.UtcTime(), nullable=False),
        sa.Column("intended_at", types.UtcTime(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("before", types.Document(), nullable=True),
        sa.Column("result", types.Document(), nullable=True),
        sa.Column("is_completed", sa.Boolean(), nullable=False),
        sa.Column("is_correct", sa.Boolean(), nullable=True),
        sa.Column("verified_at", types.UtcTime(), nullable=True),
        sa.Column("note", types.PlainText(), nullable=False),
        sa.Column("reserved", types.Document(), nullable=True),
        sa.Column("undoes", types.Id(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("grant_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_effects_case_id"), "effects", ["case_id"], unique=False)
    op.create_table(
        "failures",
        sa.Column("case_id", types.Id(), nullable=False),
        sa.Column("case_version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("desk", sa.String(length=64), nullable=False),
        sa.Column("case_type", sa.String(length=64), nullable=False),
        sa.Column("tool", sa.String(length=64), nullable=False),
        sa.Column("note", types.PlainText(), nullable=False),
        sa.Column("at", types.UtcTime(), nullable=False),
        sa.Column("is_recovered", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "case_version", "code"),
        sqlite_with_rowid=False,
    )
    op.create_index("failures_at", "failures", ["at"], unique=False)
    op.create_table(
        "fact_sets",
        sa.Column("case_id", types.Id(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("facts", types.Document(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "revision"),
    )
    op.create_table(
        "grants",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("case_id", types.Id(), nullable=False),
        sa.Column("action_id", types.Id(), nullable=False),
        sa.Column("recommendation_id", types.Id(), nullable=False),
        sa.Column("basis", sa.String(length=16), nullable=False),
        sa.Column("basis_id", types.Id(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("tool", sa.String(length=64), nullable=False),
        sa.Column("contract_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("arguments_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("facts_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("target_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("envelope_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("case_version", sa.Integer(), nullable=False),
        sa.Column("minted_at", types.UtcTime(), nullable=False),
        sa.Column("expires_at", types.UtcTime(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("closed_at", types.UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_grants_case_id"), "grants", ["case_id"], unique=False)
    op.create_table(
        "labels",
        sa.Column("desk", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("source_id", sa.String(length=200), nullable=False),
        sa.Column("value", types.PlainText(), nullable=False),
        sa.Column("known_at", types.UtcTime(), nullable=False),
        sa.Column("is_applied", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("desk", "source", "source_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("labels_due", "labels", ["desk", "is_applied", "known_at"], unique=False)
    op.create_table(
        "ledger_entry",
        sa.Column("stream", types.StreamName(length=100), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("decided_by", sa.String(length=8), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("at", types.UtcTime(), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=True),
        sa.Column("payload_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("payload", types.Document(), nullable=True),
        sa.PrimaryKeyConstraint("stream", "sequence"),
        sqlite_with_rowid=False,
    )
    op.create_index("ledger_entries_at", "ledger_entry", ["at"], unique=False)
    op.create_table(
        "ledger_stream",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "model_versions",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("desk", sa.String(length=64), nullable=False),
        sa.Column("procedure_hash", sa.String(length=64), nullable=False),
        sa.Column("as_of", types.UtcTime(), nullable=False),
        sa.Column("data_hash", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("fitted_at", types.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("desk", "procedure_hash", "as_of", name="model_versions_once"),
    )
    op.create_table(
        "outages",
        sa.Column("began_at", types.UtcTime(), autoincrement=False, nullable=False),
        sa.Column("ended_at", types.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("began_at"),
    )
    op.create_table(
        "outcomes",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("case_id", types.Id(), nullable=False),
        sa.Column("desk", sa.String(length=64), nullable=False),
        sa.Column("recommendation_id", types.Id(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("is_recommendation_correct", sa.Boolean(), nullable=True),
        sa.Column("raw_confidence", sa.Float(), nullable=True),
        sa.Column("truth", types.PlainText(), nullable=False),
        sa.Column("label_source", sa.String(length=16), nullable=False),
        sa.Column("known_at", types.UtcTime(), nullable=False),
        sa.Column("recorded_at", types.UtcTime(), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("was_seen", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_outcomes_case_id"), "outcomes", ["case_id"], unique=False)
    op.create_index(
        "outcomes_known", "outcomes", ["desk", "label_source", "known_at"], unique=False
    )
    op.create_table(
        "pauses",
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", types.UtcTime(), nullable=False),
        sa.Column("resume_by", sa.String(length=64), nullable=False),
        sa.Column("resume_reason", sa.Text(), nullable=False),
        sa.Column("resume_at", types.UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("scope"),
    )
    op.create_table(
        "person",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("display_name", sa.String(length=100), nullable=False),
        sa.Column("roles", types.Document(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("password_set_at", types.UtcTime(), nullable=False),
        sa.Column("password_set_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", types.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "policy_versions",
        sa.Column("desk", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("simulation", types.Document(), nullable=True),
        sa.Column("drafted_by", sa.String(length=64), nullable=False),
        sa.Column("drafted_at", types.UtcTime(), nullable=False),
        sa.Column("signed_by", sa.String(length=64), nullable=False),
        sa.Column("activated_at", types.UtcTime(), nullable=True),
        sa.Column("rolled_back_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("desk", "kind", "version"),
    )
    op.create_table(
        "recommendations",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("case_id", types.Id(), nullable=False),
        sa.Column("facts_revision", sa.Integer(), nullable=False),
        sa.Column("facts_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("reasoner", sa.String(length=32), nullable=False),
        sa.Column("label", types.PlainText(), nullable=False),
        sa.Column("raw_confidence", sa.Float(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("is_calibrated", sa.Boolean(), nullable=False),
        sa.Column("calibration", sa.Text(), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=True),
        sa.Column("cut", sa.Float(), nullable=True),
        sa.Column("wider_threshold", sa.Float(), nullable=True),
        sa.Column("wider_cut", sa.Float(), nullable=True),
        sa.Column("risk_limit", sa.Float(), nullable=True),
        sa.Column("wider_risk_limit", sa.Float(), nullable=True),
        sa.Column("draft", types.Packed(), nullable=False),
        sa.Column("as_of", types.UtcTime(), nullable=False),
        sa.Column("created_at", types.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        op.f("ix_recommendations_case_id"), "recommendations", ["case_id"], unique=False
    )
    op.create_table(
        "schedules",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("every", sa.String(length=64), nullable=False),
        sa.Column("last_run", types.UtcTime(), nullable=True),
        sa.Column("next_run", types.UtcTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "seal",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("previous_mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed_at", types.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "seal_entry",
        sa.Column("stream", types.StreamName(length=100), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("seal_number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("stream", "sequence"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("label", sa.String(length=64), nullable=False),
        sa.Column("created_at", types.UtcTime(), nullable=False),
        sa.Column("expires_at", types.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index(op.f("ix_session_person_id"), "session", ["person_id"], unique=False)
    op.create_table(
        "setup_link",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", types.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("bucket", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_at", types.UtcTime(), nullable=True),
        sa.Column("blocked_until", types.UtcTime(), nullable=True),
        sa.Column("proven_at", types.UtcTime(), nullable=True),
        sa.Column("forgotten_at", types.UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("bucket"),
    )
    op.create_index(
        op.f("ix_sign_in_attempt_forgotten_at"), "sign_in_attempt", ["forgotten_at"], unique=False
    )
    op.create_table(
        "spans",
        sa.Column("case_id", types.Id(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("started_at", types.UtcTime(), nullable=False),
        sa.Column("duration_us", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.String(length=8), nullable=False),
        sa.Column("rule", types.PlainText(), nullable=False),
        sa.Column("inputs", types.Document(), nullable=True),
        sa.Column("outputs", types.Document(), nullable=True),
        sa.Column("error", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "sequence"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "veto_windows",
        sa.Column("action_id", types.Id(), nullable=False),
        sa.Column("case_id", types.Id(), nullable=False),
        sa.Column("opened_at", types.UtcTime(), nullable=False),
        sa.Column("closes_at", types.UtcTime(), nullable=False),
        sa.Column("closed_at", types.UtcTime(), nullable=True),
        sa.Column("extended_by", sa.String(length=64), nullable=False),
        sa.Column("noticed_at", types.UtcTime(), nullable=True),
        sa.Column("noticed_by", sa.String(length=100), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("action_id"),
    )
    op.create_index(op.f("ix_veto_windows_case_id"), "veto_windows", ["case_id"], unique=False)
    op.create_index("veto_windows_open", "veto_windows", ["closed_at", "noticed_at"], unique=False)
    op.create_table(
        "workers",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("started_at", types.UtcTime(), nullable=False),
        sa.Column("seen_at", types.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.execute("INSERT INTO control (id, epoch) VALUES (1, 1)")
