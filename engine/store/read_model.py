"""SqlQueries: the reads behind every page, over read-only connections. It only delegates."""

from __future__ import annotations

from collections.abc import Mapping

from engine.desk import Desk
from engine.domain.actor import Person
from engine.domain.failure import FailureCode
from engine.domain.ids import CaseId, RunId
from engine.domain.policy import PolicyKind
from engine.domain.verdict import Verdict
from engine.ports import Clock
from engine.runtime.policy import PolicyView
from engine.runtime.runs.reasoners import NO_MODEL, Reasoners
from engine.service import live_rows, rows
from engine.service.comparison_rows import ComparisonRow, ComparisonSlice, RunsMade
from engine.service.demonstration_rows import DemonstrationRow
from engine.service.failure_rows import FailedCase, FailureCount, FailureFilter
from engine.service.policy_rows import GoalsRow, RuleRow
from engine.service.run_rows import RunCard, RunFilter, RunKindRow, RunRow
from engine.service.trials import Trial
from engine.store.database import Database
from engine.store.read_audits import Audits
from engine.store.read_card import Cards
from engine.store.read_cells import Cells
from engine.store.read_choices import Choices
from engine.store.read_comparison import Comparing
from engine.store.read_evidence import EvidenceBook
from engine.store.read_failures import Failures
from engine.store.read_goals import Goals
from engine.store.read_health import Signs
from engine.store.read_identities import Identities
from engine.store.read_labels import Labels
from engine.store.read_ledger import LedgerPages
from engine.store.read_live import Live
from engine.store.read_queue import Queue
from engine.store.read_runs import Runs
from engine.store.read_scores import Scores
from engine.store.read_source import ReadSource
from engine.store.read_traces import Traces
from engine.store.read_versions import Versions
from engine.store.reader import SqlReader


