"""Scoring: a draft's confidence, calibrated, and the cut it is measured against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.desk import Desk
from engine.domain.recommendation import Draft
from engine.govern.envelope import CellEnvelope, RollingThreshold
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


def scored_by(draft: Draft, setting: Setting, envelope: CellEnvelope | None) -> Scored:
    """Calibrate a draft's confidence and find the cut of its cell."""
    raw, learning = draft.raw_confidence, setting.learning
    if learning is None or raw is None:
        return Scored(confidence=raw)
    calibration = learning.calibration_at(setting.at)
    cut = None
    if envelope is not None and isinstance(envelope.limits.threshold, RollingThreshold):
        cut = learning.threshold_at(setting.at, envelope.limits.threshold.risk_limit).cut
    return Scored(
        confidence=calibration.apply_one(raw),
        is_calibrated=calibration.is_calibrated,
        calibration=calibration.version,
        threshold=None if cut is None else calibration.apply_one(cut),
        cut=cut,
    )
