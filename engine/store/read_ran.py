"""Actions that software took alone, as they happened, with what became of them since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, exists, select

from engine.desk import Desk
from engine.domain.case import Case
from engine.domain.case_status import CaseStatus
from engine.domain.effect import Effect, EffectStatus
from engine.domain.grant import GrantBasis
from engine.domain.ids import CaseId
from engine.domain.outcome import LabelSource, OutcomeKind
from engine.domain.recommendation import Action
from engine.service.live_rows import RanRow
from engine.service.words import name
from engine.store import case_rows, mapping, tables
from engine.store.drafts import is_scripted_draft
from engine.store.read_source import ReadSource
from engine.store.read_undo_words import undo_words
from engine.store.types import storable

MOST = 50
LOOKED_AT = 2_000
"""So many of the newest effects are looked at: no index says which of them software took alone."""
ALONE = (GrantBasis.VERDICT, GrantBasis.VETO_LAPSE)
"""What lets software act without a person."""

_case = tables.cases.c
_NONE: frozenset[Any] = frozenset()
_action = tables.actions.c
_draw = tables.audit_draws.c
_effect = tables.effects.c
_grant = tables.grants.c
_outcome = tables.outcomes.c


class RanAlone:
    """Reads of what software did alone."""

    def __init__(self, source: ReadSource) -> None:
        """Read from this source."""
        self._source = source

    def rows(self, desk: str) -> tuple[RanRow, ...]:
        """The newest first."""
        found = self._source.all(_newest(desk))
        ids = [row.case_id for row in found]
        cases = {row.id: case_rows.case_of(row) for row in self._of(tables.cases, _case.id, ids)}
        actions = self._actions([row.action_id for row in found])
        effects = self._effects(ids)
        truths = self._truths(cases)
        scripted = self._scripted([made for _, made in actions.values()])
        awaiting = self._awaiting_audit([row.action_id for row in found])
        return tuple(
            self._row(
                mapping.effect_of(row),
                GrantBasis(row.basis),
                cases[row.case_id],
                actions[row.action_id],
                effects[row.case_id],
                truths.get((row.case_id, actions[row.action_id][1])),
                awaits_audit=row.action_id in awaiting,
                is_scripted=actions[row.action_id][1] in scripted,
            )
            for row in found
        )

    def _row(
        self,
        effect: Effect,
        basis: GrantBasis,
        case: Case,
        judged: tuple[Action, Any],
        of_case: tuple[Effect, ...],
        truth: OutcomeKind | None,
        *,
        awaits_audit: bool,
        is_scripted: bool,
    ) -> RanRow:
        action, _ = judged
        desk = self._source.desks.get(case.desk)
        undone = {one.undoes for one in of_case if one.status is EffectStatus.SUCCEEDED}
        is_done = effect.status is EffectStatus.SUCCEEDED and effect.id not in undone
        stands = is_done and case.status is CaseStatus.DONE
        return RanRow(
            case_id=CaseId(case.id),
            desk=case.desk,
            source_id=case.source_id,
            title=case.title,
            at=effect.intended_at,
            what=_in_words(desk, action),
            basis=basis,
            status=effect.status,
            is_correct=effect.is_correct,
            is_undone=effect.id in undone,
            can_undo=stands and desk is not None and bool(undo_words(desk, action, effect)),
            truth=truth,
            awaits_audit=awaits_audit,
            origin=case.origin,
            is_scripted=is_scripted,
        )

    def _actions(self, ids: Sequence[Any]) -> dict[Any, tuple[Action, Any]]:
        """Each action, and the recommendation it belongs to."""
        rows = self._of(tables.actions, _action.id, ids)
        return {row.id: (mapping.action_of(row), row.recommendation_id) for row in rows}

    def _scripted(self, made: Sequence[Any]) -> frozenset[Any]:
        """Which of these recommendations a script put forward."""
        rows = self._of(tables.recommendations, tables.recommendations.c.id, made)
        return frozenset(row.id for row in rows if is_scripted_draft(row.draft))

    def _effects(self, cases: Sequence[Any]) -> dict[Any, tuple[Effect, ...]]:
        """All effects of cases, each case's in their order."""
        found: dict[Any, tuple[Effect, ...]] = {}
        rows = self._of(tables.effects, _effect.case_id, cases)
        for row in sorted(rows, key=lambda one: one.case_version):
            found[row.case_id] = (*found.get(row.case_id, ()), mapping.effect_of(row))
        return found

    def _truths(self, cases: Mapping[Any, Case]) -> dict[tuple[Any, Any], OutcomeKind]:
        """What was said last of each recommendation, where anybody knew.

        The record says it of what was done, which may not be what it judges its reasoner by.
        """
        rows = self._of(tables.outcomes, _outcome.case_id, list(cases))
        return {
            (row.case_id, _said_of(row, cases[row.case_id])): OutcomeKind(row.kind)
            for row in sorted(rows, key=lambda one: (one.recorded_at, one.id))
            if row.kind != OutcomeKind.UNKNOWN.value
        }

    def _awaiting_audit(self, actions: Sequence[Any]) -> frozenset[Any]:
        """Actions that were drawn for audit and that nobody has answered blind yet."""
        answered = exists(
            select(_outcome.id).where(
                _outcome.case_id == _draw.case_id,
                _outcome.recommendation_id == _action.recommendation_id,
                _outcome.label_source == LabelSource.PERSON_BLIND.value,
            )
        )
        query = (
            select(_draw.action_id)
            .join(tables.actions, _action.id == _draw.action_id)
            .where(_draw.action_id.in_(actions), _draw.is_selected.is_(True), ~answered)
        )
        return frozenset(row.action_id for row in self._source.all(query)) if actions else _NONE

    def _of(self, table: Any, column: Any, values: Sequence[Any]) -> Sequence[Any]:
        return self._source.all(select(table).where(column.in_(values))) if values else ()


def _said_of(row: Any, case: Case) -> Any:
    is_record = row.label_source == LabelSource.RECORD.value
    return case.recommendation_id if is_record else row.recommendation_id


def _newest(desk: str) -> Select[Any]:
    """Ids grow with time, so the newest effects are the last ones of the key."""
    looked_at = select(_effect.id).order_by(_effect.id.desc()).limit(LOOKED_AT)
    query = (
        select(tables.effects, _grant.basis)
        .join(tables.grants, _grant.id == _effect.grant_id)
        .where(
            _effect.id.in_(looked_at),
            _effect.undoes.is_(None),
            _grant.basis.in_([basis.value for basis in ALONE]),
        )
    )
    if desk:
        query = query.join(tables.cases, _case.id == _effect.case_id)
        query = query.where(_case.desk == storable(desk))
    return query.order_by(_effect.id.desc()).limit(MOST)


def _in_words(desk: Desk | None, action: Action) -> str:
    tool = desk.effect_tool(action.tool) if desk else None
    return tool.describe(action.arguments) if tool else name(action.tool)