class SqlQueries:
    """The engine's read model; see `engine.service.queries.Queries` for what each read gives."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        desks: Mapping[str, Desk],
        take_back_s: float,
        reasoners: Reasoners = NO_MODEL,
    ) -> None:
        """Read from a database; nothing is opened before the first read.

        The clock is the wall clock, for claims and live desks; `take_back_s` is for a card's words,
        `reasoners` say which runs can be started here.
        """
        reader = SqlReader(database)
        source = ReadSource(
            database=database,
            clock=clock,
            desks=desks,
            reader=reader,
            policy=PolicyView(reader, desks),
        )
        labels = Labels(source)
        self._identities = Identities(source, labels, reasoners)
        self._evidence = EvidenceBook(labels, self._identities)
        queue, ledger = Queue(source), LedgerPages(source)
        self._queue, self._ledger = queue, ledger
        self._cards = Cards(
            source, queue=queue, ledger=ledger, evidence=self._evidence, take_back_s=take_back_s
        )
        self._traces, self._cells = Traces(source), Cells(source, self._evidence, self._identities)
        self._versions = Versions(source, self._cells, self._identities)
        self._scores = Scores(source, labels, self._identities)
        self._goals = Goals(source, self._scores)
        self._choices, self._signs = Choices(source), Signs(source)
        self._live = Live(source, queue=queue, cells=self._cells, take_back_s=take_back_s)
        self._audits, self._failures = Audits(source), Failures(source)
        self._runs, self._comparing = Runs(source, reasoners), Comparing(source, reasoners)

    def desks(self) -> tuple[rows.DeskRow, ...]:
        """The desks that run here."""
        return self._signs.desks()

    def queue(
        self, which: rows.QueueFilter, *, cursor: str = "", limit: int = 50
    ) -> rows.Page[rows.QueueRow]:
        """Cases that wait for a person, the most pressing first."""
        return self._queue.page(which, cursor=cursor, limit=limit)

    def queue_version(self, desk: str = "") -> str:
        """A text that changes with every change of a case and of a claim that holds."""
        return self._queue.version(desk)

    def card(self, case_id: CaseId) -> rows.CaseCard:
        """All about one case."""
        return self._cards.card(case_id)

    def find_case(self, text: str) -> CaseId | None:
        """The case with that source id or id; of several the newest."""
        return self._queue.find(text)

    def traces(
        self, *, desk: str = "", text: str = "", cursor: str = "", limit: int = 50
    ) -> rows.Page[rows.TraceRow]:
        """Runs, newest first."""
        return self._traces.page(desk=desk, text=text, cursor=cursor, limit=limit)

    def spans(self, case_id: CaseId) -> tuple[rows.SpanRow, ...]:
        """The trace of one case; empty where nothing has happened to it."""
        return self._traces.spans(case_id)

    def runs(self, which: RunFilter, *, cursor: str = "", limit: int = 50) -> rows.Page[RunRow]:
        """Runs, live and in shadow, the newest first."""
        return self._runs.page(which, cursor=cursor, limit=limit)

    def run(self, run_id: RunId) -> RunCard:
        """One run in full."""
        return self._runs.card(run_id)

    def run_version(self, run_id: RunId) -> str:
        """A text that changes with every step, call and answer of a run."""
        return self._runs.version(run_id)

    def find_run(self, text: str) -> RunId | None:
        """The run with that id."""
        return self._runs.find(text)

    def block_text(self, run_id: RunId, step: int, place: int) -> str:
        """What stood in a block of a window, word for word."""
        return self._runs.block_text(run_id, step, place)

    def run_kinds(self, case_id: CaseId) -> tuple[RunKindRow, ...]:
        """Every kind of run, and whether one can be started for a case."""
        return self._runs.kinds(case_id)

    def comparison(self, which: ComparisonSlice) -> ComparisonRow:
        """Reasoners side by side over a slice of runs."""
        return self._comparing.row(which)

    def runs_made(self) -> tuple[RunsMade, ...]:
        """How many runs there are of each sort."""
        return self._comparing.made()

    def cells(self, desk: str = "") -> tuple[rows.CellRow, ...]:
        """The envelope matrix."""
        return self._cells.rows(desk)

    def reasoner_versions(self, desk: str) -> Mapping[str, str]:
        """By name, which version of each reasoner of a desk is the present one."""
        return self._identities.of_desk(desk)

    def curve(self, cell: str) -> tuple[rows.CurvePoint, ...]:
        """Error against coverage of a cell, the strictest threshold first.

        Over all recommendations that were scored before their truth became known. The thresholds
        are *raw* confidences: a calibration changes over time and is not kept with each outcome,
        and the rolling rule cuts on the raw confidence as well. At most 200 points, evenly
        spread over coverage; each bound is for its own point, not for the whole curve.
        """
        return self._evidence.curve(cell)

    def versions(self, desk: str, kind: PolicyKind) -> tuple[rows.VersionRow, ...]:
        """Versions of a document, newest first; version 0 is what the desk ships with."""
        return self._versions.rows(desk, kind)

    def changes(
        self,
        desk: str,
        kind: PolicyKind,
        document: str,
        before: int | None = None,
        back_to: int | None = None,
    ) -> tuple[rows.ChangeRow, ...]:
        """See `engine.service.queries.Queries.changes`."""
        return self._versions.changes(desk, kind, document, before, back_to)

    def tools(self, desk: str) -> tuple[rows.ToolChoice, ...]:
        """See `engine.service.queries.Queries.tools`."""
        return self._versions.tools(desk)

    def tried(
        self, desk: str, trial: Trial, kind: PolicyKind | None = None, document: str = ""
    ) -> Verdict:
        """See `engine.service.queries.Queries.tried`."""
        return self._versions.tried(desk, trial, kind, document)

    def guardrails(self, desk: str) -> tuple[RuleRow, ...]:
        """The guardrails of a desk that are in force."""
        return self._goals.guardrails(desk)

    def goals(self, desk: str) -> GoalsRow:
        """The goals of a desk that are in force, with the measures as they are."""
        return self._goals.goals(desk)

    def scores(self, desk: str = "") -> tuple[rows.CellScore, ...]:
        """The scorecard, one row a cell and data origin."""
        return self._scores.rows(desk)

    def failures(self, which: FailureFilter) -> tuple[FailureCount, ...]:
        """How often steps failed, by code, the most frequent first."""
        return self._failures.counts(which)

    def failed_cases(
        self, code: FailureCode, which: FailureFilter, *, cursor: str = "", limit: int = 50
    ) -> rows.Page[FailedCase]:
        """Steps that failed with a code, newest first."""
        return self._failures.cases(code, which, cursor=cursor, limit=limit)

    def ledger(
        self, *, stream: str = "", kind: str = "", cursor: str = "", limit: int = 50
    ) -> rows.Page[rows.LedgerRow]:
        """Ledger entries, newest first; `stream` is a name or the beginning of names."""
        return self._ledger.page(stream=stream, kind=kind, cursor=cursor, limit=limit)

    def choices(
        self, *, text: str = "", kind: str = "", cursor: str = "", limit: int = 50
    ) -> rows.Page[rows.ChoiceRow]:
        """The decision log, newest first."""
        return self._choices.page(text=text, kind=kind, cursor=cursor, limit=limit)

    def schedules(self) -> tuple[rows.ScheduleRow, ...]:
        """Periodic jobs."""
        return self._signs.schedules()

    def health(self) -> rows.Health:
        """Counts and signs of life."""
        return self._signs.health()

    def demonstration(self) -> DemonstrationRow | None:
        """What this demonstration is; None on every other database."""
        return self._signs.demonstration()

    def live(self, desk: str = "") -> live_rows.LiveRow:
        """What software is about to do, what is held, what it did alone, budgets and brakes."""
        return self._live.row(desk)

    def live_version(self, desk: str = "") -> str:
        """A text that changes with every case, claim, notice, brake and budget window."""
        return self._live.version(desk)

    def ahead(self, desk: str = "") -> live_rows.AheadRow:
        """How many actions run unless somebody stops them."""
        return self._live.ahead(desk)

    def window(self, case_id: CaseId) -> live_rows.WindowRow | None:
        """The open veto window of a case."""
        return self._live.window(case_id)

    def audits(self, desk: str = "", *, person: Person) -> tuple[live_rows.AuditRow, ...]:
        """Actions drawn for audit that wait for this person's blind answer, oldest first."""
        return self._audits.rows(desk, person)

    def audit(self, case_id: CaseId, person: Person) -> live_rows.AuditCard:
        """The case as it was before the effect."""
        return self._audits.card(case_id, person)

    def audit_reveal(self, case_id: CaseId, person: Person) -> live_rows.RevealRow:
        """What software did, beside the blind answer."""
        return self._audits.reveal(case_id, person)
