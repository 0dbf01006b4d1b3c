"""What a simulation says of the next days, against what then happened, over a recorded history.

Over several days on which a draft might have been activated, from the fifth week on: the forecast
is made from what was known on that day, and held against the seven days after it, in which the
draft acts with the cuts of each day. A desk that learns does not stand still, so the ranges hold
less often than the 95 % they would promise of days that are all alike; how often is printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from sqlalchemy import and_, select

from engine.desks.incidents.desk import default_envelope
from engine.desks.incidents.procedure import PROCEDURE
from engine.domain.budget import Period
from engine.domain.case import Origin
from engine.domain.phase import Cell, Phase
from engine.govern.compare import compare
from engine.govern.consequences import Asked
from engine.govern.earlier import known_by
from engine.govern.envelope import EnvelopeDocument
from engine.govern.forecast import Forecast
from engine.govern.hard_rules import GoalsDocument, GuardrailDocument
from engine.govern.history import TRUTHS, DecisionHistory, Truth
from engine.govern.limits import Budget, HandSetThreshold, RollingThreshold, Threshold
from engine.govern.local_time import DAY_US, as_moment
from engine.govern.past_decisions import PastDecision, PastDecisions, Resolved
from engine.govern.policy_set import PolicySet
from engine.govern.replay import Replaying
from engine.govern.replay_columns import Mask
from engine.govern.request import AuthorizationRequest
from engine.learn.rolling_cuts import RollingCuts
from engine.store import tables
from tests.scenario.incidents.incident_world import IncidentWorld

FIRST_DAY, AHEAD = 28, 7
CELL = Cell(desk="incidents", case_type="routing", action_type="assign_group")

THRESHOLDS: Mapping[str, Threshold] = {
    "at most 5 % wrong": RollingThreshold(risk_limit=0.05),
    "at most 10 % wrong": RollingThreshold(risk_limit=0.10),
    "at most 20 % wrong": RollingThreshold(risk_limit=0.20),
    "from 0.60": HandSetThreshold(min_confidence=0.60),
    "from 0.70": HandSetThreshold(min_confidence=0.70),
    "from 0.80": HandSetThreshold(min_confidence=0.80),
    "from 0.90": HandSetThreshold(min_confidence=0.90),
}


@dataclass(frozen=True, kw_only=True)
class Held:
    """One forecast against what then happened."""

    share: bool
    error: bool


def held_forecasts(place: IncidentWorld) -> Iterator[Held]:
    """Hold every forecast against the days after it, and print how many held.

    Args:
        place: A world through which the history has run.
    """
    history = _recorded(place)
    pasts, whole = _pasts(history), Replaying(history, RollingCuts(history, PROCEDURE))
    print()
    for name, threshold in THRESHOLDS.items():
        policy = _policy(threshold)
        ran = whole.under(policy).alone
        said = {
            day: compare(past, policy, policy, Asked(days=1, future_days=AHEAD)).forecast
            for day, past in pasts.items()
        }
        found = [_held(history, ran, forecast, day) for day, forecast in said.items()]
        held = [one for one in found if one is not None]
        print(
            f"{name:18}  {len(held)} splits: share held in {sum(one.share for one in held)}, "
            f"error in {sum(one.error for one in held)}"
        )
        yield from held


def _recorded(place: IncidentWorld) -> DecisionHistory:
    """Every labelled incident as the engine answered it when it came."""
    past, resolved = PastDecisions(), []
    for row in _answered(place):
        known_at = max(row.known_at, row.as_of)
        request = AuthorizationRequest(
            cell=CELL,
            at=row.as_of,
            confidence=row.confidence,
            is_calibrated=True,
            score=row.raw_confidence,
        )
        is_correct = row.label == row.value
        past.add(
            PastDecision(
                request=request,
                case_id=row.source_id,
                text="",
                truth=Truth.CORRECT if is_correct else Truth.WRONG,
                known_at=known_at,
            )
        )
        resolved.append((known_at, row.source_id, row.raw_confidence, is_correct))
    return past.history(
        desk="incidents",
        origin=Origin.REAL,
        as_of=max(resolved)[0] + timedelta(days=1),
        resolved=[
            Resolved(known_at=known_at, score=raw, is_correct=is_correct)
            for known_at, _, raw, is_correct in sorted(resolved)
        ],
    )


def _answered(place: IncidentWorld) -> Sequence[Any]:
    case, made, label = tables.cases.c, tables.recommendations.c, tables.labels.c
    query = (
        select(
            case.source_id,
            case.as_of,
            made.confidence,
            made.raw_confidence,
            made.label,
            label.value,
            label.known_at,
        )
        .select_from(tables.cases)
        .join(tables.recommendations, made.id == case.recommendation_id)
        .join(
            tables.labels,
            and_(label.source == case.source, label.source_id == case.source_id),
        )
        .order_by(case.as_of, case.source_id)
    )
    with place.world.parts.database.reader.connect() as connection:
        return connection.execute(query).all()


def _policy(threshold: Threshold) -> PolicySet:
    shipped = default_envelope()
    changes = {
        "phase": Phase.BOUNDED,
        "threshold": threshold,
        "budgets": (Budget(per=Period.HOUR, executions=10_000),),
    }
    cell = shipped.cells[0].model_copy(update=changes)
    return PolicySet(
        envelope=EnvelopeDocument(desk=shipped.desk, cells=(cell,)),
        guardrails=GuardrailDocument(desk=shipped.desk),
        goals=GoalsDocument(desk=shipped.desk, goal="Route."),
    )


def _pasts(history: DecisionHistory) -> Mapping[int, Replaying]:
    """What was known on each day on which a draft might have been activated."""
    days = np.unique(history.at_us // DAY_US)[FIRST_DAY:-AHEAD:2]
    known = {int(day): known_by(history, as_moment(int(day) * DAY_US)) for day in days}
    return {day: Replaying(then, RollingCuts(then, PROCEDURE)) for day, then in known.items()}


def _held(history: DecisionHistory, ran: Mask, said: Forecast, day: int) -> Held | None:
    """A forecast made on a day, against the days after it; None where nothing runs alone."""
    days = history.at_us // DAY_US
    coming = (days >= day) & (days < day + AHEAD)
    alone = coming & ran
    if said.share is None or said.error is None or not alone.any():
        return None
    share, error = ran[coming].mean(), (history.truth[alone] == TRUTHS.index(Truth.WRONG)).mean()
    return Held(
        share=bool(said.share.lower <= share <= said.share.upper),
        error=bool(said.error.lower <= error <= said.error.upper),
    )
