"""Ports: what the engine needs from outside, as Protocols. No implementation lives here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Protocol, Self
from uuid import UUID

from engine.domain.actor import Person
from engine.domain.budget import Spent
from engine.domain.canonical import Json
from engine.domain.case import Case, Lease, Origin, Signal
from engine.domain.credential import CallPermit, Credential
from engine.domain.decision import Decision
from engine.domain.demonstration import Demonstration
from engine.domain.difference import Difference
from engine.domain.effect import Effect
from engine.domain.fact import Fact, FactSet
from engine.domain.failure import FailureNoted
from engine.domain.grant import Grant
from engine.domain.identity import ReasonerId
from engine.domain.ids import ActionId, CaseId, ModelVersionId, RecommendationId, RunId
from engine.domain.ledger import EntryDraft
from engine.domain.model_call import ModelAnswer, ModelIdentity, ModelRequest
from engine.domain.outcome import Label, Outcome
from engine.domain.policy import PolicyKind, VersionStatus
from engine.domain.precedent import FittedPrecedent
from engine.domain.recommendation import Action, Draft, Recommendation
from engine.domain.run import Journal, Run, RunStep
from engine.domain.run_calls import ModelBudgets, ModelCall, ModelCallId
from engine.domain.tool import ToolContract
from engine.domain.transition import (
    AuditDrawn,
    BudgetReserved,
    RunAnswered,
    RunBegun,
    RunMoved,
    Transition,
)
from engine.domain.veto import VetoWindow


class Clock(Protocol):
    """The present; on PostgreSQL the database's."""

    def now(self) -> datetime:
        """Aware UTC."""
        ...


class Ids(Protocol):
    """Identifiers and randomness."""

    def new(self) -> UUID:
        """A UUIDv7."""
        ...

    def token(self, size: int = 16) -> bytes:
        """Random bytes fit for salts and secrets."""
        ...


# --- tools and reasoners -----------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Verification:
    """What reading the target back showed."""

    is_correct: bool
    seen: Json
    note: str = ""


class Tool(Protocol):
    """One capability of a desk: its contract and what it does."""

    @property
    def contract(self) -> ToolContract:
        """The declared promise."""
        ...

    def call(
        self, arguments: Mapping[str, Any], *, key: str, credential: Credential | None = None
    ) -> Json:
        """Do it, or read it.

        Args:
            arguments: Canonical arguments that passed the contract's schema.
            key: Idempotency key; empty for reads.
            credential: Good for this call alone; None where the system cannot narrow.

        Raises:
            ToolError: The call was refused and nothing changed.
            ToolUnavailable: The same, and trying again may help.
            ToolOutcomeUnknown: It is not known whether anything changed.
        """
        ...


ReadTool = Callable[[str, Mapping[str, Any]], Json]
"""Calls a read tool of the desk by name under a logged read permit.

Raises `ToolUnavailable` where it cannot be read now, `ToolError` where it is refused or breaks its
contract.
"""


class CredentialIssuer(Protocol):
    """Makes the credential of one call; whoever calls it is the only one who sees the secret."""

    def issue(
        self, contract: ToolContract, arguments: Mapping[str, Any], permit: CallPermit
    ) -> Credential | None:
        """A credential for this tool, these arguments and this permit, as short-lived as the call.

        None where the tool's system takes none: what it may do is then not narrowed.

        Raises:
            ToolError: The system takes credentials and its key is missing.
        """
        ...


