"""What became of compared runs in their cases: the truth, who looked, what ran, who took over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select, true, union_all

from engine.domain.effect import EffectStatus
from engine.domain.grant import GrantBasis
from engine.domain.ids import CaseId, RunId
from engine.domain.ledger import EventKind
from engine.domain.outcome import LabelSource
from engine.domain.run import Run
from engine.govern.run_record import Reviewed
from engine.store import tables
from engine.store.read_labels import COUNTING
from engine.store.read_source import ReadSource
from engine.store.reads import chunks

_o, _made = tables.outcomes.c, tables.recommendations.c
_decision, _grant, _effect = tables.decisions.c, tables.grants.c, tables.effects.c
_entry = tables.ledger_entries
_ALONE = frozenset({GrantBasis.VERDICT.value, GrantBasis.VETO_LAPSE.value})
_RANK = {source.value: rank for rank, source in enumerate(COUNTING)}
PERSON = "person"


@dataclass(slots=True)
class Became:
    """What became of a live run's recommendations."""

    reviews: list[Reviewed] = field(default_factory=list)
    ran_alone: int = 0
    audited: int = 0
    effects: int = 0
    verified: int = 0


def truths(source: ReadSource, cases: Iterable[CaseId]) -> dict[CaseId, str]:
    """The label that proved right for each case, from the sources that count on the scorecard."""
    found: dict[CaseId, tuple[int, str]] = {}
    for chunk in chunks(list(cases)):
        query = (
            select(_o.case_id, _o.truth, _o.label_source)
            .where(_o.case_id.in_(chunk), _o.label_source.in_(list(_RANK)))
            .order_by(_o.id)
        )
        for row in source.all(query):
            rank, known = _RANK[row.label_source], found.get(row.case_id)
            if known is None or rank < known[0]:
                found[CaseId(row.case_id)] = rank, row.truth
    return {case_id: truth for case_id, (_, truth) in found.items()}


def answers_known(source: ReadSource, cases: Iterable[CaseId]) -> dict[CaseId, datetime]:
    """From when on a run may read the answer to a case: a truth, a person's decision, a call.

    Any truth that counts tells, whichever holds in the end; a decision does that was taken back;
    and a call that succeeded stands in its system from when it was made.
    """
    found: dict[CaseId, datetime] = {}
    for chunk in chunks(list(cases)):
        moments = (
            (_o, _o.recorded_at, _o.label_source.in_(list(_RANK))),
            (_decision, _decision.decided_at, true()),
            (_effect, _effect.intended_at, _effect.status == EffectStatus.SUCCEEDED.value),
        )
        each = (
            select(of.case_id, func.min(at).label("at"))
            .where(of.case_id.in_(chunk), told)
            .group_by(of.case_id)
            for of, at, told in moments
        )
        for row in source.all(select(union_all(*each).subquery())):
            known = found.get(row.case_id, row.at)
            found[CaseId(row.case_id)] = min(known, row.at)
    return found


def became_of(source: ReadSource, runs: Sequence[Run]) -> dict[RunId, Became]:
    """What people and policy made of what live runs recommended."""
    found: dict[RunId, Became] = defaultdict(Became)
    by_case: dict[CaseId, list[Run]] = defaultdict(list)
    for run in runs:
        by_case[run.case_id].append(run)
    for chunk in chunks(list(by_case)):
        of = _run_by_recommendation(source, chunk, by_case)
        _take_answers(source, of, found)
        _take_effects(source, of, found)
        _take_audits(source, of, found)
    return found


_ByRecommendation = Mapping[Any, RunId]


def _run_by_recommendation(
    source: ReadSource, cases: Sequence[CaseId], by_case: Mapping[CaseId, Sequence[Run]]
) -> _ByRecommendation:
    """Whose recommendation it is: of the run of that kind that was under way when it was made."""
    query = select(_made.id, _made.case_id, _made.reasoner, _made.created_at).where(
        _made.case_id.in_(cases)
    )
    return {
        row.id: run.id
        for row in source.all(query)
        for run in by_case[row.case_id]
        if row.reasoner == run.kind.value and _is_under_way(run, row.created_at)
    }


def _is_under_way(run: Run, at: datetime) -> bool:
    return run.started_at <= at and (run.ended_at is None or at <= run.ended_at)


def _take_answers(source: ReadSource, of: _ByRecommendation, found: dict[RunId, Became]) -> None:
    for chunk in chunks(list(of)):
        query = (
            select(_decision.recommendation_id, _decision.person, _decision.kind)
            .where(_decision.recommendation_id.in_(chunk), _decision.taken_back_at.is_(None))
            .order_by(_decision.id)
        )
        for row in source.all(query):
            seen = Reviewed(by=row.person, answer=row.kind)
            found[of[row.recommendation_id]].reviews.append(seen)


def _take_effects(source: ReadSource, of: _ByRecommendation, found: dict[RunId, Became]) -> None:
    """Calls that completed; a call that a person put in the place of the run's own is not one."""
    action = tables.actions.c
    for chunk in chunks(list(of)):
        query = (
            select(_grant.recommendation_id, _grant.basis, _effect.is_correct)
            .join(tables.effects, _effect.grant_id == _grant.id)
            .join(tables.actions, action.id == _grant.action_id)
            .where(
                _grant.recommendation_id.in_(chunk),
                action.is_override.is_(False),
                _effect.undoes.is_(None),
                _effect.is_completed.is_(True),
                _effect.status == EffectStatus.SUCCEEDED.value,
            )
        )
        for row in source.all(query):
            became = found[of[row.recommendation_id]]
            became.effects += 1
            became.verified += row.is_correct is True
            became.ran_alone += row.basis in _ALONE


def _take_audits(source: ReadSource, of: _ByRecommendation, found: dict[RunId, Became]) -> None:
    for chunk in chunks(list(of)):
        query = select(_o.recommendation_id).where(
            _o.recommendation_id.in_(chunk), _o.label_source == LabelSource.PERSON_BLIND.value
        )
        for row in source.all(query):
            found[of[row.recommendation_id]].audited += 1


def took_over(source: ReadSource, runs: Sequence[Run]) -> dict[RunId, str]:
    """Who had the case of each failed live run next: a kind, a reasoner, or a person.

    The ledger tells: a run's end and who goes on are entries of one transaction, one after the
    other.
    """
    before, after = _entry.alias(), _entry.alias()
    found: dict[RunId, str] = {}
    wanted = {str(run.id): run.id for run in runs}
    for chunk in chunks([f"case:{case_id}" for case_id in {run.case_id for run in runs}]):
        query = (
            select(before.c.payload, after.c.kind, after.c.actor, after.c.payload.label("then"))
            .join(
                after,
                and_(
                    after.c.stream == before.c.stream,
                    after.c.sequence == before.c.sequence + 1,
                ),
            )
            .where(before.c.stream.in_(chunk), before.c.kind == EventKind.RUN_ENDED.value)
        )
        for row in source.all(query):
            run = wanted.get((row.payload or {}).get("run", ""))
            if run is not None:
                found[run] = _next(row)
    return found


def _next(row: Any) -> str:
    has_none = row.kind == EventKind.CASE_REASONED.value and not (row.then or {}).get(
        "recommendation"
    )
    is_known = row.kind in (EventKind.CASE_REASONED.value, EventKind.RUN_BEGUN.value)
    return PERSON if has_none or not is_known else str(row.actor)
