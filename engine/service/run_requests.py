"""Requests about runs."""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.ids import CaseId
from engine.domain.run import RunKind


@dataclass(frozen=True, kw_only=True, slots=True)
class StartRun:
    """Let a reasoner look at a case beside its way; nothing it asks for is executed."""

    case_id: CaseId
    kind: RunKind
    client_key: str
    """One per form, at most 64 characters: the same click twice is one run."""
