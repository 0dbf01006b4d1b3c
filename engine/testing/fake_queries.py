"""FakeQueries: the reads of `FakeEngine`. Lists that nothing changes come from the row makers."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from engine.domain.actor import Person
from engine.domain.case_status import FOR_PEOPLE, OPEN
from engine.domain.failure import FailureCode
from engine.domain.ids import CaseId
from engine.domain.policy import PolicyKind
from engine.domain.verdict import Verdict
from engine.errors import EngineError
from engine.service import live_rows, rows
from engine.service.demonstration_rows import DemonstrationRow
from engine.service.failure_rows import FailedCase, FailureCount, FailureFilter
from engine.service.policy_rows import GoalsRow, RuleRow
from engine.service.trials import Trial
from engine.testing import fake_failures, fake_goals
from engine.testing import fake_rows_limits as limits
from engine.testing import fake_rows_observe as observe
from engine.testing.fake_comparison import FakeComparisons
from engine.testing.fake_live import FakeLive
from engine.testing.fake_pages import part_of
from engine.testing.fake_rows import NAMES, VALUES
from engine.testing.fake_runs import FakeRunQueries, FakeRuns

if TYPE_CHECKING:
    from engine.testing.fake_engine import FakeEngine

T = TypeVar("T")


class FakeQueries(FakeRunQueries, FakeComparisons):
    """Reads over the fake's rows.

    Attributes:
        failure: Raised by every read while it is set.
        pauses: Scopes that are paused.
        marked: What demonstration this is; None: a product like any other.
        worker_is_alive: Whether the worker was seen a moment ago.
        watched: What software is about to do and did.
        reasoned: Runs of reasoners.
    """

    def __init__(self, engine: FakeEngine) -> None:
        """Read from this engine's rows."""
        self._engine = engine
        self.failure: EngineError | None = None
        self.pauses: tuple[str, ...] = ()
        self.marked: DemonstrationRow | None = None
        self.worker_is_alive = True
        self.watched = FakeLive(now=engine.now, desk_now=engine.desk_now, is_empty=not engine.cards)
        self.reasoned = FakeRuns(now=engine.now, cards=engine.cards)

    def _check(self) -> None:
        if self.failure:
            raise self.failure
        self._engine.settle()

    def desks(self) -> tuple[rows.DeskRow, ...]:
        """Incidents under a replayed clock, and a simulated second desk."""
        self._check()
        cards = self._engine.cards.values()
        return tuple(
            rows.DeskRow(
                name=name,
                title=title,
                goal="Every case reaches the group that resolves it, the first time.",
                measure="share of cases resolved by the first group",
                clock=self._engine.desk_now if name == "incidents" else self._engine.now(),
                is_replaying=name == "incidents",
                cases=sum(card.row.desk == name for card in cards),
                open_cases=sum(card.row.desk == name and card.row.status in OPEN for card in cards),
                has_simulated=name == "refunds",
                titles=dict(NAMES),
                values=dict(VALUES),
            )
            for name, title in (("incidents", "Incidents"), ("refunds", "Refunds"))
        )

    def demonstration(self) -> DemonstrationRow | None:
        """None, or what a test set."""
        self._check()
        return self.marked

    def queue(
        self, which: rows.QueueFilter, *, cursor: str = "", limit: int = 50
    ) -> rows.Page[rows.QueueRow]:
        """Cases for people, the most pressing first."""
        self._check()
        found = [card.row for card in self._engine.cards.values() if _matches(card.row, which)]
        found.sort(key=self._how_pressing)
        return part_of(found, cursor, limit)

    def _how_pressing(self, row: rows.QueueRow) -> tuple[timedelta, int, str]:
        clock = self._engine.desk_now if row.desk == "incidents" else self._engine.now()
        left = row.due_at - clock if row.due_at else timedelta.max
        return left, row.priority, row.source_id

    def queue_version(self, desk: str = "") -> str:
        """The number of changes so far."""
        self._check()
        return str(self._engine.changes)

    def card(self, case_id: CaseId) -> rows.CaseCard:
        """One card."""
        self._check()
        if case_id not in self._engine.cards:
            return self.watched.card(case_id)
        return self._engine.cards[case_id]

    def find_case(self, text: str) -> CaseId | None:
        """By id or source id."""
        self._check()
        for card in self._engine.cards.values():
            if text in (str(card.row.case_id), card.row.source_id):
                return card.row.case_id
        return self.watched.find(text)

    def traces(
        self, *, desk: str = "", text: str = "", cursor: str = "", limit: int = 50
    ) -> rows.Page[rows.TraceRow]:
        """Runs whose title or source id holds the text."""
        self._check()
        found = [
            row
            for row in self._listed(observe.traces())
            if text.lower() in f"{row.title} {row.source_id}".lower() and desk in ("", limits.DESK)
        ]
        return part_of(found, cursor, limit)

    def spans(self, case_id: CaseId) -> tuple[rows.SpanRow, ...]:
        """The same trace for every case; a script's where its card says so."""
        self._check()
        card = self._engine.cards.get(case_id)
        return self._listed(observe.spans(is_scripted=bool(card and card.row.is_scripted)))

    def cells(self, desk: str = "") -> tuple[rows.CellRow, ...]:
        """The envelope matrix."""
        self._check()
        return tuple(row for row in self._listed(limits.cells()) if desk in ("", row.desk))

    def curve(self, cell: str) -> tuple[rows.CurvePoint, ...]:
        """A curve for the routing cell alone."""
        self._check()
        return self._listed(limits.curve()) if cell == limits.ROUTING else ()

    def versions(self, desk: str, kind: PolicyKind) -> tuple[rows.VersionRow, ...]:
        """Versions, newest first."""
        self._check()
        is_envelope = kind is PolicyKind.ENVELOPE
        return self._listed(limits.versions() if is_envelope else fake_goals.versions(kind))

    def tools(self, desk: str) -> tuple[rows.ToolChoice, ...]:
        """The tools of any card of the desk."""
        self._check()
        cards = (card for card in self._engine.cards.values() if card.row.desk == desk)
        return next((card.tools for card in cards), ())

    def tried(
        self, desk: str, trial: Trial, kind: PolicyKind | None = None, document: str = ""
    ) -> Verdict:
        """The verdict of the incidents' card, refused where the priority is the most urgent."""
        self._check()
        return fake_goals.tried(trial)

    def changes(
        self,
        desk: str,
        kind: PolicyKind,
        document: str,
        before: int | None = None,
        back_to: int | None = None,
    ) -> tuple[rows.ChangeRow, ...]:
        """What a document says that the active one does not."""
        self._check()
        return limits.changes(document)

    def guardrails(self, desk: str) -> tuple[RuleRow, ...]:
        """Two rules, or none where there is nothing."""
        self._check()
        return self._listed(fake_goals.guardrails())

    def goals(self, desk: str) -> GoalsRow:
        """A goal with two measures, or a bare one."""
        self._check()
        return fake_goals.goals(is_bare=not self._engine.cards)

    def scores(self, desk: str = "") -> tuple[rows.CellScore, ...]:
        """The scorecard."""
        self._check()
        return self._listed(limits.scores())

    def failures(self, which: FailureFilter) -> tuple[FailureCount, ...]:
        """Counts by code."""
        self._check()
        return self._listed(fake_failures.counts(which, self._engine.now()))

    def failed_cases(
        self, code: FailureCode, which: FailureFilter, *, cursor: str = "", limit: int = 50
    ) -> rows.Page[FailedCase]:
        """Steps with a code."""
        self._check()
        return part_of(fake_failures.cases(code, which, self._engine.now()), cursor, limit)

    def ledger(
        self, *, stream: str = "", kind: str = "", cursor: str = "", limit: int = 50
    ) -> rows.Page[rows.LedgerRow]:
        """Entries of a stream and kind."""
        self._check()
        made = self._listed(observe.ledger())
        found = [row for row in made if stream in row.stream and kind in ("", row.kind)]
        return part_of(found, cursor, limit)

    def choices(
        self, *, text: str = "", kind: str = "", cursor: str = "", limit: int = 50
    ) -> rows.Page[rows.ChoiceRow]:
        """Lines of the decision log."""
        self._check()
        found = [
            row
            for row in self._listed(observe.choices())
            if text.lower() in f"{row.source_id} {row.chosen} {row.decider} {row.grounds}".lower()
            and kind in ("", row.kind)
        ]
        return part_of(found, cursor, limit)

    def schedules(self) -> tuple[rows.ScheduleRow, ...]:
        """Periodic jobs."""
        self._check()
        return self._listed(observe.schedules())

    def health(self) -> rows.Health:
        """Counts of the fake's cards; the worker was seen a second or an hour ago."""
        self._check()
        statuses = Counter(str(card.row.status) for card in self._engine.cards.values())
        silence = timedelta(seconds=1) if self.worker_is_alive else timedelta(hours=1)
        return rows.Health(
            cases_by_status=dict(statuses),
            effects_by_result={"SUCCEEDED": 41, "FAILED": 1},
            unsealed_entries=12,
            worker_seen_at=self._engine.now() - silence,
            database="sqlite:///data/local/countersign.db",
            pauses=self.pauses,
        )

    def live(self, desk: str = "") -> live_rows.LiveRow:
        """What software does by itself."""
        return self.watched.row(self.live_version(desk))

    def live_version(self, desk: str = "") -> str:
        """Another text with every change."""
        self._check()
        return self.watched.version(self._engine.changes)

    def ahead(self, desk: str = "") -> live_rows.AheadRow:
        """The line above every page."""
        self._check()
        return self.watched.ahead()

    def window(self, case_id: CaseId) -> live_rows.WindowRow | None:
        """The window of a case."""
        self._check()
        return self.watched.window(case_id)

    def audits(self, desk: str = "", *, person: Person) -> tuple[live_rows.AuditRow, ...]:
        """What waits for a blind answer."""
        self._check()
        return self.watched.audits(person)

    def audit(self, case_id: CaseId, person: Person) -> live_rows.AuditCard:
        """The card of an auditor."""
        self._check()
        return self.watched.audit(case_id, person)

    def audit_reveal(self, case_id: CaseId, person: Person) -> live_rows.RevealRow:
        """What software did."""
        self._check()
        return self.watched.reveal(case_id, person)

    def _is_filled(self) -> bool:
        return bool(self._engine.cards)

    def _listed(self, made: tuple[T, ...]) -> tuple[T, ...]:
        return made if self._engine.cards else ()


def _matches(row: rows.QueueRow, which: rows.QueueFilter) -> bool:
    return (
        (row.status is which.status if which.status else row.status in FOR_PEOPLE)
        and which.desk in ("", row.desk)
        and which.attention in (None, row.attention)
        and (not which.roles or row.role in which.roles)
        and which.text.lower() in f"{row.title} {row.source_id}".lower()
        and which.claimed_by in ("", row.claimed_by)
    )
