"""Transition: one change of a case and everything that commits with it.

`runtime` and `service` compute transitions without touching a database; the store applies them.
There is no other way to write a case, so a state change and its ledger entry cannot part.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.domain.budget import BudgetLimit, Reservation, Window
from engine.domain.case import Case
from engine.domain.decision import Decision
from engine.domain.effect import Effect
from engine.domain.fact import FactSet
from engine.domain.grant import Grant, GrantStatus
from engine.domain.ids import ActionId, CaseId, DecisionId, GrantId, RecommendationId, RunId
from engine.domain.ledger import EntryDraft
from engine.domain.outcome import Outcome
from engine.domain.recommendation import Action, Recommendation
from engine.domain.run import Run, RunStep
from engine.domain.run_moves import WriteAnswered
from engine.domain.span import Choice, Span
from engine.domain.veto import VetoWindow


@dataclass(frozen=True, kw_only=True, slots=True)
class OverrideAction:
    """The action a person put in the place of the recommended one."""

    case_id: CaseId
    action: Action
    recommendation_id: RecommendationId


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditDrawn:
    """The audit draw of one action, made once, before it runs."""

    case_id: CaseId
    action_id: ActionId
    stream: str
    probability: float
    is_selected: bool
    drawn_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantClosed:
    """A grant leaves MINTED; refused when it already has."""

    grant_id: GrantId
    status: GrantStatus
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class EffectChanged:
    """A later state of an effect that was recorded as an intent."""

    effect: Effect


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionTakenBack:
    """A person's own decision, withdrawn inside the take-back window."""

    decision_id: DecisionId
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class BudgetReserved:
    """One action counted against a budget; refused where the limit is reached."""

    taken: Reservation
    limit: BudgetLimit
    window: Window
    """The window it is taken in; `taken` has its start."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BudgetReleased:
    """A reservation given back because the action is proven not to have happened."""

    taken: Reservation


@dataclass(frozen=True, kw_only=True, slots=True)
class WindowOpened:
    """A veto window begins."""

    window: VetoWindow


@dataclass(frozen=True, kw_only=True, slots=True)
class WindowExtended:
    """A veto window gets more time; refused where a person gave it more before."""

    action_id: ActionId
    by: str
    """Empty: nobody gave it; the window of the cell is longer by now."""
    closes_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelApplied:
    """A label has been turned into an outcome."""

    desk: str
    source: str
    source_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimEnded:
    """Nobody works on the case any more."""

    case_id: CaseId


@dataclass(frozen=True, kw_only=True, slots=True)
class RunBegun:
    """A run begins; whoever advances runs finds it due."""

    run: Run
    wake_at: datetime
    client_key: str = ""
    """Of the form that asked for it; empty: the engine began it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunMoved:
    """A run leaves the hands of whoever advanced it; refused where it is no longer in them."""

    run: Run
    """As it is now: suspended or at its end."""
    step: RunStep | None
    """What it did last; None: it ends without another step."""
    lease_epoch: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RunAnswered:
    """What came of the write that a run waits for; refused where it was told before."""

    run_id: RunId
    step: int
    """The step that asked for it."""
    answer: WriteAnswered
    at: datetime


Record = (
    FactSet
    | Recommendation
    | OverrideAction
    | AuditDrawn
    | Decision
    | Grant
    | Effect
    | Outcome
    | GrantClosed
    | EffectChanged
    | DecisionTakenBack
    | BudgetReserved
    | BudgetReleased
    | WindowOpened
    | WindowExtended
    | LabelApplied
    | ClaimEnded
    | RunBegun
    | RunMoved
    | RunAnswered
)
"""What can commit with a change of a case."""

CONDITIONAL = (
    *(GrantClosed, BudgetReserved, Decision, DecisionTakenBack, WindowExtended),
    *(RunMoved, RunAnswered),
)
"""Records that the database may refuse; such a transition commits on its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Transition:
    """A case before and after, and what commits with it."""

    before: Case
    after: Case
    entries: tuple[EntryDraft, ...]
    """Ledger entries for the case's stream, at least one."""
    records: tuple[Record, ...] = ()
    spans: tuple[Span, ...] = ()
    choices: tuple[Choice, ...] = ()
    control_epoch: int | None = None
    """Refused unless pauses, envelopes and people's rights still are as of this epoch."""
    lease_epoch: int | None = None
    """Refused unless the case's lease still has this epoch; None for a person's command."""
    keeps_lease: bool = False
    """Whether the worker goes on with the case after the commit."""

    @property
    def is_conditional(self) -> bool:
        """Whether the database may refuse it for more than a stale version."""
        return self.control_epoch is not None or any(
            isinstance(record, CONDITIONAL) for record in self.records
        )

    def then(self, later: Transition) -> Transition:
        """This transition and one that starts where it ends, as one commit."""
        return Transition(
            before=self.before,
            after=later.after,
            entries=self.entries + later.entries,
            records=self.records + later.records,
            spans=self.spans + later.spans,
            choices=self.choices + later.choices,
            control_epoch=later.control_epoch
            if later.control_epoch is not None
            else self.control_epoch,
            lease_epoch=self.lease_epoch,
            keeps_lease=later.keeps_lease,
        )