class EffectTool(Tool, Protocol):
    """A tool that changes something: it can also look at its target and be undone.

    It reaches out in `call` alone; everything else it knows of the world it gets from `read`. (A
    desk whose system lies in the same process may look directly.)
    """

    def describe(self, arguments: Mapping[str, Any]) -> str:
        """The call in a few plain words, for the person."""
        ...

    def options(self, argument: str) -> tuple[str, ...]:
        """The values a person may choose for an argument; empty where any value may be typed."""
        ...

    def target_state(self, arguments: Mapping[str, Any], read: ReadTool) -> Json:
        """The part of the target's state that the call depends on.

        Raises:
            ToolError: The target does not exist or cannot be read.
        """
        ...

    def is_settled(self, state: Json) -> bool:
        """Whether that state says the target was resolved elsewhere."""
        ...

    def preview(self, arguments: Mapping[str, Any], read: ReadTool) -> Difference | None:
        """What the call would change now; None where the target cannot say.

        Raises:
            ToolError: The target would refuse it as it stands.
        """
        ...

    def verify(
        self, arguments: Mapping[str, Any], before: Json, result: Json, read: ReadTool
    ) -> Verification:
        """Read the target back: was what was asked for really done?"""
        ...

    def undo(
        self, arguments: Mapping[str, Any], before: Json, result: Json
    ) -> tuple[str, dict[str, Any]] | None:
        """The tool and arguments that put `before` back; None where nothing does.

        Args:
            arguments: Of the call that is to be undone.
            before: The target's state before it.
            result: What it answered.
        """
        ...

    def ask(self, key: str, read: ReadTool) -> Json:
        """The result of the call with that key; None where it never acted (`queryable` only)."""
        ...


class Perceiver(Protocol):
    """Makes facts of a signal, with a look at the system of record."""

    def __call__(self, signal: Signal, read: ReadTool, at: datetime) -> Sequence[Fact]:
        """Give the facts of the case.

        Args:
            signal: What came in.
            read: Calls a read tool of the desk.
            at: The desk's present: when what is read is observed.

        Raises:
            ToolError: The system of record could not be read.
        """
        ...


def never() -> bool:
    """Nobody is there to give a call up."""
    return False


class Model(Protocol):
    """A language model: one question, one answer. It acts on nothing and remembers nothing."""

    @property
    def identity(self) -> ModelIdentity:
        """Which one it is and what it takes."""
        ...

    def count(self, request: ModelRequest) -> int:
        """Tokens of the whole window of a request, before it is sent.

        Raises:
            ModelUnavailable: It cannot be counted now.
            ModelRefused: The request itself will not be taken.
        """
        ...

    def ask(
        self,
        request: ModelRequest,
        *,
        on_text: Callable[[str], None] | None = None,
        is_cancelled: Callable[[], bool] = never,
    ) -> ModelAnswer:
        """Ask once; nothing is tried again here.

        Args:
            request: All the model will see.
            on_text: Is told each piece of text as it comes, for somebody who watches.
            is_cancelled: Asked four times a second; once true, the call is given up.

        Raises:
            ModelUnavailable: It did not answer whole; `retry_after_s` says when it may.
            ModelRefused: The request itself will not be taken (key, model name, too long).
            ModelCancelled: `is_cancelled` said so.
        """
        ...


class Reasoner(Protocol):
    """Makes a recommendation; sees values only, holds no way to act."""

    @property
    def name(self) -> str:
        """`playbook`, `precedent`, `workflow` or `agent`."""
        ...

    @property
    def version(self) -> str:
        """Identity of the procedure, not of fitted weights."""
        ...

    def recommend(self, case: Case, facts: FactSet, memory: FittedPrecedent | None) -> Draft | None:
        """Give a draft, or None where it has nothing to recommend.

        Raises:
            ModelError: The fitted model is damaged.
        """
        ...


