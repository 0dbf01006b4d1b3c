"""Run rows: what pages, command line and API read of runs. Plain values, ready to draw.

Text in them comes from cases, tools and models and is data: draw it as plain text, never as markup.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from engine.domain.actor import DecidedBy
from engine.domain.canonical import Json
from engine.domain.context import Treatment
from engine.domain.fact import FactValue
from engine.domain.ids import CaseId, RunId
from engine.domain.model_call import TokenUsage
from engine.domain.run import RunKind, RunStatus
from engine.domain.run_calls import CallStatus
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import Answered


class CostBasis(StrEnum):
    """What an amount of money rests on; only one of these is an amount."""

    NOTHING_ASKED = "NOTHING_ASKED"
    """No model was asked, or none has answered."""
    SCRIPTED = "SCRIPTED"
    """A scripted model: it costs nothing, and that says nothing about a real one."""
    NO_PRICE = "NO_PRICE"
    """A real model whose price nobody had set when it was asked."""
    PRICED = "PRICED"


@dataclass(frozen=True, kw_only=True, slots=True)
class CostRow:
    """What models cost, where that is known."""

    basis: CostBasis
    micro_usd: int = 0
    """Micro-dollars; 0 unless it is PRICED. Calls that were lost count with their worst cost."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunFilter:
    """Which runs of the list; what is empty or None narrows nothing."""

    desk: str = ""
    kind: RunKind | None = None
    status: RunStatus | None = None
    is_shadow: bool | None = None
    is_scripted: bool | None = None
    case_id: CaseId | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RunRow:
    """One line of the list of runs."""

    run_id: RunId
    case_id: CaseId
    source_id: str
    title: str
    """Of the case."""
    desk: str
    case_type: str
    kind: RunKind
    decided_by: DecidedBy
    """Who picks the next step."""
    status: RunStatus
    is_shadow: bool
    """Nothing that it asks for is executed."""
    model: str
    """Empty where none is asked."""
    is_scripted: bool
    version: str
    """Of the procedure."""
    by: str = ""
    """Whose record that is of what it recommends, as in `agent@claude-x/3f2a91c0`: made of its
    model and of `version` without the last part."""
    steps: int
    started_at: datetime
    ended_at: datetime | None
    worked_us: int
    """Working time of all its steps, in microseconds; waiting is left out."""
    usage: TokenUsage
    cost: CostRow
    fault: RunFault | None
    end_note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockRow:
    """One block of a window, or one that was left out of it."""

    place: int
    """From 1; with run and step it names the text."""
    name: str
    treatment: Treatment
    tokens: int
    """In the window."""
    full_tokens: int
    """Of the whole, where less stands there; else 0."""
    why: str
    has_text: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ContextRow:
    """The context ledger of one question."""

    step: int
    window: int
    """Tokens of all blocks together, as counted before the question left."""
    used: int
    """Tokens of the run in and out, up to and with this question and its answer."""
    blocks: tuple[BlockRow, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CallRow:
    """One try to ask a model."""

    attempt: int
    at: datetime
    status: CallStatus
    error: str
    duration_ms: int


@dataclass(frozen=True, kw_only=True, slots=True)
class UseRow:
    """A call that the model asked for in an answer, and the step that was made of it."""

    tool: str
    arguments: Json
    step: int | None
    """None: no step was made of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CitedRow:
    """A fact that somebody rests on."""

    fact: str
    """Its id."""
    text: str
    """What they say of it."""
    weight: float
    """Above 0 it speaks for what is asked, below 0 against it."""
    value: FactValue = None
    """As the run knew it; None where it is not known."""
    given_in: int | None = None
    """The step that gave it; None: it was known before the run, or nobody gave it."""
    is_known: bool = True
    """Whether the journal or the case tells its value; what was read from a text, neither may."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GroundsRow:
    """Why a call is asked for or recommended, as whoever asks for it says."""

    summary: str
    rationale: str
    confidence: float | None
    """As stated, 0 to 1; not calibrated."""
    cites: tuple[CitedRow, ...]
    against: tuple[CitedRow, ...]
    missing: tuple[str, ...]
    others: tuple[tuple[str, float], ...]
    """Other calls that were thought of, with their probability."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StepRow:
    """One step of a run: what was asked, what came of it, and who decided it."""

    number: int
    kind: str
    """Of the move: `asked`, `use_tool`, `recall`, `ask_write`, `recommend`, `finish`, `give_up`."""
    at: datetime
    """When it was written down."""
    duration_us: int
    decided_by: DecidedBy
    verdict: str
    """What policy said of it, with its rule."""
    name: str = ""
    """The purpose of a question, the tool, or the fault with which the run gave up."""
    asked: Json = None
    """Arguments of a call, or what else was asked."""
    result: Json = None
    text: str = ""
    """What it came to, in words: an answer of the model, a summary, or why it failed."""
    reason: str = ""
    """Words of the model beside the call that became this step."""
    asked_in: int | None = None
    """The question in whose answer this call was asked for."""
    is_open: bool = False
    """Whether the run still waits for what comes of it."""
    is_denied: bool = False
    """Policy or the contract forbade it; nothing was called."""
    error: str = ""
    """Failure code, where the step failed."""
    has_called: bool = False
    """Whether a tool was called, under a credential or without one."""
    scopes: tuple[str, ...] = ()
    """Of the credential at the call; none: not narrowed."""
    grounds: GroundsRow | None = None
    uses: tuple[UseRow, ...] = ()
    """Calls that the model asked for in this answer."""
    stop: str = ""
    """Why the model's answer ended."""
    usage: TokenUsage | None = None
    cost: CostRow = field(default=CostRow(basis=CostBasis.NOTHING_ASKED))
    calls: tuple[CallRow, ...] = ()
    """Tries of a question, oldest first."""
    context: ContextRow | None = None
    answered: Answered | None = None
    answered_by: str = ""
    """A person's sign-in name, or the rule."""
    answered_why: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class LimitsRow:
    """How far a run may go, in tokens."""

    window_soft: int
    """A larger window is pruned."""
    window_hard: int
    """A run with a larger window is begun anew from its facts."""
    run: int
    """Of the whole run, in and out; 0: no limit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunCard:
    """One run in full."""

    version: str
    """Another text once anything of it has changed."""
    row: RunRow
    steps: tuple[StepRow, ...]
    """Oldest first."""
    before: tuple[RunRow, ...]
    """Runs that failed before this one took over, oldest first."""
    after: RunRow | None
    """The run that took over from this one."""
    taken_over_by: str
    """Who took over where this one failed, in words; empty where nobody had to."""
    limits: LimitsRow | None
    """None: another version of the procedure runs here, so its limits are not known."""
    asking_since: datetime | None = None
    """Since when a model is being asked; None: it is not."""
    said: str = ""
    """What has come of its answer so far; untrusted text, and it binds nothing."""
    resumes_at: datetime | None = None
    """When it goes on, where it was put off."""

    @property
    def contexts(self) -> tuple[ContextRow, ...]:
        """The context ledger of each question."""
        return tuple(step.context for step in self.steps if step.context is not None)


@dataclass(frozen=True, kw_only=True, slots=True)
class RunKindRow:
    """A kind of run that could be started for a case."""

    kind: RunKind
    decided_by: DecidedBy
    why_not: str
    """Why there is none of this kind for the case, as a sentence; empty: there is."""
    model: str = ""
    """That it would ask; empty: none."""
    is_scripted: bool = False

    @property
    def is_available(self) -> bool:
        """Whether it can be started."""
        return not self.why_not
