"""Queries: the reads behind every page. A Protocol here, implemented by the store's read model."""

from __future__ import annotations

from typing import Protocol

from engine.domain.actor import Person
from engine.domain.failure import FailureCode
from engine.domain.ids import CaseId
from engine.domain.policy import PolicyKind
from engine.domain.verdict import Verdict
from engine.service import live_rows, rows
from engine.service.demonstration_rows import DemonstrationRow
from engine.service.failure_rows import FailedCase, FailureCount, FailureFilter
from engine.service.policy_rows import GoalsRow, RuleRow
from engine.service.run_queries import RunQueries
from engine.service.trials import Trial


class Queries(RunQueries, Protocol):
    """Plain rows for console, command line and API; paged, and never a write."""

    def desks(self) -> tuple[rows.DeskRow, ...]:
        """The desks that run here."""
        ...

    def queue(
        self, which: rows.QueueFilter, *, cursor: str = "", limit: int = 50
    ) -> rows.Page[rows.QueueRow]:
        """Cases that wait for a person, the most pressing first: deadline, then priority."""
        ...

    def queue_version(self, desk: str = "") -> str:
        """A short text that changes whenever the queue may have changed; cheap to ask."""
        ...

    def card(self, case_id: CaseId) -> rows.CaseCard:
        """All about one case.

        Raises:
            NotFound: There is none with that id.
        """
        ...

    def find_case(self, text: str) -> CaseId | None:
        """The case with that id or source id."""
        ...

    def traces(
        self, *, desk: str = "", text: str = "", cursor: str = "", limit: int = 50
    ) -> rows.Page[rows.TraceRow]:
        """Runs, newest first."""
        ...

    def spans(self, case_id: CaseId) -> tuple[rows.SpanRow, ...]:
        """The trace of one case."""
        ...

    def cells(self, desk: str = "") -> tuple[rows.CellRow, ...]:
        """The envelope matrix."""
        ...

    def curve(self, cell: str) -> tuple[rows.CurvePoint, ...]:
        """Coverage against error of a cell, over predictions made before their truth was known."""
        ...

    def versions(self, desk: str, kind: PolicyKind) -> tuple[rows.VersionRow, ...]:
        """Versions of a desk's document, newest first; 0 is what the desk ships with."""
        ...

    def changes(
        self,
        desk: str,
        kind: PolicyKind,
        document: str,
        before: int | None = None,
        back_to: int | None = None,
    ) -> tuple[rows.ChangeRow, ...]:
        """What a document (YAML) changes against a version, by default the active one.

        Args:
            desk: Whose document.
            kind: Which of its documents.
            document: What is to hold.
            before: The version it would replace; None: the active one.
            back_to: The version whose document it is, where somebody would go back to it: its
                phases stay those of the reasoners it was signed for. None: they become those of
                the reasoners that are here.

        Raises:
            NotFound: There is no such desk or version.
            ConfigError: It is no document of that kind; the message names the line.
        """
        ...

    def tools(self, desk: str) -> tuple[rows.ToolChoice, ...]:
        """The tools of a desk with the fields of a request to try; what they act on is set.

        Raises:
            NotFound: There is no such desk.
        """
        ...

    def tried(
        self, desk: str, trial: Trial, kind: PolicyKind | None = None, document: str = ""
    ) -> Verdict:
        """What policy would say of a request; nothing comes of it.

        Args:
            desk: Whose policy.
            trial: The request.
            kind: Which document to take from a draft; None: all as they are in force.
            document: That draft, as YAML.

        Raises:
            NotFound: There is no such desk or action.
            ConfigError: The draft is no document of that kind; the message names the line.
        """
        ...

    def guardrails(self, desk: str) -> tuple[RuleRow, ...]:
        """The guardrails of a desk that are in force.

        Raises:
            NotFound: There is no such desk.
        """
        ...

    def goals(self, desk: str) -> GoalsRow:
        """The goals of a desk that are in force, with the measures as they are.

        Raises:
            NotFound: There is no such desk.
        """
        ...

    def scores(self, desk: str = "") -> tuple[rows.CellScore, ...]:
        """The scorecard, one row a cell and data origin."""
        ...

    def failures(self, which: FailureFilter) -> tuple[FailureCount, ...]:
        """How often steps failed, by code, the most frequent first."""
        ...

    def failed_cases(
        self, code: FailureCode, which: FailureFilter, *, cursor: str = "", limit: int = 50
    ) -> rows.Page[FailedCase]:
        """Steps that failed with a code, newest first."""
        ...

    def ledger(
        self, *, stream: str = "", kind: str = "", cursor: str = "", limit: int = 50
    ) -> rows.Page[rows.LedgerRow]:
        """Ledger entries, newest first."""
        ...

    def choices(
        self, *, text: str = "", kind: str = "", cursor: str = "", limit: int = 50
    ) -> rows.Page[rows.ChoiceRow]:
        """The decision log, newest first."""
        ...

    def schedules(self) -> tuple[rows.ScheduleRow, ...]:
        """Periodic jobs."""
        ...

    def health(self) -> rows.Health:
        """Counts and signs of life."""
        ...

    def demonstration(self) -> DemonstrationRow | None:
        """What this demonstration is; None on every other database."""
        ...

    # --- software at work ----------------------------------------------------------------

    def live(self, desk: str = "") -> live_rows.LiveRow:
        """What software is about to do, what is held, what it did alone, budgets and brakes."""
        ...

    def live_version(self, desk: str = "") -> str:
        """A short text that changes whenever `live` may have changed; cheap to ask."""
        ...

    def ahead(self, desk: str = "") -> live_rows.AheadRow:
        """How many actions run unless somebody stops them; cheap enough for every page."""
        ...

    def window(self, case_id: CaseId) -> live_rows.WindowRow | None:
        """The open veto window of a case; None where it waits in none."""
        ...

    def audits(self, desk: str = "", *, person: Person) -> tuple[live_rows.AuditRow, ...]:
        """Actions that ran alone, were drawn and wait for this person's blind answer, oldest first.

        Raises:
            NotAllowed: Only auditors learn what was drawn.
        """
        ...

    def audit(self, case_id: CaseId, person: Person) -> live_rows.AuditCard:
        """The case as it was before the effect, and nothing of what software did.

        Raises:
            NotAllowed: The person is no auditor.
            NotFound: Nothing of the case waits for an answer of this person.
        """
        ...

    def audit_reveal(self, case_id: CaseId, person: Person) -> live_rows.RevealRow:
        """What software did, beside the blind answer.

        Raises:
            NotAllowed: The person is no auditor, or nobody has answered yet.
            NotFound: There is no such case.
        """
        ...
