"""One run as the comparison sees it: what it did, what it wanted, and what became of it.

Values only. What is counted of them is `comparing`'s; where they are read is the store's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.domain.ids import CaseId, RunId
from engine.domain.run import RunKind, RunStatus
from engine.domain.run_fault import RunFault
from engine.domain.verdict import VerdictKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A call that a run asked for, with which it can be judged."""

    call: str
    """Tools and arguments of all its calls, as canonical JSON: two that are equal do the same."""
    label: str
    """What its first call amounts to, in the desk's word: what truth is told in."""
    confidence: float | None
    """As stated, 0 to 1; not calibrated."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolUsed:
    """One tool in one run."""

    tool: str
    is_write: bool
    """Whether it was put before policy; else it was read at once, under a permit of its own."""
    calls: int
    failed: int = 0
    """Of them, those that gave no result."""
    scopes: tuple[str, ...] = ()
    """Of the credentials that were shown at its reads."""
    not_narrowed: int = 0
    """Reads whose system took no credential."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """What a run's questions held, and what was left out of them."""

    largest: int = 0
    """Tokens of its largest window."""
    kept: int = 0
    """Blocks that stood there word for word, over all questions."""
    shortened: int = 0
    """Blocks that were cut, or that one line stood for."""
    dropped: int = 0
    recalled: int = 0
    """Steps that read an earlier result again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reviewed:
    """Somebody looked at what a run wanted."""

    by: str
    """A person's sign-in name."""
    answer: str
    """`APPROVE`, `OVERRIDE`, `REJECT`, `ESCALATE`, `ASK`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed:
    """How a run could not end, and who had its case then."""

    fault: RunFault
    why: str
    handled_by: str
    """The kind or reasoner that took over, `person`, or empty: nobody had to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunRecord:
    """One run."""

    run_id: RunId
    case_id: CaseId
    source_id: str
    """Of its case."""
    title: str
    """Of its case; untrusted text."""
    kind: RunKind
    version: str
    model: str
    """Empty where none is asked."""
    is_shadow: bool
    is_takeover: bool
    """Whether it began because another run had failed."""
    status: RunStatus
    started_at: datetime
    seconds: float = 0.0
    """Of work, without waiting."""
    way: tuple[str, ...] = ()
    """Its moves in order: the purpose of a question, or the tool."""
    questions: int = 0
    """To a model."""
    tool_calls: int = 0
    """Reads, and calls it asked for."""
    chosen_by_model: int = 0
    """Moves that a model picked; all others are code's."""
    failed_steps: tuple[int, ...] = ()
    """Numbers of steps whose read or question brought nothing."""
    tokens: int = 0
    cost_micro_usd: int | None = None
    """None where it is no amount of money: nothing asked, scripted, or no price set."""
    wanted: Wanted | None = None
    """The last call it asked for before a person had answered; None: it asked for nothing."""
    told: Wanted | None = None
    """The last one it asked for after that; None: nobody answered, or it asked for no other."""
    truth: str | None = None
    """The label that proved right for its case, empty for nothing to be done; None: not known."""
    is_hindsight: bool = False
    """Whether it may have read the answer: before it began the truth stood in the record, a person
    had decided on its case, or a call of its case had succeeded."""
    is_repeat: bool = False
    """Whether its kind had looked at the case before, be it outside the slice's period."""
    tools: tuple[ToolUsed, ...] = ()
    declared: frozenset[str] | None = None
    """All tools it could touch, as known before it ran; None: known only as it asks."""
    verdicts: tuple[VerdictKind, ...] = ()
    """Of policy, one for each call it put before it."""
    reviews: tuple[Reviewed, ...] = ()
    ran_alone: int = 0
    """Calls of it that ran without a person."""
    audited: int = 0
    """Blind answers to what it had recommended."""
    effects: int = 0
    """Calls of it that completed."""
    verified: int = 0
    """Of them, those that reading back showed to be what was asked for."""
    window: Window = Window()
    failed: Failed | None = None

    @property
    def steps(self) -> int:
        """Length of its journal."""
        return len(self.way)

    @property
    def is_finished(self) -> bool:
        """Whether it came to an end of its own, good or bad."""
        return self.status in (RunStatus.ENDED, RunStatus.FAILED)

    @property
    def has_ended(self) -> bool:
        """Whether it said all it had to say."""
        return self.status is RunStatus.ENDED

    @property
    def answer(self) -> str:
        """What it says is to be done, as a label; empty: nothing."""
        return self.wanted.label if self.wanted else ""

    @property
    def is_right(self) -> bool | None:
        """Whether it ended with what proved right; None: the truth is not known.

        The same as on the scorecard, label against label, but that a run which failed, or asked
        for nothing where something was right, did not get it right.
        """
        if self.truth is None or not self.is_finished:
            return None
        return self.has_ended and self.answer == self.truth
