"""Rows: what the console, the command line and the API read. Plain values, ready to draw.

Text in them may come from outside and is data: draw it as plain text, never as markup.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from engine.domain.actor import DecidedBy, Role
from engine.domain.canonical import Json
from engine.domain.case import Attention, Origin
from engine.domain.case_status import CaseStatus
from engine.domain.decision import Decision
from engine.domain.effect import Effect, EffectStatus
from engine.domain.fact import FactValue
from engine.domain.grant import Grant
from engine.domain.ids import CaseId
from engine.domain.phase import Phase
from engine.domain.plan import StepStatus
from engine.domain.policy import PolicyKind, VersionStatus
from engine.domain.recommendation import Recommendation
from engine.domain.verdict import Verdict, VerdictKind
from engine.service.failure_rows import FailureWords

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Generic[T]):
    """A part of a list."""

    rows: tuple[T, ...]
    next_cursor: str = ""
    """Give it back for the next part; empty at the end."""
    total: int | None = None
    """Length of the whole list, where it was counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueFilter:
    """Which cases of the queue."""

    desk: str = ""
    attention: Attention | None = None
    roles: frozenset[str] = frozenset()
    """Cases that wait for one of these roles; the empty one: for nobody in particular.
    None of them: whatever a case waits for."""
    text: str = ""
    """Part of the title or the source id."""
    status: CaseStatus | None = None
    """None: everything that waits for a person."""
    claimed_by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueRow:
    """One line of the queue."""

    case_id: CaseId
    version: int
    desk: str
    case_type: str
    source_id: str
    title: str
    status: CaseStatus
    priority: int
    as_of: datetime
    due_at: datetime | None
    review_due_at: datetime | None
    confidence: float | None
    threshold: float | None
    proposal: str
    attention: Attention | None
    attention_note: str
    role: str
    claimed_by: str
    claimed_until: datetime | None
    origin: Origin
    is_scripted: bool = False
    """Whether a script, in the place of a model, put forward what is recommended."""
    is_calibrated: bool = True
    """Whether the confidence says how often such a recommendation proves right."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QuoteRow:
    """The words that a fact was taken from, in their sentence; untrusted text."""

    field: str
    """Which text of the case."""
    before: str
    words: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FactRow:
    """One fact on a card."""

    entity: str
    attribute: str
    value: FactValue
    source: str
    observed_at: datetime
    is_stale: bool
    is_contradicted: bool
    stale_from: datetime | None = None
    """When it began or will begin to count as stale, on the desk's clock; None: it does not age."""
    quote: QuoteRow | None = None
    """None: it was not taken from a text, or the text is not there any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimRow:
    """Who works on a case."""

    person: str
    claimed_at: datetime
    expires_at: datetime
    draft: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolChoice:
    """A tool a person may choose instead, with its arguments' schema and values to pick from."""

    tool: str
    title: str
    effect_class: str
    schema: Json
    """JSON Schema of the arguments."""
    options: dict[str, tuple[str, ...]]
    """For each argument the values to choose from; absent: free text."""
    fixed: dict[str, Any]
    """Arguments that this case sets (its target)."""
    deciders: tuple[Role, ...] = ()
    """Roles of which one is needed to choose it for this case; none: any."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TimelineRow:
    """One event of a case, from its ledger stream."""

    at: datetime
    kind: str
    text: str
    """The event as a sentence."""
    decided_by: DecidedBy
    actor: str
    rule: str
    stage: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionWords:
    """What the card says about deciding."""

    approving: str
    """What approving does in this phase, as one sentence."""
    can_approve: bool
    """False for a DENY, a pause or where nothing is recommended."""
    why_not: str
    undo: str
    """What an undo would do afterwards, or that there is none."""
    take_back_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanStepRow:
    """One step of a plan, or the one action of a case, with what became of it."""

    ordinal: int
    """From 1, in the order in which they run."""
    tool: str
    words: str
    """The call in a few plain words."""
    arguments_view: tuple[tuple[str, str], ...]
    """Title and text of every argument."""
    verdict: VerdictKind
    status: StepStatus
    effect_status: EffectStatus | None
    """Of its newest call; None: nothing was called."""
    is_verified: bool | None
    """Whether reading the target back showed what was asked for; None: not looked at."""
    note: str
    """What went wrong, or what a person has to check and do; empty: nothing."""
    key: str
    """Idempotency key of its newest call, by which the target knows it; empty: none was made."""
    amount: str
    """The money it moves, written out; empty: none."""
    way_back: str
    """What would put it back, in words; empty: nothing does."""
    target: str = ""
    """What this very call acts on, as its tool names it."""
    marked: tuple[tuple[str, int, int], ...] = ()
    """Words of arguments that keep it from running alone: the title, the first character, and the
    one after the last."""
    preview: Json = None
    """A `Preview` of this very call; once it is done and verified, what it answered that it
    changed, where it answered that; None: nobody said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChosenRow:
    """What a person had done instead of what was recommended."""

    words: str
    person: str
    """Who chose it; where it takes two, the first of them."""
    verdict: Verdict
    """Policy's answer to that person; only rules that bind people count in it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseCard:
    """Everything about one case that a person needs to decide."""

    row: QueueRow
    facts: tuple[FactRow, ...]
    recommendation: Recommendation | None
    verdict: VerdictKind | None
    """Policy's answer to what is recommended, and so to software alone."""
    would_have: VerdictKind | None
    phase: Phase | None
    is_evidenced: bool
    """Whether labels that count support the phase."""
    deciders: tuple[Role, ...]
    """Roles of which one is needed to approve or reject what is recommended; none: any."""
    words: DecisionWords
    tools: tuple[ToolChoice, ...]
    claim: ClaimRow | None
    decision: Decision | None
    releases_at: datetime | None
    """When the decision can no longer be taken back."""
    grant: Grant | None
    effects: tuple[Effect, ...]
    can_undo: bool
    settled_at: datetime | None
    """When it was decided, on the desk's clock; None: it is not, or that cannot be told."""
    outcome: str
    """What later proved true, in a few words; empty: not known."""
    timeline: tuple[TimelineRow, ...]
    steps: tuple[PlanStepRow, ...] = ()
    """What the recommendation asks for, step by step; none: nothing is recommended."""
    left: str = ""
    """Where a plan did not come to its end: what was done, undone and left, and what to do now."""
    failure: FailureWords | None = None
    """The failed step for which it stands with people; None: it stands there by design."""
    judged_at: datetime | None = None
    """When policy judged what is recommended, on the desk's clock; None: nothing is."""
    first_look: str = ""
    """What a person does first, where it waits for want of a usable recommendation."""
    retired: Mapping[str, str] = field(default_factory=dict)
    """Precedents that it names and that are none any more, with why, by source id."""
    chosen: ChosenRow | None = None
    """What a person had done instead, with policy's answer to that; None: nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SpanRow:
    """One bar of a trace."""

    sequence: int
    """Its place in the run, from 1, in the order in which spans began."""
    stage: str
    name: str
    started_at: datetime
    duration_us: int
    decided_by: DecidedBy
    rule: str
    inputs: Json
    outputs: Json
    error: str
    is_scripted: bool = False
    """Whether a script stood in for the model that decided it, or that was asked in it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TraceRow:
    """One run in the list of traces."""

    case_id: CaseId
    source_id: str
    title: str
    status: CaseStatus
    started_at: datetime
    duration_us: int
    """Time the engine worked on it, all spans together."""
    spans: int
    errors: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordRow:
    """What is known of one reasoner as it is now."""

    by: str
    """Its name and version, as in `agent@claude-x/3f2a91c0`; the name alone where none is known."""
    labels: int
    errors: int
    before: int
    """Labels of versions before it; they count for it no more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CellRow:
    """One cell of the envelope matrix with its evidence at a glance."""

    cell: str
    desk: str
    case_type: str
    action: str
    phase: Phase
    threshold_words: str
    """For example `rolling, 10 % error` or `0.900 set by hand`."""
    threshold: float | None
    """Confidence from which software may act now; None: none is certified."""
    cut: float | None
    """The same as a raw score, which is what the curve is drawn over; None: not told."""
    most_urgent_priority: int
    budgets: tuple[BudgetRow, ...]
    audit_rate: float
    paused: str
    labels: int
    """Labels that count as evidence for executed or executable actions."""
    errors: int
    error_low: float | None
    error_high: float | None
    """Clopper-Pearson, 95 %."""
    is_evidenced: bool
    risk_limit: float | None = None
    """What a rolling threshold is chosen for; None: it is set by hand."""
    is_chosen: bool = True
    """Whether a threshold was chosen for the limit in force yet; the next case has one chosen."""
    wider: WiderRow | None = None
    """What else may run alone, after a veto window; None: nothing (see Phase)."""
    records: tuple[RecordRow, ...] = ()
    """Whose the labels are: of the reasoners that the envelope names, in its order."""
    unearned: tuple[str, ...] = ()
    """Those of them that are another version than the phase was signed for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WiderRow:
    """The wider limits of a cell on the loop; its fields are those of `CellRow`."""

    threshold_words: str
    threshold: float | None
    cut: float | None
    risk_limit: float | None
    is_chosen: bool
    most_urgent_priority: int
    veto_minutes: float
    """How long people can hold an action before it runs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CurvePoint:
    """One point of the coverage-against-error curve."""

    threshold: float
    coverage: float
    error: float
    error_high: float
    """Upper Clopper-Pearson bound, 95 %, of this point alone."""
    n: int


@dataclass(frozen=True, kw_only=True, slots=True)
class BudgetRow:
    """One budget of a cell and how much of it is used in its present window."""

    words: str
    """For example `120 an hour`."""
    scope: str
    """Who takes from it together: `desk:<name>`, `type:<desk>/<type>` or `cell:<cell>`."""
    executions: int | None
    """Actions allowed; None: not limited."""
    executions_used: int
    amount: int | None
    """Money allowed, in minor units; None: not limited."""
    amount_used: int
    currency: str
    ends_at: datetime
    """When it begins anew, on the desk's clock."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeRow:
    """What a newer document changes in one cell, or about one rule."""

    subject: str
    """A cell, a rule as verdicts name it, `goal`, or `document`."""
    sentences: tuple[str, ...]
    widens: bool
    """Whether more may happen than before."""
    evidence: str
    """What the labels that count say; empty where nothing widens."""
    stays_with_people: bool = False
    """Whether it is about a cell in Copilot before and after: people decide all of it as before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionRow:
    """One version of a desk's envelope, guardrails or goals."""

    desk: str
    kind: PolicyKind
    version: int
    status: VersionStatus
    note: str
    drafted_by: str
    drafted_at: datetime
    signed_by: str
    activated_at: datetime | None
    rolled_back_by: str
    document: str
    simulation: Json
    """What history said of it when it was proposed; None: it was not asked."""
    problem: str = ""
    """Why an active version cannot be read, so that nobody may act; empty: it can."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """A share with its count and 95 % Clopper-Pearson interval."""

    k: int
    n: int
    low: float
    high: float

    @property
    def value(self) -> float | None:
        """k of n; None where nothing was counted."""
        return self.k / self.n if self.n else None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReliabilityRow:
    """One bin of the reliability diagram."""

    mean_confidence: float
    observed: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CellScore:
    """Measures of one reasoner in one cell; agreement and correctness are two different things."""

    cell: str
    origin: Origin
    cases: int
    pending: int
    executed_alone: int
    executed_by_decision: int
    verified: Share
    """Effects whose read-back showed what was asked for."""
    realised_error: Share
    """Wrong ones among the actions executed alone whose truth is known."""
    recommendation_correct: Share
    """Recommendations that later truth confirmed, all phases."""
    agreement: Share
    """Approvals among approve, override and reject decisions."""
    agreement_ac1: float | None
    ece: float | None
    brier: float | None
    median_decide_ms: int | None
    withdrawn: int
    undone: int
    reliability: tuple[ReliabilityRow, ...]
    records: tuple[RecordRow, ...] = ()
    """Whose recommendations later truth confirmed or not: of each reasoner as it is now."""
    reasoner: str = ""
    """Whose recommendations are counted, by name; empty: what rests on no recommendation."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerRow:
    """One ledger entry on the page."""

    stream: str
    sequence: int
    at: datetime
    kind: str
    decided_by: DecidedBy
    actor: str
    text: str
    hash: str
    """Hex."""
    is_sealed: bool
    payload: Json


