"""Labelled recommendations of a desk: what every measure of correctness is computed from.

One label a recommendation, from the sources that count: the record, an adjudication or a blind
person. A label from somebody who had seen the recommendation is agreement and never comes here.
Labels are only ever added, so what was read is kept and only new ones are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, select

from engine.domain.case import Origin
from engine.domain.identity import ReasonerId
from engine.domain.outcome import COUNTING as COUNTING
from engine.domain.outcome import LabelSource
from engine.domain.verdict import VerdictKind
from engine.store import tables
from engine.store.raw_rows import raw
from engine.store.read_source import ReadSource

_RANK = {source.value: rank for rank, source in enumerate(COUNTING)}
_o = tables.outcomes.c
_case = tables.cases.c
_made = tables.recommendations.c
_action = tables.actions.c

IS_RECOMMENDED = and_(_action.is_override.is_(False), _action.ordinal == 1)
"""The action a recommendation is judged by, among those of its case."""


class Labelled(NamedTuple):
    """One recommendation whose truth is known."""

    recommendation: Any
    """Key of the recommendation, as the driver gives it: only to be compared."""
    cell: str
    origin: Origin
    by: ReasonerId
    """Whose recommendation it is."""
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

    outcomes: int = 0
    """Outcomes the desk had, of every source; a later state has more."""
    last: Any = None
    """Key of the newest of them, as the driver gives it."""
    by_recommendation: Mapping[Any, Labelled] = field(default_factory=dict)
    newest: Mapping[str, str] = field(default_factory=dict)
    """By name of each reasoner, the version of its newest label."""

    def of_cell(self, cell: str) -> tuple[Labelled, ...]:
        """The labels of one cell."""
        return tuple(one for one in self.by_recommendation.values() if one.cell == cell)


class Labels:
    """Reads labels, and keeps those of each desk."""

    def __init__(self, source: ReadSource) -> None:
        """Read from this source."""
        self._source = source
        self._kept: dict[str, DeskLabels] = {}

    def of_desk(self, desk: str) -> DeskLabels:
        """All labels of a desk."""
        query = select(func.count()).select_from(tables.outcomes).where(_o.desk == desk)
        outcomes = self._source.count(query)
        kept = self._kept.get(desk, DeskLabels())
        if kept.outcomes != outcomes:
            kept = self._more(desk, kept)
            if kept.outcomes < outcomes:
                # One was written with an earlier id than the newest that was known.
                kept = self._more(desk, DeskLabels())
            self._kept[desk] = kept
        return kept

    def _more(self, desk: str, kept: DeskLabels) -> DeskLabels:
        """What was kept, and everything after it."""
        query = _outcomes().where(_o.desk == desk).order_by(_o.id)
        if kept.last is not None:
            query = query.where(raw(_o.id) > kept.last)
        rows = self._source.all(query)
        found, newest = dict(kept.by_recommendation), dict(kept.newest)
        for row in rows:
            rank = _RANK.get(row.label_source)
            if rank is None or row.tool is None or row.is_recommendation_correct is None:
                continue
            known = found.get(row.recommendation)
            if known is None or rank < _RANK[known.source]:
                found[row.recommendation] = _labelled(desk, row)
                newest[row.reasoner] = row.reasoner_version
        return DeskLabels(
            outcomes=kept.outcomes + len(rows),
            last=rows[-1].id if rows else kept.last,
            by_recommendation=found,
            newest=newest,
        )


def _labelled(desk: str, row: Any) -> Labelled:
    return Labelled(
        recommendation=row.recommendation,
        cell=f"{desk}/{row.case_type}/{row.tool}",
        origin=Origin(row.origin),
        by=ReasonerId(row.reasoner, row.reasoner_version),
        source=LabelSource(row.label_source),
        is_correct=row.is_recommendation_correct,
        raw_confidence=row.raw_confidence,
        confidence=row.confidence,
        is_executable=row.would_have == VerdictKind.EXECUTE.value,
        was_scored_before=row.was_scored_before,
    )


def _outcomes() -> Select[Any]:
    """Outcomes beside what they judge; an outcome without a recommendation comes as well."""
    return (
        select(
            raw(_o.id).label("id"),
            raw(_o.recommendation_id).label("recommendation"),
            _o.origin,
            _o.label_source,
            _o.is_recommendation_correct,
            _o.raw_confidence,
            _case.case_type,
            # The moment of a recommendation is its case's.
            (_case.as_of <= _o.known_at).label("was_scored_before"),
            _made.confidence,
            _made.reasoner,
            _made.reasoner_version,
            _action.tool,
            _action.would_have,
        )
        .join(tables.cases, _case.id == _o.case_id)
        .outerjoin(tables.recommendations, _made.id == _o.recommendation_id)
        .outerjoin(
            tables.actions,
            and_(_action.recommendation_id == _o.recommendation_id, IS_RECOMMENDED),
        )
    )
