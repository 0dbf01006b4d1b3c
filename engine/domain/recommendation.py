"""Recommendation: what a reasoner puts forward, why, and what speaks against it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.domain.actor import DecidedBy
from engine.domain.canonical import Json
from engine.domain.identity import ReasonerId, reasoner_id
from engine.domain.ids import ActionId, CaseId, RecommendationId
from engine.domain.verdict import Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A tool call a reasoner proposes, before it is an Action."""

    tool: str
    arguments: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """One fact and how much it speaks for or against the proposal."""

    fact: str
    """Id of a fact of the case, or the name of a missing one."""
    text: str
    """The reason in words; plain text."""
    weight: float
    """Contribution to the log-odds of the first choice against the second; signed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Alternative:
    """Another proposal and the reasoner's probability for it."""

    proposal: Proposal
    label: str
    probability: float


@dataclass(frozen=True, kw_only=True, slots=True)
class PrecedentCase:
    """A resolved case that looks like this one."""

    source_id: str
    label: str
    """What turned out to be right there."""
    similarity: float
    """0 to 1."""
    resolved_at: datetime
    done: str = ""
    """What was done there and verified, in words; empty: that is not known, or it was wrong."""


SCRIPTED = "scripted-"
"""With this the name of every scripted model begins, and so what is said under its name."""


def is_scripted(version: str) -> bool:
    """Whether a model's name, or the version of a reasoner that asked it, is a scripted one's."""
    return version.startswith(SCRIPTED)


_MODELLED = frozenset({"workflow", "agent"})
"""Reasoners that ask a language model; any other one is code: rules, or a count of past cases."""


def recommended_by(reasoner: str) -> DecidedBy:
    """Who picks what a reasoner, or the author of a record, puts forward."""
    asked = reasoner.removeprefix("scripted ")
    return DecidedBy.MODEL if asked in _MODELLED else DecidedBy.CODE


def author(reasoner: str, *, is_scripted: bool) -> str:
    """A reasoner as records name it: one whose model is a script is named as that."""
    return f"scripted {reasoner}" if is_scripted else reasoner


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What a reasoner gives: proposals and their grounds, nothing that binds anybody."""

    reasoner: str
    reasoner_version: str
    """In full; see `engine.domain.identity` for what changes it."""
    proposals: tuple[Proposal, ...]
    label: str
    """The first choice in one word (for routing: the group)."""
    summary: str
    """The first choice as an action in a few words."""
    rationale: str
    raw_confidence: float | None
    reasons: tuple[Reason, ...] = ()
    counter_evidence: tuple[Reason, ...] = ()
    missing: tuple[str, ...] = ()
    """Facts that are missing and would matter most."""
    unseen: tuple[str, ...] = ()
    """Facts whose value was never met in what the reasoner learned from."""
    alternatives: tuple[Alternative, ...] = ()
    precedents: tuple[PrecedentCase, ...] = ()
    cost_micro_usd: int = 0
    tried: tuple[str, ...] = ()
    """Who was asked before, and why that did not serve, a sentence each."""

    @property
    def by(self) -> ReasonerId:
        """Whose record this recommendation is part of."""
        return reasoner_id(self.reasoner, self.reasoner_version)

    @property
    def is_scripted(self) -> bool:
        """Whether what its model said was written beforehand."""
        return is_scripted(self.reasoner_version)

    @property
    def author(self) -> str:
        """The reasoner as records name it."""
        return author(self.reasoner, is_scripted=self.is_scripted)


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """One proposed tool call, checked against its contract and judged by policy."""

    id: ActionId
    ordinal: int
    tool: str
    contract_digest: bytes
    arguments: dict[str, Any]
    """Canonical arguments."""
    arguments_digest: bytes
    target: str
    """What it acts on, as the tool names it."""
    target_digest: bytes
    """Digest of the target's state when the recommendation was made."""
    target_state: Json
    verdict: Verdict
    preview: Json = None
    """A `Preview`: what it would change, asked after `target_state` was read; None: not asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recommendation:
    """A draft bound to a case, its facts and a moment."""

    id: RecommendationId
    case_id: CaseId
    facts_revision: int
    facts_digest: bytes
    draft: Draft
    confidence: float | None
    """Calibrated, 0 to 1."""
    is_calibrated: bool
    calibration: str
    """Identity of the calibration that was applied."""
    threshold: float | None
    """Calibrated confidence from which software might have acted; None: it might not at all."""
    cut: float | None
    """The same as a raw confidence; what was compared."""
    as_of: datetime
    created_at: datetime
    wider_threshold: float | None = None
    """As `threshold`, for the wider limits of ON_THE_LOOP."""
    wider_cut: float | None = None
    """As `cut`, for the wider limits of ON_THE_LOOP."""
    risk_limit: float | None = None
    """The tolerated share of wrong actions that `cut` was chosen for; it holds no smaller one."""
    wider_risk_limit: float | None = None
    """The same of `wider_cut`."""
    actions: tuple[Action, ...] = field(default=())
