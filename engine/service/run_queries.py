"""Run queries: the reads about runs; part of `Queries`."""

from __future__ import annotations

from typing import Protocol

from engine.domain.ids import CaseId, RunId
from engine.service.comparison_rows import ComparisonRow, ComparisonSlice, RunsMade
from engine.service.rows import Page
from engine.service.run_rows import RunCard, RunFilter, RunKindRow, RunRow


class RunQueries(Protocol):
    """Plain rows about runs; never a write."""

    def runs(self, which: RunFilter, *, cursor: str = "", limit: int = 50) -> Page[RunRow]:
        """Runs, live and in shadow, the newest first."""
        ...

    def run(self, run_id: RunId) -> RunCard:
        """One run in full.

        Raises:
            NotFound: There is no such run.
        """
        ...

    def run_version(self, run_id: RunId) -> str:
        """A short text that changes whenever the run may have changed; cheap to ask.

        Raises:
            NotFound: There is no such run.
        """
        ...

    def find_run(self, text: str) -> RunId | None:
        """The run with that id."""
        ...

    def block_text(self, run_id: RunId, step: int, place: int) -> str:
        """What stood in a block of a window, word for word; untrusted text.

        Args:
            run_id: The run.
            step: Number of the question.
            place: Of the block in that question's context ledger, from 1.

        Raises:
            NotFound: Nothing of that block stood there, or there is no such question.
        """
        ...

    def run_kinds(self, case_id: CaseId) -> tuple[RunKindRow, ...]:
        """Every kind of run, and whether one can be started for a case.

        Raises:
            NotFound: There is no such case.
        """
        ...

    def comparison(self, which: ComparisonSlice) -> ComparisonRow:
        """Reasoners side by side over a slice of runs."""
        ...

    def runs_made(self) -> tuple[RunsMade, ...]:
        """How many runs there are of each sort: what a slice can be made of."""
        ...
