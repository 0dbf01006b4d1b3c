"""Queries: the reads behind every page. A Protocol here, implemented by the store's read model."""

from __future__ import annotations

from typing import Protocol

from engine.domain.ids import CaseId
from engine.service import rows


class Queries(Protocol):
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

    def envelopes(self, desk: str) -> tuple[rows.EnvelopeRow, ...]:
        """Versions of a desk's envelope, newest first."""
        ...

    def scores(self, desk: str = "") -> tuple[rows.CellScore, ...]:
        """The scorecard, one row a cell and data origin."""
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
