"""The audit stream: actions that ran alone, were drawn, and have no blind answer yet.

Before the answer nothing is read that tells what software did: no recommendation, no effect, no
confidence. Who was drawn is for auditors alone.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, exists, or_, select

from engine.domain.actor import DecidedBy, Person
from engine.domain.case import Case, Origin
from engine.domain.case_status import CaseStatus
from engine.domain.effect import Effect, EffectStatus
from engine.domain.ids import CaseId
from engine.domain.outcome import LabelSource, Outcome
from engine.domain.recommendation import Recommendation
from engine.errors import NotAllowed, NotFound
from engine.runtime.undoing import done_of
from engine.service.authority import AUDITORS
from engine.service.live_rows import AuditCard, AuditRow, RevealRow
from engine.store import mapping, tables
from engine.store.read_card import fact_rows
from engine.store.read_deciding import Deciding, tools_of
from engine.store.read_ran import ALONE
from engine.store.read_source import ReadSource
from engine.store.read_undo_words import undo_words
from engine.store.types import storable

MOST = 200
_RAN = (EffectStatus.SUCCEEDED, EffectStatus.UNKNOWN)
"""Also one whose outcome nobody knows: leaving it out would make the sample look better."""

_case = tables.cases.c
_action = tables.actions.c
_draw = tables.audit_draws.c
_effect = tables.effects.c
_grant = tables.grants.c
_outcome = tables.outcomes.c
_choice = tables.choices.c
_window = tables.veto_windows.c


class Audits:
    """Reads of the audit stream."""

    def __init__(self, source: ReadSource) -> None:
        """Read from this source."""
        self._source = source

    def rows(self, desk: str, person: Person) -> tuple[AuditRow, ...]:
        """What the person can audit, the longest waiting first.

        Raises:
            NotAllowed: Only auditors learn what was drawn.
        """
        _require_auditor(person)
        query = _waiting(person).order_by(_draw.drawn_at, _draw.action_id)
        if desk:
            query = query.where(_case.desk == storable(desk))
        rows = {row.id: _row(row) for row in self._source.all(query.limit(MOST))}
        return tuple(rows.values())

    def card(self, case_id: CaseId, person: Person) -> AuditCard:
        """The case as it was before the effect.

        Raises:
            NotAllowed: The person is no auditor.
            NotFound: Nothing of the case waits for an answer of this person.
        """
        _require_auditor(person)
        found = self._source.first(_waiting(person).where(_case.id == case_id))
        if found is None:
            raise NotFound("Nothing of this case waits for your audit; look at the list again.")
        case = self._source.reader.case(case_id)
        made = self._made(case)
        facts = self._source.first(_facts_of(made))
        return AuditCard(
            row=_row(found),
            at=made.as_of,
            due_at=case.due_at,
            facts=fact_rows(mapping.fact_set_of(facts).facts, made.as_of) if facts else (),
            tools=tools_of(self._choosing(case, made)),
        )

    def reveal(self, case_id: CaseId, person: Person) -> RevealRow:
        """What software did, beside the blind answer.

        Raises:
            NotAllowed: The person is no auditor, or nobody has answered yet.
            NotFound: There is no such case.
        """
        _require_auditor(person)
        case = self._source.reader.case(case_id)
        made = self._made(case)
        answer = self._answer(case, made)
        effects = self._source.reader.effects(case_id)
        ran = next((one for one in effects if one.action_id == made.actions[0].id), None)
        is_undone = ran is not None and any(
            one.undoes == ran.id and one.status is EffectStatus.SUCCEEDED for one in effects
        )
        undo = "" if ran is None or is_undone else self._undo(case, made, ran)
        standing = {one.id for one in done_of(self._source.reader, case).standing}
        stands = ran is not None and ran.id in standing
        return RevealRow(
            case_id=case_id,
            source_id=case.source_id,
            is_agreed=bool(answer.is_recommendation_correct),
            answer=answer.truth,
            did=made.draft.summary,
            confidence=made.confidence,
            is_undone=is_undone,
            can_undo=stands and bool(undo) and case.status is CaseStatus.DONE,
            undo=undo,
        )

    def _made(self, case: Case) -> Recommendation:
        made = self._source.reader.recommendation(case)
        if made is None or not made.actions:
            raise NotFound("Nothing was recommended for this case.")
        return made

    def _answer(self, case: Case, made: Recommendation) -> Outcome:
        for outcome in self._source.reader.outcomes(case.id):
            is_blind = outcome.label_source is LabelSource.PERSON_BLIND
            if is_blind and outcome.recommendation_id == made.id:
                return outcome
        raise NotAllowed("Say first what should have been done.")

    def _undo(self, case: Case, made: Recommendation, ran: Effect) -> str:
        desk = self._source.desks.get(case.desk)
        return undo_words(desk, made.actions[0], ran) if desk else ""

    def _choosing(self, case: Case, made: Recommendation) -> Deciding:
        return Deciding(
            case=case,
            desk=self._source.desks.get(case.desk),
            made=made,
            phase=None,
            pause=None,
            last=None,
            ran=None,
            desk_now=made.as_of,
            take_back_s=0.0,
        )


def _require_auditor(person: Person) -> None:
    if not person.has_any(AUDITORS):
        raise NotAllowed("Only a senior operator or a risk officer may audit.")


def _waiting(person: Person) -> Select[Any]:
    """Drawn actions of present recommendations that ran alone, unanswered, by others' hands."""
    return (
        select(
            *(_case[name] for name in _SHOWN),
            _draw.drawn_at,
            _called_at().label("ran_at"),
        )
        .select_from(tables.audit_draws)
        .join(tables.actions, _action.id == _draw.action_id)
        .join(
            tables.cases,
            and_(
                _case.id == _draw.case_id,
                _case.recommendation_id == _action.recommendation_id,
            ),
        )
        .where(_draw.is_selected.is_(True), _ran_alone(), ~_is_answered(), ~_had_a_hand(person))
    )


