"""What became of recommendations: who acted on them, and which label that counts says what.

Of several labels of one recommendation the strongest source holds, as everywhere
(`read_labels.COUNTING`). A drawn label carries the probability of its draw; one whose probability
was not recorded cannot be weighed, and counts as no label.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from engine.domain.decision import DecisionKind
from engine.domain.effect import EffectStatus
from engine.domain.grant import GrantBasis
from engine.domain.outcome import LabelSource
from engine.govern.history import Happened, Truth
from engine.store import tables
from engine.store.read_labels import COUNTING

All = Callable[[Select[Any]], Sequence[Any]]
"""Runs a query."""

_ALONE = (GrantBasis.VERDICT.value, GrantBasis.VETO_LAPSE.value)
_ANSWERS = (DecisionKind.APPROVE.value, DecisionKind.OVERRIDE.value, DecisionKind.REJECT.value)
_RANK = {source.value: rank for rank, source in enumerate(COUNTING)}

_outcome = tables.outcomes.c
_decision = tables.decisions.c
_grant = tables.grants.c
_effect = tables.effects.c
_draw = tables.audit_draws.c


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """What became of one recommendation."""

    happened: Happened
    truth: Truth
    label_probability: float
    known_at: datetime | None
    decide_ms: int | None
    is_anchored: bool
    """Whether all there is on its truth is the answer of a person who had seen it."""


def pasts_of(run: All, made: Mapping[UUID, UUID], case_ids: Sequence[UUID]) -> Mapping[UUID, Past]:
    """What became of some recommendations.

    Args:
        run: Runs a query.
        made: The recommended action of each recommendation.
        case_ids: The cases they are of; few enough for one query.
    """
    alone = {row.recommendation_id for row in run(_acted_alone(case_ids))}
    answers = _answers(run, case_ids)
    labels = _labels(run, made, case_ids)
    return {made_id: _past(made_id, alone, answers, labels) for made_id in made}


def _past(
    made_id: UUID,
    alone: set[UUID],
    answers: Mapping[UUID, Any],
    labels: Mapping[UUID, tuple[Any, float]],
) -> Past:
    answer, labelled = answers.get(made_id), labels.get(made_id)
    happened = Happened.ALONE if made_id in alone else Happened.NOTHING
    if made_id not in alone and answer is not None:
        happened = Happened.PERSON
    decide_ms = None if answer is None else answer.time_to_decide_ms
    if labelled is None:
        return Past(
            happened=happened,
            truth=Truth.UNKNOWN,
            label_probability=1.0,
            known_at=None,
            decide_ms=decide_ms,
            is_anchored=answer is not None and answer.has_seen_recommendation,
        )
    row, probability = labelled
    return Past(
        happened=happened,
        truth=Truth.CORRECT if row.is_recommendation_correct else Truth.WRONG,
        label_probability=probability,
        known_at=row.known_at,
        decide_ms=decide_ms,
        is_anchored=False,
    )


def _acted_alone(case_ids: Sequence[UUID]) -> Select[Any]:
    """Recommendations on which software acted, or may have."""
    return (
        select(_grant.recommendation_id)
        .join(tables.effects, _effect.grant_id == _grant.id)
        .where(
            _grant.case_id.in_(case_ids),
            _grant.basis.in_(_ALONE),
            _effect.status != EffectStatus.FAILED.value,
        )
    )


def _answers(run: All, case_ids: Sequence[UUID]) -> dict[UUID, Any]:
    """The newest answer of a person to each recommendation."""
    query = (
        select(
            _decision.recommendation_id,
            _decision.time_to_decide_ms,
            _decision.has_seen_recommendation,
        )
        .where(
            _decision.case_id.in_(case_ids),
            _decision.kind.in_(_ANSWERS),
            _decision.taken_back_at.is_(None),
        )
        .order_by(_decision.case_version)
    )
    return {row.recommendation_id: row for row in run(query)}


def _labels(
    run: All, made: Mapping[UUID, UUID], case_ids: Sequence[UUID]
) -> dict[UUID, tuple[Any, float]]:
    """The label that holds for each recommendation, and with which probability it was to come."""
    drawn = _drawn(run, case_ids)
    query = (
        select(
            _outcome.recommendation_id,
            _outcome.label_source,
            _outcome.is_recommendation_correct,
            _outcome.known_at,
        )
        .where(_outcome.case_id.in_(case_ids))
        .order_by(_outcome.id)
    )
    found: dict[UUID, tuple[Any, float]] = {}
    for row in run(query):
        made_id, rank = row.recommendation_id, _RANK.get(row.label_source)
        if rank is None or made_id not in made or row.is_recommendation_correct is None:
            continue
        is_record = row.label_source == LabelSource.RECORD.value
        probability = 1.0 if is_record else drawn.get(made[made_id], 0.0)
        known = found.get(made_id)
        if probability > 0.0 and (known is None or rank < _RANK[known[0].label_source]):
            found[made_id] = (row, probability)
    return found


def _drawn(run: All, case_ids: Sequence[UUID]) -> dict[UUID, float]:
    """With which probability each action was drawn into any of its streams."""
    missed: dict[UUID, float] = {}
    query = select(_draw.action_id, _draw.probability).where(_draw.case_id.in_(case_ids))
    for row in run(query):
        missed[row.action_id] = missed.get(row.action_id, 1.0) * (1.0 - row.probability)
    return {action: 1.0 - chance for action, chance in missed.items()}
