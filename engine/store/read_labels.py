"""Labelled recommendations of a desk: what every measure of correctness is computed from.

One label a recommendation, from the sources that count: the record, an adjudication or a blind
person. A label from somebody who had seen the recommendation is agreement and never comes here.
Read once and kept: labels are only ever added, so their number says whether to read again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select

from engine.domain.case import Origin
from engine.domain.outcome import LabelSource
from engine.domain.phase import Cell
from engine.domain.verdict import VerdictKind
from engine.store import tables
from engine.store.read_source import ReadSource

COUNTING = (LabelSource.RECORD, LabelSource.ADJUDICATED, LabelSource.PERSON_BLIND)
"""Sources that count as evidence; where a recommendation has several labels, the first holds."""

_RANK = {source.value: rank for rank, source in enumerate(COUNTING)}
_o = tables.outcomes.c
_case = tables.cases.c
_made = tables.recommendations.c
_action = tables.actions.c

IS_RECOMMENDED = and_(_action.is_override.is_(False), _action.ordinal == 1)
"""The action a recommendation is judged by, among those of its case."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Labelled:
    """One recommendation whose truth is known."""

    recommendation_id: UUID
    cell: str
    origin: Origin
    source: LabelSource
    is_correct: bool
    raw_confidence: float | None
    confidence: float | None
    """As it was shown: calibrated where a calibration was in force."""
    is_executable: bool
    """Whether software ran it alone, or would have in a bounded cell."""
    was_scored_before: bool
    """Whether the recommendation was made before its truth became known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeskLabels:
    """The labels of a desk as of a number of outcomes."""

    version: int
    """Outcomes the desk had; a later state has more."""
    labels: tuple[Labelled, ...]
    """In the order in which the truth became known."""

    def of_cell(self, cell: str) -> tuple[Labelled, ...]:
        """The labels of one cell."""
        return tuple(label for label in self.labels if label.cell == cell)


class Labels:
    """Reads labels, and keeps those of each desk until there are more."""

    def __init__(self, source: ReadSource) -> None:
        """Read from this source."""
        self._source = source
        self._kept: dict[str, DeskLabels] = {}

    def of_desk(self, desk: str) -> DeskLabels:
        """All labels of a desk."""
        version = self._source.count(
            select(func.count()).select_from(tables.outcomes).where(_o.desk == desk)
        )
        kept = self._kept.get(desk)
        if kept is None or kept.version != version:
            kept = DeskLabels(version=version, labels=self._read(desk))
            self._kept[desk] = kept
        return kept

    def _read(self, desk: str) -> tuple[Labelled, ...]:
        query = (
            select(
                _o.recommendation_id,
                _o.origin,
                _o.label_source,
                _o.is_recommendation_correct,
                _o.raw_confidence,
                _o.known_at,
                _case.case_type,
                _made.confidence,
                _made.as_of,
                _action.tool,
                _action.would_have,
            )
            .join(tables.cases, _case.id == _o.case_id)
            .join(tables.recommendations, _made.id == _o.recommendation_id)
            .join(tables.actions, and_(_action.recommendation_id == _made.id, IS_RECOMMENDED))
            .where(
                _o.desk == desk,
                _o.label_source.in_([source.value for source in COUNTING]),
                _o.is_recommendation_correct.is_not(None),
            )
            .order_by(_o.known_at, _o.id)
        )
        best: dict[UUID, Any] = {}
        for row in self._source.all(query):
            known = best.get(row.recommendation_id)
            if known is None or _RANK[row.label_source] < _RANK[known.label_source]:
                best[row.recommendation_id] = row
        return tuple(_labelled(desk, row) for row in best.values())


def _labelled(desk: str, row: Any) -> Labelled:
    cell = Cell(desk=desk, case_type=row.case_type, action_type=row.tool)
    return Labelled(
        recommendation_id=row.recommendation_id,
        cell=str(cell),
        origin=Origin(row.origin),
        source=LabelSource(row.label_source),
        is_correct=row.is_recommendation_correct,
        raw_confidence=row.raw_confidence,
        confidence=row.confidence,
        is_executable=row.would_have == VerdictKind.EXECUTE.value,
        was_scored_before=_is_before(row.as_of, row.known_at),
    )


def _is_before(made_as_of: datetime, known_at: datetime) -> bool:
    return made_as_of <= known_at
