"""Remembering: the library of a desk and how far its answers can be trusted, as time goes by.

Every case is asked about as it came in, with nothing that was known later, and what memory would
have said is held against its truth once that is known: from the first day on its confidence is
calibrated on answers that nobody acted on. No store is needed: whoever has the cases tells them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from engine.domain.memory import Library, Remembered
from engine.domain.precedent import PrecedentProcedure
from engine.learn.fit_library import fit_library
from engine.learn.rolling import ResolvedPrediction, RollingState, due_moment
from engine.reason.likeness import Asked, answer_of
from engine.reason.memory_reasoner import Recall

_EARLIEST = datetime.min.replace(tzinfo=UTC)


class Remembering:
    """What a desk remembers; questions come in the order of time."""

    def __init__(self, recall: Recall, procedure: PrecedentProcedure) -> None:
        """Remember nothing yet.

        Args:
            recall: How cases are remembered.
            procedure: How confidence is calibrated and thresholds are chosen.
        """
        self.state = RollingState(procedure)
        """Of what memory would have said of each case."""
        self.library: Library | None = None
        """Of the latest moment."""
        self._recall = recall
        self._rows: dict[str, Remembered] = {}
        self._judged: set[str] = set()
        self._asked = _EARLIEST

    def due(self, at: datetime) -> datetime:
        """The `as_of` of the library in force at a moment."""
        return due_moment(max(at, self._asked), self._recall.procedure.refit_hours)

    def present(self, at: datetime) -> datetime:
        """A moment to ask about; a late question gets the newest answer."""
        self._asked = max(at, self._asked)
        return self._asked

    @property
    def known(self) -> Mapping[str, Remembered]:
        """What was told, by case id."""
        return self._rows

    def tell(self, rows: Iterable[Remembered]) -> None:
        """Cases whose truth is known, or that have turned since they were told."""
        self._rows |= {row.case_id: row for row in rows}

    def renew(self, moment: datetime) -> Library | None:
        """Make the library of a moment, and judge what it would have said of cases known by then.

        Args:
            moment: A `due` one, not before the last.
        """
        self.library = fit_library(self._rows.values(), self._recall.procedure, moment)
        fresh = [
            row
            for row in self._rows.values()
            if row.known_at < moment and row.case_id not in self._judged
        ]
        for row in sorted(fresh, key=lambda row: (row.known_at, row.case_id)):
            self._judged.add(row.case_id)
            if self.library is not None:
                self._judge(self.library, row)
        return self.library

    def _judge(self, library: Library, row: Remembered) -> None:
        """Hold what memory would have said, when the case came in, against its truth."""
        asked = Asked(kind=row.kind, features=row.features, text=row.text, before=row.observed_at)
        answer = answer_of(library, asked)
        if answer is None or answer.label not in row.options:
            return
        self.state.observe_label(
            ResolvedPrediction(
                case_id=f"{len(self._judged):012d}",
                known_at=max(row.known_at, self._asked),
                raw_confidence=round(answer.confidence, 6),
                is_correct=answer.label == row.label,
            )
        )


def retired(row: Remembered, at: datetime | None) -> Remembered:
    """A case as a precedent until a moment; None: it still is one."""
    return row if row.retired_at == at else replace(row, retired_at=at)
