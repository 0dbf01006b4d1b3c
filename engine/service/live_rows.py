"""Live rows: what software is about to do, holds back, or did alone, and what is drawn for audit.

Plain values, ready to draw. Text in them may come from outside and is data. A row of the audit
stream holds nothing that tells what software did or how sure it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.domain.case import Origin
from engine.domain.effect import EffectStatus
from engine.domain.grant import GrantBasis
from engine.domain.ids import CaseId
from engine.domain.money import Money
from engine.domain.outcome import OutcomeKind
from engine.domain.phase import Phase
from engine.domain.verdict import RuleResult
from engine.service.rows import BudgetRow, DecisionWords, FactRow, ToolChoice


@dataclass(frozen=True, kw_only=True, slots=True)
class ProposedRow:
    """An action that software put forward and that has not run."""

    case_id: CaseId
    version: int
    desk: str
    source_id: str
    title: str
    priority: int
    proposal: str
    """The action in a few words."""
    cell: str
    phase: Phase | None
    confidence: float | None
    threshold: float | None
    """Confidence from which it would have run at once; None: none is certified."""
    wider_threshold: float | None
    """Confidence from which it may run after a window; None: none is certified."""
    amount: Money | None
    undo: str
    """What an undo would do afterwards; empty: nothing undoes it."""
    origin: Origin
    is_scripted: bool = False
    """Whether a script, in the place of a model, put it forward."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WindowRow:
    """An action that runs when its veto window closes, unless somebody holds it."""

    action: ProposedRow
    beyond: tuple[RuleResult, ...]
    """Rules whose usual limit it is beyond, with what they saw: why it does not run at once."""
    opened_at: datetime
    closes_at: datetime
    """By the wall clock."""
    extended_by: str
    """Who gave it more time; empty: nobody did, and somebody can."""
    notice_by: datetime
    """A notice that comes later does not count: the action then goes to a person."""
    noticed_at: datetime | None
    noticed_by: str
    last_error: str
    """Why the last try to tell somebody failed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldRow:
    """An action that somebody held: it runs only if a person releases it."""

    action: ProposedRow
    note: str
    """Who held it, and why."""
    words: DecisionWords
    """What releasing it does, and whether it can be released."""
    role: str
    """The role it waits for; empty: whoever may decide its cell."""
    claimed_by: str
    claimed_until: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RanRow:
    """An action that software took alone."""

    case_id: CaseId
    desk: str
    source_id: str
    title: str
    at: datetime
    """When it was called."""
    what: str
    """The call in a few words."""
    basis: GrantBasis
    """What let it run: policy's verdict, or a veto window that nobody used."""
    status: EffectStatus
    is_correct: bool | None
    """Whether reading the target back showed what was asked for; None: not looked at."""
    is_undone: bool
    can_undo: bool
    truth: OutcomeKind | None
    """What later proved true of it; None: not known."""
    awaits_audit: bool
    """Whether it was drawn and nobody has answered blind yet; for auditors alone."""
    origin: Origin
    is_scripted: bool = False
    """Whether a script, in the place of a model, put it forward."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GaugeRow:
    """A budget that software takes from, and who shares it."""

    scope: str
    """`desk:<name>`, `type:<desk>/<type>` or `cell:<cell>`."""
    budget: BudgetRow


@dataclass(frozen=True, kw_only=True, slots=True)
class BrakeRow:
    """A brake that is on."""

    scope: str
    """`all`, `desk:<name>` or `cell:<desk>/<type>/<action>`."""
    reason: str
    by: str
    at: datetime
    resume_by: str
    """Who asked first to end it, where that takes two; empty: nobody has."""
    resume_reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveCell:
    """How far software may go in a cell."""

    cell: str
    phase: Phase
    veto_minutes: float | None
    """How long people can hold what is beyond the usual limits; None: nothing waits like that."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveRow:
    """Everything on the live page, as of one version."""

    version: str
    """As `Queries.live_version` gave it before the rest was read."""
    windows: tuple[WindowRow, ...]
    """The soonest first."""
    later: int = 0
    """How many more there are that close after these."""
    held: tuple[HeldRow, ...]
    """The longest waiting first."""
    ran: tuple[RanRow, ...]
    """The newest first."""
    gauges: tuple[GaugeRow, ...]
    """Budgets of the cells where software acts, each once."""
    brakes: tuple[BrakeRow, ...]
    """The oldest first."""
    cells: tuple[LiveCell, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AheadRow:
    """How much runs unless somebody stops it: for the line above every page."""

    count: int
    """What nothing keeps from running so far: no pause, and no notice that came too late."""
    next_at: datetime | None
    """When the next one of these runs; None: there is none."""
    paused: int
    """What a pause keeps from running."""


# --- audit -------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditRow:
    """One action drawn for audit, in the list: which case, and how long it waits."""

    case_id: CaseId
    desk: str
    case_type: str
    source_id: str
    title: str
    priority: int
    drawn_at: datetime
    """When policy let it run and it was drawn."""
    ran_at: datetime
    """When it was called: after a veto window that is later."""
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditCard:
    """What an auditor sees before answering: the case as it was before the effect, no more."""

    row: AuditRow
    at: datetime
    """The moment on the desk's clock that the card shows."""
    due_at: datetime | None
    facts: tuple[FactRow, ...]
    """As they were then; marks of stale and contradicted ones are of that moment."""
    tools: tuple[ToolChoice, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RevealRow:
    """What an auditor sees after answering."""

    case_id: CaseId
    source_id: str
    is_agreed: bool
    answer: str
    """What the auditor said was right, as a label; empty: nothing should have been done."""
    did: str
    """What software did, in a few words."""
    confidence: float | None
    is_undone: bool
    can_undo: bool
    undo: str
    """What an undo would do; empty: nothing undoes it."""
