"""Policy documents: which there are, and the life of a version. No rule lives here."""

from __future__ import annotations

from enum import StrEnum


class PolicyKind(StrEnum):
    """The versioned documents of a desk, each with owners of its own."""

    ENVELOPE = "envelope"
    GUARDRAILS = "guardrails"
    GOALS = "goals"


class VersionStatus(StrEnum):
    """The life of a version; each step is one compare-and-set."""

    DRAFT = "draft"
    SIMULATED = "simulated"
    PROPOSED = "proposed"
    ACTIVE = "active"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
