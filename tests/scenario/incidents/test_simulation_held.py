"""What a simulation says of the next days, against what then happens, on the real incidents.

Over several days on which a draft might have been activated, from the fifth week on: the forecast
is made from what was known on that day, and held against the seven days after it, in which the
draft acts with the cuts of each day. A desk that learns does not stand still, so the ranges hold
less often than the 95 % they would promise of days that are all alike; how often is printed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from engine.desks.incidents.desk import default_envelope, incidents_desk
from engine.desks.incidents.procedure import PROCEDURE
from engine.domain.budget import Period
from engine.domain.case import Origin
from engine.domain.fact import Fact, fact_set
from engine.domain.ids import CaseId
from engine.domain.phase import Cell, Phase
from engine.domain.precedent import LabelledCase
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
from engine.learn.backtest import replay
from engine.learn.rolling_cuts import RollingCuts
from engine.perceive.files import read_rows
from engine.reason.precedent import predict_batch
from engine.testing.world import FakeClock

FIRST_DAY, AHEAD = 28, 7
SELDOM = replace(PROCEDURE, refit_hours=96)
"""The desk's procedure, fitted every fourth day, so that the test takes a minute and not four."""
NO_CASE = CaseId(UUID(int=0))
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


@pytest.fixture(scope="module")
def history(shared_data: Path) -> DecisionHistory:
    """Every labelled incident as the desk's reasoner would have answered it when it came."""
    cases = sorted(
        _labelled(shared_data / "uci_incidents_dev.csv.gz"),
        key=lambda case: (case.observed_at, case.case_id),
    )
    known_at = {case.case_id: max(case.label_known_at, case.observed_at) for case in cases}
    past, resolved = PastDecisions(), []
    for scored in replay(cases, SELDOM, 0.1, predict=predict_batch):
        if not scored.is_answered:
            continue
        request = AuthorizationRequest(
            cell=CELL,
            at=scored.observed_at,
            confidence=scored.confidence,
            is_calibrated=True,
            score=scored.raw,
        )
        past.add(
            PastDecision(
                request=request,
                case_id=scored.case_id,
                text="",
                truth=Truth.CORRECT if scored.is_correct else Truth.WRONG,
                known_at=known_at[scored.case_id],
            )
        )
        resolved.append((known_at[scored.case_id], scored.case_id, scored.raw, scored.is_correct))
    return past.history(
        desk="incidents",
        origin=Origin.REAL,
        as_of=max(known_at.values()) + timedelta(days=1),
        resolved=[
            Resolved(known_at=at, score=raw, is_correct=is_right)
            for at, _, raw, is_right in sorted(resolved)
        ],
    )


def _labelled(file: Path) -> Sequence[LabelledCase]:
    desk = incidents_desk(itsm_url="sqlite:///unused.db", clock=FakeClock())
    assert desk.learning is not None
    found = []
    for _, row in read_rows(file, desk.intake):
        assert isinstance(row, dict)
        incoming = desk.intake.read(row)
        signal, label = incoming.signal, incoming.label
        if label is None:
            continue
        facts = tuple(
            Fact(entity="signal", attribute=name, value=value, source="", observed_at=signal.as_of)
            for name, value in signal.payload.items()
        )
        found.append(
            LabelledCase(
                case_id=signal.source_id,
                observed_at=signal.as_of,
                label_known_at=label.known_at,
                features=desk.learning.features(fact_set(NO_CASE, 1, facts)),
                label=label.value,
            )
        )
    return found


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
    return {day: Replaying(then, RollingCuts(then, SELDOM)) for day, then in known.items()}


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


def test_forecasts_hold_on_the_following_days(history: DecisionHistory) -> None:
    shares: list[bool] = []
    errors: list[bool] = []
    pasts, whole = _pasts(history), Replaying(history, RollingCuts(history, SELDOM))
    print()
    for name, threshold in THRESHOLDS.items():
        policy = _policy(threshold)
        ran = whole.under(policy).alone
        said = {
            day: compare(past, policy, policy, Asked(future_days=AHEAD)).forecast
            for day, past in pasts.items()
        }
        found = [_held(history, ran, forecast, day) for day, forecast in said.items()]
        held = [one for one in found if one is not None]
        shares += [one.share for one in held]
        errors += [one.error for one in held]
        print(
            f"{name:18}  {len(held)} splits: share held in {sum(one.share for one in held)}, "
            f"error in {sum(one.error for one in held)}"
        )
    of = len(shares)
    print(f"all: share held in {sum(shares)} of {of} splits, error in {sum(errors)}")
    assert len(shares) >= 80
    assert np.mean(shares) >= 0.7
    assert np.mean(errors) >= 0.7
