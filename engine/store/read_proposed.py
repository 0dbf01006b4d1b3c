"""Actions that were put forward and have not run: in a veto window, or held by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from engine.domain.case import Case
from engine.domain.case_status import CaseStatus
from engine.domain.money import Money
from engine.domain.recommendation import Action, Recommendation
from engine.domain.verdict import RuleResult, VerdictKind
from engine.govern.envelope import CellEnvelope
from engine.govern.limits import HandSetThreshold, RollingThreshold
from engine.runtime.policy import cell_of
from engine.service.live_rows import HeldRow, ProposedRow
from engine.store import case_rows, mapping, tables
from engine.store.drafts import is_scripted_draft
from engine.store.read_deciding import Deciding, words_of
from engine.store.read_denied import denied_of
from engine.store.read_source import ReadSource
from engine.store.read_undo_words import undo_if_run
from engine.store.types import storable

_case = tables.cases.c
_action = tables.actions.c
_made = tables.recommendations.c
_claim = tables.claims.c


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """An action with the rules whose usual limit it is beyond."""

    row: ProposedRow
    beyond: tuple[RuleResult, ...]


class ProposedActions:
    """Reads of actions that have not run."""

    def __init__(self, source: ReadSource, *, take_back_s: float) -> None:
        """Read from this source.

        Args:
            source: What to read from.
            take_back_s: How long a decision can be taken back, for the words.
        """
        self._source = source
        self._take_back_s = take_back_s

    def of_actions(self, ids: Sequence[UUID]) -> dict[UUID, Judged]:
        """The actions with these ids."""
        rows = self._source.all(select(tables.actions).where(_action.id.in_(ids))) if ids else ()
        cases = self._cases([row.case_id for row in rows])
        measured = self._measured([row.recommendation_id for row in rows])
        found: dict[UUID, Judged] = {}
        for row in rows:
            action = mapping.action_of(row)
            made = measured.get(row.recommendation_id)
            is_scripted = is_scripted_draft(made.draft) if made else False
            found[row.id] = Judged(
                row=self._row(cases[row.case_id], action, made, is_scripted=is_scripted),
                beyond=_beyond(action),
            )
        return found

    def held(self, desk: str, most: int) -> tuple[HeldRow, ...]:
        """Held actions, the longest waiting first."""
        query = select(tables.cases).where(_case.status == CaseStatus.HELD.value)
        if desk:
            query = query.where(_case.desk == storable(desk))
        cases = [
            case_rows.case_of(row) for row in self._source.all(query.order_by(_case.id).limit(most))
        ]
        claims = self._claims([case.id for case in cases])
        found = (self._held(case, claims.get(case.id)) for case in cases)
        return tuple(row for row in found if row is not None)

    def _held(self, case: Case, claim: Any) -> HeldRow | None:
        made = self._source.reader.recommendation(case)
        action = self._source.reader.action(case)
        if action is None:
            return None
        return HeldRow(
            action=self._row(
                case, action, made, is_scripted=made.draft.is_scripted if made else False
            ),
            note=case.attention_note,
            words=words_of(self._deciding(case, made, action)),
            role=case.role,
            claimed_by=claim.person if claim else "",
            claimed_until=claim.expires_at if claim else None,
        )

    def _deciding(self, case: Case, made: Recommendation | None, action: Action) -> Deciding:
        policy = self._source.policy.current()
        envelope = policy.envelope_of(case, action)
        desk_now = self._source.desk_now(case.desk)
        return Deciding(
            case=case,
            desk=self._source.desks.get(case.desk),
            made=made,
            phase=envelope.limits.phase if envelope else None,
            pause=policy.pause(cell_of(case, action.tool)),
            last=None,
            ran=None,
            desk_now=desk_now,
            take_back_s=self._take_back_s,
            denied=denied_of(self._source, case, action, desk_now),
        )

    def _row(self, case: Case, action: Action, made: Any, *, is_scripted: bool) -> ProposedRow:
        envelope = self._source.policy.current().envelope_of(case, action)
        usual, wider = _thresholds(envelope, made)
        return ProposedRow(
            case_id=case.id,
            version=case.version,
            desk=case.desk,
            source_id=case.source_id,
            title=case.title,
            priority=case.priority,
            proposal=case.proposal,
            cell=str(cell_of(case, action.tool)),
            phase=envelope.limits.phase if envelope else None,
            confidence=case.confidence,
            threshold=usual,
            wider_threshold=wider,
            amount=self._amount(case, action),
            undo=self._undo(case, action),
            origin=case.origin,
            is_scripted=is_scripted,
        )

    def _amount(self, case: Case, action: Action) -> Money | None:
        desk = self._source.desks.get(case.desk)
        tool = desk.effect_tool(action.tool) if desk else None
        return tool.contract.amount_of(action.arguments) if tool else None

    def _undo(self, case: Case, action: Action) -> str:
        desk = self._source.desks.get(case.desk)
        return undo_if_run(desk, action, case, case.as_of) if desk else ""

    def _cases(self, ids: Sequence[UUID]) -> dict[UUID, Case]:
        rows = self._source.all(select(tables.cases).where(_case.id.in_(ids))) if ids else ()
        return {row.id: case_rows.case_of(row) for row in rows}

    def _measured(self, ids: Sequence[UUID]) -> dict[UUID, Any]:
        query = select(_made.id, _made.threshold, _made.wider_threshold, _made.draft)
        found = self._source.all(query.where(_made.id.in_(ids))) if ids else ()
        return {row.id: row for row in found}

    def _claims(self, ids: Sequence[UUID]) -> dict[UUID, Any]:
        now = self._source.clock.now()
        query = select(_claim.case_id, _claim.person, _claim.expires_at).where(
            and_(_claim.case_id.in_(ids), _claim.expires_at > now)
        )
        return {row.case_id: row for row in self._source.all(query)} if ids else {}


def _beyond(action: Action) -> tuple[RuleResult, ...]:
    rules = action.verdict.broken
    return tuple(rule for rule in rules if rule.otherwise is VerdictKind.VETO_WINDOW)


def _thresholds(envelope: CellEnvelope | None, measured: Any) -> tuple[float | None, float | None]:
    """What the action was measured against: by hand in the envelope, else as it was found then."""
    if envelope is None:
        return None, None
    wider = envelope.limits.wider
    return (
        _threshold(envelope.limits.threshold, measured.threshold if measured else None),
        _threshold(wider.threshold, measured.wider_threshold if measured else None)
        if wider is not None
        else None,
    )


def _threshold(named: HandSetThreshold | RollingThreshold, found: float | None) -> float | None:
    return named.min_confidence if isinstance(named, HandSetThreshold) else found
