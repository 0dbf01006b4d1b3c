"""What the scorecard is counted from: cases, effects and answers of a desk, by cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select

from engine.desk import Desk
from engine.domain.case import Origin
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.effect import EffectStatus
from engine.domain.grant import GrantBasis
from engine.domain.phase import Cell
from engine.store import tables
from engine.store.raw_rows import raw
from engine.store.read_labels import IS_RECOMMENDED
from engine.store.read_queue import WAITING
from engine.store.read_source import ReadSource

_case = tables.cases.c
_made = tables.recommendations.c
_action = tables.actions.c
_effect = tables.effects.c
_grant = tables.grants.c
_decision = tables.decisions.c

_ALONE = frozenset({GrantBasis.VERDICT.value, GrantBasis.VETO_LAPSE.value})
_ANSWERS = (DecisionKind.APPROVE, DecisionKind.OVERRIDE, DecisionKind.REJECT)


@dataclass(frozen=True, kw_only=True, slots=True)
class CasesCounted:
    """Cases of one cell that stand in one status."""

    cell: str
    origin: Origin
    reasoner: str
    n: int
    is_pending: bool
    is_withdrawn: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class EffectSeen:
    """One call with consequences."""

    cell: str
    """By the tool that was called."""
    origin: Origin
    reasoner: str
    """Whose recommendation it goes back to; empty: to none."""
    recommendation: Any
    """Key of what was recommended, as the driver gives it: only to be compared."""
    is_completed: bool
    is_correct: bool | None
    is_alone: bool
    is_by_decision: bool
    is_undo: bool
    was_undone: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """One answer by a person that was not taken back: approve, override or reject."""

    cell: str
    """Of the recommendation."""
    origin: Origin
    reasoner: str
    kind: DecisionKind
    recommended: str
    """Label of the recommendation."""
    chosen: str
    """Label of what the person chose; empty: nothing is to be done."""
    decide_ms: int | None


def version_of(source: ReadSource, desk: str) -> str:
    """A text that changes with every change of a case of the desk."""
    query = select(func.count(), func.coalesce(func.sum(_case.version), 0))
    count, versions = source.first(query.where(_case.desk == desk))
    return f"{count}.{versions}"


def cases_of(source: ReadSource, desk: str) -> Iterator[CasesCounted]:
    """Cases that have a recommendation, counted by its cell, origin, reasoner and status."""
    what = (_case.case_type, _action.tool, _case.origin, _made.reasoner, _case.status)
    query = (
        select(*what, func.count().label("n"))
        .join(tables.recommendations, _made.id == _case.recommendation_id)
        .join(tables.actions, and_(_action.recommendation_id == _made.id, IS_RECOMMENDED))
        .where(_case.desk == desk)
        .group_by(*what)
    )
    for row in source.all(query):
        status = CaseStatus(row.status)
        yield CasesCounted(
            cell=_cell(desk, row),
            origin=Origin(row.origin),
            reasoner=row.reasoner,
            n=row.n,
            is_pending=status in WAITING,
            is_withdrawn=status is CaseStatus.WITHDRAWN,
        )


def effects_of(source: ReadSource, desk: str) -> Iterator[EffectSeen]:
    """All effects of a desk with what they rest on."""
    query = (
        select(
            _effect.id,
            _effect.tool,
            _effect.status,
            _effect.is_completed,
            _effect.is_correct,
            _effect.undoes,
            _grant.basis,
            raw(_grant.recommendation_id).label("recommendation"),
            _case.case_type,
            _case.origin,
            _made.reasoner,
        )
        .join(tables.grants, _grant.id == _effect.grant_id)
        .join(tables.cases, _case.id == _effect.case_id)
        .outerjoin(tables.recommendations, _made.id == _grant.recommendation_id)
        .where(_case.desk == desk)
    )
    rows = source.all(query)
    undone = {row.undoes for row in rows if row.undoes is not None and row.is_correct}
    for row in rows:
        yield EffectSeen(
            cell=_cell(desk, row),
            origin=Origin(row.origin),
            reasoner=row.reasoner or "",
            recommendation=row.recommendation,
            is_completed=row.is_completed and row.status == EffectStatus.SUCCEEDED.value,
            is_correct=row.is_correct,
            is_alone=row.basis in _ALONE,
            is_by_decision=row.basis == GrantBasis.DECISION.value,
            is_undo=row.undoes is not None,
            was_undone=row.id in undone,
        )


def answers_of(source: ReadSource, desk: Desk) -> Iterator[Answered]:
    """People's answers to recommendations of a desk."""
    query = (
        select(
            _decision.kind,
            _decision.tool.label("chosen_tool"),
            _decision.arguments,
            _decision.time_to_decide_ms,
            _made.label,
            _made.reasoner,
            _action.tool,
            _case.case_type,
            _case.origin,
        )
        .join(tables.cases, _case.id == _decision.case_id)
        .join(tables.recommendations, _made.id == _decision.recommendation_id)
        .join(tables.actions, and_(_action.recommendation_id == _made.id, IS_RECOMMENDED))
        .where(
            _case.desk == desk.name,
            _decision.taken_back_at.is_(None),
            _decision.kind.in_([kind.value for kind in _ANSWERS]),
        )
    )
    for row in source.all(query):
        kind = DecisionKind(row.kind)
        yield Answered(
            cell=_cell(desk.name, row),
            origin=Origin(row.origin),
            reasoner=row.reasoner,
            kind=kind,
            recommended=row.label,
            chosen=_chosen(desk, kind, row),
            decide_ms=row.time_to_decide_ms,
        )


def _chosen(desk: Desk, kind: DecisionKind, row: Any) -> str:
    if kind is DecisionKind.REJECT:
        return ""
    if kind is DecisionKind.APPROVE:
        return str(row.label)
    return desk.label_of(row.chosen_tool, row.arguments) or str(row.chosen_tool)


def _cell(desk: str, row: Any) -> str:
    return str(Cell(desk=desk, case_type=row.case_type, action_type=row.tool))