# --- the store ---------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    """A brake that is on."""

    scope: str
    """`all`, `desk:<name>` or `cell:<desk>/<case type>/<action>`."""
    reason: str
    by: str
    at: datetime
    resume_by: str = ""
    """Who asked to release everything; somebody else has to ask too."""
    resume_reason: str = ""
    resume_at: datetime | None = None
    """When they asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyVersion:
    """One version of a desk's envelope, guardrails or goals."""

    desk: str
    kind: PolicyKind
    version: int
    status: VersionStatus
    document: str
    """YAML."""
    note: str
    drafted_by: str
    drafted_at: datetime
    signed_by: str = ""
    activated_at: datetime | None = None
    rolled_back_by: str = ""
    """Who made it active again after it had been superseded."""
    simulation: Json = None
    """What history says of it, as it was when it was proposed; None: not asked."""
    earned: Mapping[str, str] | None = None
    """Of an envelope, by name the version of each reasoner when two people put it into force: its
    phases are those versions' and no other's. Of a proposal, when it was proposed: others cannot
    be signed for. None: nobody did."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Control:
    """What every authorisation depends on, read at one moment."""

    epoch: int
    """Grows with every pause, resume, activated envelope and change of a person's rights."""
    pauses: tuple[Pause, ...]
    active: Mapping[tuple[str, PolicyKind], PolicyVersion]
    """The active version by desk and kind."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelledPrediction:
    """A recommendation whose truth has become known: what calibration and thresholds eat."""

    source_id: str
    case_type: str
    known_at: datetime
    raw_confidence: float
    is_correct: bool
    by: ReasonerId | None = None
    """Who said it; None: the desk's own reasoner."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingRow:
    """A labelled case for fitting: facts as features, label, and when it became known."""

    case_id: str
    observed_at: datetime
    label_known_at: datetime
    facts: FactSet
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseTruth:
    """What is known of a case whose truth is known, and whether it may be followed."""

    case_id: CaseId
    source_id: str
    label: str
    """What proved right, as the label says that holds (record, adjudication, blind person)."""
    known_at: datetime
    calls: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    """What was done, verified and right, by tool and arguments; none: it is no precedent."""
    settled_at: datetime | None = None
    """When all of that was known; None: it is no precedent, and never was one."""
    turned_at: datetime | None = None
    """From when on it may not be followed any more."""
    why_turned: str = ""
    """Why, in words; empty: it may be followed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelDue:
    """A label that has become known, with the case it is about."""

    case: Case
    label: Label
    predicted: str | None
    """Label of the recommendation that it judges; None where there is none."""
    raw_confidence: float | None
    facts: FactSet | None
    recommendation_id: RecommendationId | None
    """The one that it judges: of a case that a run reasoned about or people told something of, the
    first that was put to anybody, before any answer; otherwise the one that stands."""
    by: ReasonerId | None = None
    """Who made it; None: nobody is known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelVersion:
    """One fit of a desk's learned reasoner."""

    id: ModelVersionId
    desk: str
    procedure_hash: str
    as_of: datetime
    """Desk time at which it was due; labels known later are not in it."""
    data_hash: str
    rows: int
    content: bytes
    fitted_at: datetime


