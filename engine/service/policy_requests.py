"""Requests about limits: documents and their versions, brakes, veto windows and audits.

A part of `requests`, which is where they are taken from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.domain.ids import CaseId
from engine.domain.policy import PolicyKind


@dataclass(frozen=True, kw_only=True, slots=True)
class SaveDraft:
    """Keep a document that is not finished; nobody but its author changes it."""

    kind: PolicyKind
    desk: str
    document: str
    """YAML."""
    note: str = ""
    version: int | None = None
    """The draft to write over; None: a new one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SimulateDraft:
    """Ask history what a draft would do, and keep the answer with it."""

    kind: PolicyKind
    desk: str
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ProposeVersion:
    """Put forward a new version of a document, simulated first where there is a history."""

    kind: PolicyKind
    desk: str
    document: str
    """YAML."""
    note: str
    """What changes, and why."""
    over: int
    """Number of the version that was active on the person's screen; 0: what the desk shipped with.
    """
    version: int | None = None
    """The draft it grew from; None: it begins here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SignVersion:
    """Activate a proposed version; somebody other than its author."""

    kind: PolicyKind
    desk: str
    version: int
    over: int
    """Number of the version that was active on the person's screen; 0: what the desk shipped with.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class WithdrawVersion:
    """Drop a draft or a proposed version; it stays on record."""

    kind: PolicyKind
    desk: str
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RollBack:
    """Make a version active again that was active before."""

    kind: PolicyKind
    desk: str
    version: int
    """0: what the desk shipped with."""
    reason: str
    over: int
    """Number of the version that was active on the person's screen; 0: what the desk shipped with.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class HoldAction:
    """Stop the clock of a veto window; the action then needs a person's answer."""

    case_id: CaseId
    version: int
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtendWindow:
    """Give a veto window its time once more; once."""

    case_id: CaseId
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SeeNotices:
    """Say that the notices of these cases' veto windows are on this person's screen."""

    case_ids: tuple[CaseId, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerAudit:
    """Say, without being told what software did, what would have been right."""

    case_id: CaseId
    tool: str
    """Empty: nothing should have been done."""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PauseScope:
    """Stop new actions at once. Scope: `all`, `desk:<name>` or `cell:<desk>/<type>/<action>`."""

    scope: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ResumeScope:
    """Let actions run again."""

    scope: str
    reason: str
