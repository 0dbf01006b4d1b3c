"""MemoryReads: cases whose truth is known, and whether they may be followed as precedents.

A case may be followed that is done, every call of which was verified as correct and still stands,
whose truth says that what was done was right, and of which no label that counts says otherwise:
"right" as scorecards mean it (`outcome.COUNTING`). What was right once and is not any more has
turned; it is told with why.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, select

from engine.domain.case import Case
from engine.domain.case_status import CaseStatus
from engine.domain.effect import EffectStatus
from engine.domain.fact import FactSet
from engine.domain.ids import CaseId
from engine.domain.outcome import COUNTING, LabelSource, OutcomeKind
from engine.ports import CaseTruth
from engine.store import case_rows, mapping, tables
from engine.store.reads import Reads, chunks

_RANK = {source.value: rank for rank, source in enumerate(COUNTING)}
_case, _outcome, _effect, _action, _facts = (
    tables.cases.c,
    tables.outcomes.c,
    tables.effects.c,
    tables.actions.c,
    tables.fact_sets.c,
)


class MemoryReads(Reads):
    """Nothing here gives a truth before it is known."""

    def truths(
        self, desk: str, until: datetime, source_ids: Collection[str] | None = None
    ) -> tuple[CaseTruth, ...]:
        """See `engine.ports.Reader.truths`."""
        judged: dict[Any, list[Any]] = defaultdict(list)
        calls: dict[Any, list[Any]] = defaultdict(list)
        for wanted in [None] if source_ids is None else list(chunks(sorted(source_ids))):
            for row in self._all(_outcomes(desk, until, wanted)):
                judged[row.case_id].append(row)
            for row in self._all(_effects(desk, wanted)):
                calls[row.case_id].append(row)
        found = (_truth(rows, calls[case_id]) for case_id, rows in judged.items())
        told = [one for one in found if one is not None]
        return tuple(sorted(told, key=lambda one: (one.known_at, one.source_id)))

    def first_seen(self, case_ids: Sequence[CaseId]) -> dict[CaseId, tuple[Case, FactSet]]:
        """See `engine.ports.Reader.first_seen`."""
        facts = tables.fact_sets
        found: dict[CaseId, tuple[Case, FactSet]] = {}
        for chunk in chunks(case_ids):
            query = (
                select(tables.cases, _facts.case_id, _facts.revision, _facts.digest, _facts.facts)
                .join(facts, and_(_facts.case_id == _case.id, _facts.revision == 1))
                .where(_case.id.in_(chunk))
            )
            for row in self._all(query):
                found[CaseId(row.id)] = (case_rows.case_of(row), mapping.fact_set_of(row))
        return found


def _outcomes(desk: str, until: datetime, wanted: Sequence[str] | None) -> Select[Any]:
    query = (
        select(
            _outcome.case_id,
            _outcome.kind,
            _outcome.truth,
            _outcome.label_source,
            _outcome.known_at,
            _case.source_id,
            _case.status,
        )
        .join(tables.cases, _case.id == _outcome.case_id)
        .where(_outcome.desk == desk, _outcome.known_at < until)
        .order_by(_outcome.id)
    )
    return query if wanted is None else query.where(_case.source_id.in_(wanted))


def _effects(desk: str, wanted: Sequence[str] | None) -> Select[Any]:
    query = (
        select(
            _effect.id,
            _effect.case_id,
            _effect.tool,
            _effect.status,
            _effect.is_correct,
            _effect.verified_at,
            _effect.undoes,
            _action.arguments,
        )
        .join(tables.cases, _case.id == _effect.case_id)
        .join(tables.actions, _action.id == _effect.action_id)
        .where(_case.desk == desk)
        .order_by(_effect.case_version)
    )
    return query if wanted is None else query.where(_case.source_id.in_(wanted))


def _truth(judged: Sequence[Any], calls: Sequence[Any]) -> CaseTruth | None:
    """What is known of one case; None where no label that counts says what was right."""
    labels = [row for row in judged if row.label_source in _RANK and row.truth]
    if not labels:
        return None
    held = min(labels, key=lambda row: _RANK[row.label_source])
    acted = [row for row in calls if row.status == EffectStatus.SUCCEEDED and row.undoes is None]
    was_right = (
        bool(acted)
        and all(row.is_correct for row in acted)
        and any(row.kind == OutcomeKind.CORRECT for row in labels)
    )
    turned = _turned(judged, held, calls, acted) if was_right else _NOT_TURNED
    verified = [row.verified_at for row in acted if row.verified_at is not None]
    return CaseTruth(
        case_id=CaseId(held.case_id),
        source_id=held.source_id,
        label=held.truth,
        known_at=held.known_at,
        calls=tuple((row.tool, row.arguments) for row in acted) if was_right else (),
        settled_at=max([held.known_at, *verified]) if was_right else None,
        turned_at=turned[0],
        why_turned=turned[1],
    )


_Turned = tuple[datetime | None, str]
_NOT_TURNED: _Turned = (None, "")


def _turned(
    judged: Sequence[Any], held: Any, calls: Sequence[Any], acted: Sequence[Any]
) -> _Turned:
    """Since when, and why, a case that was right may not be followed any more."""
    for row in judged:
        if row.kind == OutcomeKind.REVERTED:
            return row.known_at, "what was done was put back"
        if row.kind == OutcomeKind.WRONG and row.label_source in _RANK:
            return row.known_at, _SAID_WRONG[LabelSource(row.label_source)]
    undone = {row.undoes: row for row in calls if row.status == EffectStatus.SUCCEEDED}
    for row in acted:
        if row.id in undone:
            return undone[row.id].verified_at or held.known_at, "what was done was put back"
    if held.status != CaseStatus.DONE:
        return held.known_at, _NOT_DONE.get(held.status, "the case was taken up again")
    return _NOT_TURNED


_SAID_WRONG: Mapping[LabelSource, str] = {
    LabelSource.RECORD: "the record says that it was wrong",
    LabelSource.ADJUDICATED: "an adjudication says that it was wrong",
    LabelSource.PERSON_BLIND: "an audit says that it was wrong",
}
_NOT_DONE: Mapping[str, str] = {
    CaseStatus.NEEDS_REPAIR: "it has to be repaired",
    CaseStatus.COMPENSATING: "what was done is being put back",
}