class Reader(Protocol):
    """Reads the engine needs to compute a transition; never inside a write."""

    def case(self, case_id: CaseId) -> Case:
        """The case.

        Raises:
            NotFound: There is none with that id.
        """
        ...

    def signals(self, case_ids: Sequence[CaseId]) -> dict[CaseId, Signal]:
        """The latest signal of each case."""
        ...

    def fact_sets(self, case_ids: Sequence[CaseId]) -> dict[CaseId, FactSet]:
        """The latest facts of each case that has any."""
        ...

    def recommendation(self, case: Case) -> Recommendation | None:
        """The current recommendation with its actions."""
        ...

    def action(self, case: Case) -> Action | None:
        """The action that is to run: the recommended one or a person's override."""
        ...

    def plan(self, case: Case) -> tuple[Action, ...]:
        """What is to run, in order: the recommended plan, or the one action a person put there."""
        ...

    def actions(self, ids: Sequence[ActionId]) -> dict[ActionId, Action]:
        """Actions by their ids."""
        ...

    def grant(self, case: Case) -> Grant | None:
        """The newest grant of the case."""
        ...

    def effects(self, case_id: CaseId) -> tuple[Effect, ...]:
        """All effects of the case, oldest first."""
        ...

    def audit_draws(self, case_id: CaseId) -> tuple[AuditDrawn, ...]:
        """The audit draws of a case's actions; for auditors only."""
        ...

    def grants(self, case_id: CaseId) -> tuple[Grant, ...]:
        """All grants of the case, oldest first."""
        ...

    def outcomes(self, case_id: CaseId) -> tuple[Outcome, ...]:
        """What is known of the case's truth, oldest first."""
        ...

    def decisions(self, case_id: CaseId) -> tuple[Decision, ...]:
        """All decisions of the case that were not taken back, oldest first."""
        ...

    def had_a_hand(self, case_id: CaseId, person: str) -> bool:
        """Whether a person chose anything in a case: decided, held, gave time, undid."""
        ...

    def decision(self, case_id: CaseId) -> Decision | None:
        """The newest decision that was not taken back."""
        ...

    def decision_of_form(self, client_key: str) -> Decision | None:
        """The decision a form was sent for, unless it was taken back."""
        ...

    def control(self) -> Control:
        """Pauses, active envelopes and the control epoch; the epoch is never too new."""
        ...

    def control_epoch(self) -> int:
        """The control epoch alone."""
        ...

    def policy_version(self, desk: str, kind: PolicyKind, version: int) -> PolicyVersion | None:
        """One version of a desk's document."""
        ...

    def policy_versions(self, desk: str, kind: PolicyKind) -> tuple[PolicyVersion, ...]:
        """All versions of a desk's document, newest first."""
        ...

    def known_signals(self, source_ids: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Case]:
        """Cases that already exist for these (source, source id) pairs."""
        ...

    def spent(self, takings: Sequence[BudgetReserved]) -> Mapping[str, Spent]:
        """How much of each of these budgets is used, by key; what is unused may be missing."""
        ...

    def veto_window(self, action_id: ActionId) -> VetoWindow | None:
        """The window in which an action can be held."""
        ...

    def unnoticed_windows(self, limit: int) -> tuple[VetoWindow, ...]:
        """Open windows of which nobody has been told, oldest first."""
        ...

    def was_silent(self, since: datetime, until: datetime, longest: timedelta) -> bool:
        """Whether no worker gave a sign of life for longer than that between two moments."""
        ...

    def labels_due(
        self, desk: str, until: datetime, limit: int, offset: int = 0
    ) -> tuple[LabelDue, ...]:
        """Labels known before `until` and not applied yet, in (known_at, source id) order.

        Args:
            desk: Whose labels.
            until: The moment before which they were known.
            limit: At most so many.
            offset: How many of the first to leave out; they are in hand, not yet written.
        """
        ...

    def labelled_predictions(self, desk: str, until: datetime) -> Iterable[LabelledPrediction]:
        """All labelled predictions known by then, in (known_at, case) order."""
        ...

    def training_rows(self, desk: str, known_by: datetime) -> Iterable[TrainingRow]:
        """Labelled cases known by then, by the time they were observed."""
        ...

    def truths(
        self, desk: str, until: datetime, source_ids: Collection[str] | None = None
    ) -> tuple[CaseTruth, ...]:
        """Cases whose truth was known strictly before a moment, in the order in which it was.

        Args:
            desk: The desk.
            until: On its clock.
            source_ids: Only of these cases; None: of all.
        """
        ...

    def first_seen(self, case_ids: Sequence[CaseId]) -> dict[CaseId, tuple[Case, FactSet]]:
        """Cases that have facts, each with the facts it came in with."""
        ...

    def model_version(self, desk: str, procedure_hash: str, as_of: datetime) -> ModelVersion | None:
        """The newest fit that was due at or before `as_of`."""
        ...

    def demonstration(self) -> Demonstration | None:
        """The mark of a demonstration; None on every other database."""
        ...

    def person(self, name: str) -> Person | None:
        """The person with that sign-in name."""
        ...

    def origins(self, desk: str) -> frozenset[Origin]:
        """The kinds of data a desk holds."""
        ...

    def is_due(self, lane: int, now: datetime) -> bool:
        """Whether any case of a lane is due; cheap enough to ask all the time."""
        ...

    def next_wake(self, lane: int) -> datetime | None:
        """When the next case of a lane is due; None: nothing waits there."""
        ...

    def desk_time(self, desk: str) -> datetime | None:
        """How far the desk's replay clock has come; None where the desk runs live."""
        ...


