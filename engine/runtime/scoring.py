"""Scoring: a draft's confidence, calibrated, and the cut it is measured against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf

from engine.desk import Desk
from engine.domain.identity import ReasonerId
from engine.domain.recommendation import Draft
from engine.govern.envelope import CellEnvelope
from engine.runtime.asking import risk_limit_of
from engine.runtime.learning import DeskLearning
from engine.runtime.policy import Policy


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """What a case is reasoned about with."""

    desk: Desk
    learning: DeskLearning | None
    """What the desk has learned by now; None where it learns nothing."""
    policy: Policy
    at: datetime
    """The desk's present: the case's own time under a replay clock, now on a live desk."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scored:
    """A draft's confidence, calibrated, and what it is measured against."""

    confidence: float | None = None
    is_calibrated: bool = False
    calibration: str = "none"
    threshold: float | None = None
    cut: float | None = None
    wider_threshold: float | None = None
    wider_cut: float | None = None
    risk_limit: float | None = None
    wider_risk_limit: float | None = None


def scored_by(draft: Draft, setting: Setting, envelope: CellEnvelope | None) -> Scored:
    """Calibrate a draft's confidence and find the cut of its cell."""
    raw, learning = draft.raw_confidence, setting.learning
    if learning is None or raw is None:
        return Scored(confidence=raw)
    by = draft.by
    calibration = learning.calibration_at(setting.at, by)
    limits = envelope.limits if envelope is not None else None
    wider = limits.wider if limits is not None else None
    risk_limit = risk_limit_of(limits.threshold if limits else None)
    wider_risk_limit = risk_limit_of(wider.threshold if wider else None)
    cut = _cut(risk_limit, learning, setting.at, by)
    wider_cut = _cut(wider_risk_limit, learning, setting.at, by)
    return Scored(
        confidence=calibration.apply_one(raw),
        is_calibrated=calibration.is_calibrated,
        calibration=calibration.version,
        threshold=None if cut is None else calibration.apply_one(cut),
        cut=cut,
        wider_threshold=None if wider_cut is None else calibration.apply_one(wider_cut),
        wider_cut=wider_cut,
        risk_limit=risk_limit,
        wider_risk_limit=wider_risk_limit,
    )


def strictest_of(scores: Sequence[Scored]) -> Scored:
    """What is kept of a plan: each threshold as the cell with the smallest risk limit has it.

    It holds for the others too (`asking.is_for`), and the draft's confidence is one for all.
    """
    if len(scores) == 1:
        return scores[0]
    usual = min(scores, key=lambda one: _or_none(one.risk_limit))
    wider = min(scores, key=lambda one: _or_none(one.wider_risk_limit))
    return replace(
        usual,
        wider_threshold=wider.wider_threshold,
        wider_cut=wider.wider_cut,
        wider_risk_limit=wider.wider_risk_limit,
    )


def _or_none(risk_limit: float | None) -> float:
    return inf if risk_limit is None else risk_limit


def _cut(
    risk_limit: float | None, learning: DeskLearning, at: datetime, by: ReasonerId
) -> float | None:
    """The raw confidence that a risk limit asks of a reasoner now; None: none is enough."""
    return None if risk_limit is None else learning.threshold_at(at, risk_limit, by).cut