@dataclass(frozen=True, kw_only=True, slots=True)
class ChoiceRow:
    """One line of the decision log."""

    case_id: CaseId
    source_id: str
    at: datetime
    kind: str
    decided_by: DecidedBy
    decider: str
    chosen: str
    options: tuple[str, ...]
    grounds: str
    is_reviewed: bool
    """Whether a person reviewed it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduleRow:
    """One periodic job."""

    name: str
    every: str
    last_run: datetime | None
    next_run: datetime | None
    failures: int
    last_error: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DeskRow:
    """One desk and its clock."""

    name: str
    title: str
    goal: str
    measure: str
    clock: datetime
    """The desk's present: the replay clock's, or now."""
    is_replaying: bool
    cases: int
    open_cases: int
    has_simulated: bool
    """Whether any of its data is simulated; show a watermark."""
    titles: dict[str, str] = field(default_factory=dict)
    """Its tools, facts and their sources in the words of people, by code."""
    values: dict[str, str] = field(default_factory=dict)
    """Codes among its values and its labels in words, by code; kinds of things by `<kind>:`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """What `doctor` and the header show."""

    cases_by_status: dict[str, int]
    effects_by_result: dict[str, int]
    unsealed_entries: int
    worker_seen_at: datetime | None
    database: str
    """URL without a password."""
    pauses: tuple[str, ...]