class Controls(Protocol):
    """Pauses and envelopes; every change raises the control epoch."""

    def pause(self, pause: Pause) -> bool:
        """Set a brake, in the place of one that was on; False where one was."""
        ...

    def ask_to_resume(self, pause: Pause, asked: Pause) -> bool:
        """Put the first of two names under releasing a brake; False where it is no longer so."""
        ...

    def resume(self, pause: Pause) -> bool:
        """Release a brake; False where it is no longer as it was read."""
        ...

    def add_version(self, version: PolicyVersion) -> int:
        """Keep a new version and give its number (the one in the value is ignored)."""
        ...

    def change_version(self, version: PolicyVersion, *, was: PolicyVersion) -> None:
        """Write a version's later state.

        Raises:
            Conflict: It no longer has the status and the text it had.
        """
        ...

    def activate_version(self, version: PolicyVersion, *, was: PolicyVersion, over: int) -> None:
        """Make a version the active one, in the place of the one that was.

        Args:
            version: The version as it will be.
            was: The same before.
            over: Number of the version whose place it takes; 0: of what the desk shipped with.

        Raises:
            Conflict: It no longer has the status it had, or another version is active.
        """
        ...

    def raise_epoch(self) -> None:
        """Make every authorisation that is under way compute anew."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """Who works on a case, until when, and what they have typed so far."""

    case_id: CaseId
    person: str
    claimed_at: datetime
    expires_at: datetime
    draft: str


class Windows(Protocol):
    """Notices of veto windows; what else changes them is part of a transition."""

    def note(self, window: VetoWindow) -> bool:
        """Write down a try to tell people; False where they were told, or it closed, before."""
        ...


class Claims(Protocol):
    """Who works on which case; a table of its own, so that claiming changes no version."""

    def get(self, case_id: CaseId) -> Claim | None:
        """The claim on a case, expired or not."""
        ...

    def put(self, claim: Claim) -> None:
        """Set or renew a claim."""
        ...

    def end(self, case_id: CaseId) -> None:
        """Remove a claim."""
        ...


class Learned(Protocol):
    """Labels, fits and the desk's clock."""

    def add_labels(self, labels: Sequence[Label]) -> int:
        """Keep labels that are not known yet or have changed; gives how many."""
        ...

    def add_model_version(self, version: ModelVersion) -> None:
        """Keep a fit, in the place of an earlier one for the same moment, which was damaged."""
        ...

    def start_replay(self, desk: str, at: datetime) -> None:
        """Put a desk under a replay clock, unless it has one."""
        ...

    def set_desk_time(self, desk: str, now: datetime) -> None:
        """Move a desk's replay clock forward, never back."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduleRun:
    """The state of one periodic job."""

    name: str
    every: str
    last_run: datetime | None
    next_run: datetime | None
    failures: int
    last_error: str


class Housekeeping(Protocol):
    """Signs of life and periodic jobs."""

    def heartbeat(self, worker: str, started_at: datetime, now: datetime) -> None:
        """Note that a worker is alive, and for how long none was before."""
        ...

    def record_run(self, run: ScheduleRun) -> None:
        """Note the state of a periodic job."""
        ...

    def mark_demonstration(self, mark: Demonstration) -> bool:
        """Mark an empty database as a demonstration, for good.

        Returns:
            False where it is marked already or holds anything: then nothing has changed.
        """
        ...

    def set_pace(self, per_hour: float) -> None:
        """Note how many cases an hour the feed of a demonstration makes now."""
        ...

    def free_leases(self, owner: str = "") -> int:
        """Drop the leases of a worker that starts anew.

        Args:
            owner: Its name; empty: all leases, where no other worker can be running.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class LeasedRun:
    """A run in the hands of whoever advances it now."""

    run: Run
    epoch: int
    """Of the lease; every write is refused under another one."""


