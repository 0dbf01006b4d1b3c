"""The time-ordered procedure: which fit, calibration and threshold are in force at a moment.

Lives here: `RollingState`, the one state machine that backtest and live worker both drive. Must
not live here: fitting itself (`fit_precedent`), predicting (`engine.reason`), storage.

Everything is a function of the procedure and of the labels that became known strictly before the
moment asked about. When something is due follows from the calendar (hours since 1970), never from
when somebody happened to ask; so batches, restarts and idle nights change nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from engine.domain.precedent import PrecedentProcedure
from engine.errors import InvalidRequest
from engine.govern.calibrate import Calibration, CalibrationProcedure, Calibrator
from engine.govern.threshold import RollingThreshold, ThresholdRule, choose_threshold

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER_ISOTONIC = 2**62


@dataclass(frozen=True, kw_only=True, slots=True)
class ResolvedPrediction:
    """A prediction whose truth has become known."""

    case_id: str
    known_at: datetime
    """When the truth became known; aware."""
    raw_confidence: float
    """As it was at the prediction."""
    is_correct: bool


def due_moment(at: datetime, hours: int) -> datetime:
    """Give the latest scheduled moment at or before a time, for a schedule of every so many hours.

    Raises:
        InvalidRequest: The time has no zone.
    """
    if at.tzinfo is None:
        raise InvalidRequest(f"a time needs a zone to be put on a schedule: {at.isoformat()}")
    return at - (at - _EPOCH) % timedelta(hours=hours)


class RollingState:
    """Calibration and thresholds of one desk over time; changed in place by `observe_label`.

    Labels come in the order (known_at, case id); questions come in the order of time. A label
    may be observed early: it takes part only in answers about later moments.
    """

    def __init__(self, procedure: PrecedentProcedure) -> None:
        """Start without a label."""
        self.procedure = procedure
        self._known_at: list[datetime] = []
        self._raw: list[float] = []
        self._correct: list[bool] = []
        self._last = (datetime.min.replace(tzinfo=UTC), "")
        self._calibrated = 0
        self._asked = datetime.min.replace(tzinfo=UTC)
        self._calibrator = Calibrator(
            CalibrationProcedure(
                window=procedure.calibration_window,
                refit_every=procedure.calibration_refit_every,
                isotonic_from=_NEVER_ISOTONIC,
            )
        )
        self._thresholds: dict[float, tuple[datetime, RollingThreshold]] = {}

    def observe_label(self, resolved: ResolvedPrediction) -> None:
        """Learn the truth about one prediction.

        Raises:
            InvalidRequest: It comes before a label or an answer that it should have preceded.
        """
        order = (resolved.known_at, resolved.case_id)
        if order <= self._last or resolved.known_at < self._asked:
            raise InvalidRequest(
                f"the label of {resolved.case_id}, known at {resolved.known_at.isoformat()}, "
                "comes too late: labels come in the order in which they became known"
            )
        self._last = order
        self._known_at.append(resolved.known_at)
        self._raw.append(resolved.raw_confidence)
        self._correct.append(resolved.is_correct)

    def model_moment(self, at: datetime) -> datetime:
        """Give the `as_of` of the fit in force at a time."""
        return due_moment(at, self.procedure.refit_hours)

    def refit_due(self, at: datetime, fitted_as_of: datetime | None) -> datetime | None:
        """Give the `as_of` to fit at, if the fit at hand is not the one in force."""
        moment = self.model_moment(at)
        return None if fitted_as_of == moment else moment

    def calibration_at(self, at: datetime) -> Calibration:
        """Give the calibration in force at a time, from labels known strictly before it."""
        self._ask(at)
        while self._calibrated < len(self._known_at) and self._known_at[self._calibrated] < at:
            position = self._calibrated
            self._calibrator.observe(self._raw[position], self._correct[position])
            self._calibrated += 1
        return self._calibrator.current

    def threshold_at(self, at: datetime, target: float) -> RollingThreshold:
        """Give the threshold in force at a time, chosen at the latest scheduled moment.

        Raises:
            InvalidRequest: The target is not between 0 and 1.
        """
        self._ask(at)
        moment = due_moment(at, self.procedure.threshold_hours)
        held = self._thresholds.get(target)
        if held is None or held[0] != moment:
            held = (moment, self._choose(moment, target))
            self._thresholds[target] = held
        return held[1]

    def _ask(self, at: datetime) -> None:
        if at < self._asked:
            raise InvalidRequest(
                f"asked about {at.isoformat()} after {self._asked.isoformat()}: "
                "questions come in the order of time"
            )
        self._asked = at

    def _choose(self, moment: datetime, target: float) -> RollingThreshold:
        until = bisect_left(self._known_at, moment)
        start = max(0, until - self.procedure.threshold_window)
        rule = ThresholdRule(
            target=target,
            confidence=self.procedure.threshold_confidence,
            window=self.procedure.threshold_window,
        )
        return choose_threshold(
            np.array(self._raw[start:until]), np.array(self._correct[start:until], float), rule
        )