def _called_at() -> ScalarSelect[Any]:
    return _alone(select(_effect.intended_at)).limit(1).correlate(*_ROWS).scalar_subquery()


def _ran_alone() -> ColumnElement[bool]:
    return exists(_alone(select(_effect.id)).correlate(*_ROWS))


def _alone(effects: Select[Any]) -> Select[Any]:
    """The effect of a drawn action that ran without a person."""
    return effects.join(tables.grants, _grant.id == _effect.grant_id).where(
        _effect.case_id == _case.id,
        _effect.action_id == _action.id,
        _effect.status.in_([status.value for status in _RAN]),
        _grant.basis.in_([basis.value for basis in ALONE]),
    )


_ROWS = (tables.cases, tables.actions, tables.audit_draws)


def _is_answered() -> ColumnElement[bool]:
    return exists(
        select(_outcome.id).where(
            _outcome.case_id == _case.id,
            _outcome.recommendation_id == _action.recommendation_id,
            _outcome.label_source == LabelSource.PERSON_BLIND.value,
        )
    )


def _had_a_hand(person: Person) -> ColumnElement[bool]:
    """Whoever decided, held or undid it, or had its notice on the screen, has seen what it was."""
    chosen = exists(
        select(_choice.sequence).where(
            _choice.case_id == _case.id,
            _choice.decided_by == DecidedBy.PERSON.value,
            _choice.decider == person.name,
        )
    )
    told = exists(
        select(_window.action_id).where(
            _window.action_id == _action.id, _window.noticed_by == person.name
        )
    )
    return or_(chosen, told)


def _facts_of(made: Recommendation) -> Select[Any]:
    c = tables.fact_sets.c
    return select(tables.fact_sets).where(
        c.case_id == made.case_id, c.revision == made.facts_revision
    )


_SHOWN = ("id", "desk", "case_type", "source_id", "title", "priority", "origin")


def _row(row: Any) -> AuditRow:
    return AuditRow(
        case_id=CaseId(row.id),
        desk=row.desk,
        case_type=row.case_type,
        source_id=row.source_id,
        title=row.title,
        priority=row.priority,
        drawn_at=row.drawn_at,
        ran_at=row.ran_at,
        origin=Origin(row.origin),
    )