class RunReader(Protocol):
    """Reads of runs."""

    def run(self, run_id: RunId) -> Run:
        """The run.

        Raises:
            NotFound: There is none with that id.
        """
        ...

    def lease_epoch(self, run_id: RunId) -> int | None:
        """Epoch of the lease of a run that is RUNNING; None: it is not, or nobody holds it."""
        ...

    def run_of_form(self, client_key: str) -> Run | None:
        """The run that a form was sent for."""
        ...

    def journal(self, run_id: RunId) -> Journal:
        """A run with its steps.

        Raises:
            NotFound: There is none with that id.
        """
        ...

    def step(self, run_id: RunId, number: int) -> RunStep:
        """One step of a run.

        Raises:
            NotFound: There is none with that number.
        """
        ...

    def runs_of(self, case_id: CaseId) -> tuple[Run, ...]:
        """All runs of a case, oldest first."""
        ...

    def calls(self, run_id: RunId, step: int | None = None) -> tuple[ModelCall, ...]:
        """The calls of models that a run made, or one step of it, oldest first."""
        ...

    def said(self, run_id: RunId) -> str:
        """What has come of the answer that a run waits for now; empty: nothing yet, or none."""
        ...

    def texts(self, digests: Sequence[str]) -> dict[str, str]:
        """Texts of windows by their SHA-256 in hex; unknown ones are missing."""
        ...

    def is_due(self, now: datetime) -> bool:
        """Whether any run is due that nobody holds; cheap enough to ask all the time."""
        ...

    def next_wake(self) -> datetime | None:
        """When the next run is due; None: none waits."""
        ...


class Runs(Protocol):
    """Runs, as those write them who begin, advance and answer them."""

    def begin(self, begun: RunBegun) -> bool:
        """Write a new run; False where its form was sent before.

        Raises:
            Conflict: It goes beside a case, and one of its kind still does.
        """
        ...

    def claim_due(
        self, *, now: datetime, lease: Lease, limit: int, desk: str
    ) -> tuple[LeasedRun, ...]:
        """Lease due runs of a desk, live ones first, then the most overdue."""
        ...

    def append(self, moved: RunMoved, *, until: datetime, texts: Mapping[str, str]) -> None:
        """Write a run's next step and hold its lease for longer, where it goes on.

        Args:
            moved: The run behind the step.
            until: End of the lease.
            texts: New texts of windows, by their SHA-256 in hex; known ones are left as they are.

        Raises:
            Conflict: The run is no longer in these hands.
        """
        ...

    def move(self, moved: RunMoved) -> None:
        """Write where a run goes; what it used is counted by its calls, not written here.

        Raises:
            Conflict: The run is no longer in these hands.
        """
        ...

    def answer(self, answered: RunAnswered) -> None:
        """Tell a suspended run what came of its write; it is due at once.

        Raises:
            AlreadyDone: It was told before, or no longer waits.
        """
        ...

    def supersede(self, run_id: RunId, at: datetime, why: str) -> None:
        """End a run whose case goes on without it; one that has ended stays as it is.

        Its open calls are lost with it.
        """
        ...

    def put_off(self, run_id: RunId, lease_epoch: int, until: datetime) -> None:
        """Give a run back, due at a moment; nothing happens where it is in other hands."""
        ...

    def intend_call(self, call: ModelCall, lease_epoch: int, budgets: ModelBudgets) -> None:
        """Write a call down before it leaves, and reserve the most it can cost.

        Raises:
            Conflict: The run is no longer in these hands.
            BudgetSpent: A budget of the run, the desk's day or the day has no room for it; a run
                beside a case finds half the room of a day.
        """
        ...

    def end_call(self, call: ModelCall, budgets: ModelBudgets) -> bool:
        """Write what came of a call, and give back what it did not cost.

        False where it was called lost meanwhile: nothing of its answer counts then. Only where its
        run was superseded is the cost of a lost call put right.
        """
        ...

    def hear(self, call_id: ModelCallId, said: str) -> None:
        """Write what has come of an answer so far, for those who watch it; it binds nothing."""
        ...

    def lose_calls(self, run_id: RunId, lease_epoch: int) -> int:
        """Call those lost whose answer nobody wrote; gives how many. What they took stays taken.

        Raises:
            Conflict: The run is no longer in these hands.
        """
        ...


class UnitOfWork(Protocol):
    """One write transaction: everything in it commits together, or nothing does."""

    @property
    def controls(self) -> Controls:
        """Pauses and envelopes."""
        ...

    @property
    def claims(self) -> Claims:
        """Who works on which case."""
        ...

    @property
    def windows(self) -> Windows:
        """Notices of veto windows."""
        ...

    @property
    def learned(self) -> Learned:
        """Labels, fits and desk clocks."""
        ...

    @property
    def housekeeping(self) -> Housekeeping:
        """Signs of life and periodic jobs."""
        ...

    @property
    def runs(self) -> Runs:
        """Runs; what changes them with their case is part of a transition."""
        ...

    def __enter__(self) -> Self:
        """Begin.

        Raises:
            StoreUnavailable: The database is locked, read-only or out of reach.
        """
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Roll back unless committed."""
        ...

    def commit(self) -> None:
        """Make it durable."""
        ...

    def apply(self, transitions: Sequence[Transition]) -> frozenset[CaseId]:
        """Apply transitions with their ledger entries.

        Returns:
            Cases whose version or lease had moved on; nothing of them was written.

        Raises:
            Conflict: A conditional record was refused; roll back. Its kind says which.
        """
        ...

    def add_cases(self, cases: Sequence[tuple[Case, Signal, Sequence[EntryDraft]]]) -> None:
        """Insert new cases with their signals and first ledger entries."""
        ...

    def change_signal(self, transition: Transition, signal: Signal) -> None:
        """Apply a transition that came from a changed signal, and keep the new payload.

        Raises:
            Conflict: The case moved on in between.
        """
        ...

    def note_failures(self, failures: Sequence[FailureNoted]) -> None:
        """Note steps that were interrupted before anything of them could be written.

        `apply` notes the failed steps of a transition by itself. The same step, failing in the
        same way once more, is the same row.
        """
        ...

    def append(self, stream: str, entries: Sequence[EntryDraft]) -> None:
        """Append to a ledger stream without changing a case."""
        ...

    def put_off(self, case: Case, until: datetime) -> None:
        """Let nobody take a leased case before a moment; nothing else of it changes.

        Nothing happens where the lease is no longer the one that `case` was read under.
        """
        ...

    def claim_due(
        self, *, lane: int, now: datetime, lease: Lease, limit: int, desk: str = ""
    ) -> tuple[Case, ...]:
        """Lease due cases to a worker, most overdue first.

        Args:
            lane: 0 what acts, 1 what is to be perceived and reasoned about, 2 what waits.
            now: Cases whose `wake_at` is not later.
            lease: Who takes them, and until when.
            limit: At most so many.
            desk: Only this desk's; empty: all.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """What people are told of a veto window; the action's arguments are not in it."""

    key: str
    """The same for every try."""
    case_id: CaseId
    desk: str
    proposal: str
    closes_at: datetime


class Notifier(Protocol):
    """Tells people outside the console."""

    @property
    def channel(self) -> str:
        """What it is called; empty: there is none, and nothing is ever delivered."""
        ...

    def notify(self, notice: Notice) -> None:
        """Deliver a notice.

        Raises:
            ToolUnavailable: It is not known to have arrived.
        """
        ...


class Wakeup(Protocol):
    """Lets an idle worker sleep until another process has written."""

    def wait(self, timeout_s: float) -> None:
        """Return when something was written elsewhere, or when the time is up."""
        ...


class Store(Protocol):
    """The database: reads, and write transactions."""

    @property
    def reader(self) -> Reader:
        """Reads of the engine."""
        ...

    @property
    def runs(self) -> RunReader:
        """Reads of runs."""
        ...

    def begin(self, *, is_lasting: bool = True) -> UnitOfWork:
        """A write transaction, to be used in a `with` block.

        Args:
            is_lasting: Whether a power cut must not undo it. False is for leases and claims, which
                are simply taken anew; it spares the wait for the disk.
        """
        ...
