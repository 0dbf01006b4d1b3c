"""Keeping a calibration current: which map is in force, and when it is fitted again.

Lives here: the `Calibrator`, fed with labels one by one in the order in which they became known,
and the frozen procedure it follows. Must not live here: the maps themselves (`platt`,
`isotonic`), the fitted value (`calibration`), thresholds (`certify`) or storage.

Everything is a function of the labels observed so far: the same history gives the same maps.
Source: evidence.md 3.2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from engine.govern.calibration import (
    UNCALIBRATED,
    Calibration,
    CalibrationMethod,
    CalibrationRecord,
    IdentityMap,
)
from engine.govern.checked_input import (
    FloatArray,
    Numbers,
    checked_binary,
    checked_same_length,
    checked_unit_interval,
)
from engine.govern.isotonic import IsotonicMap, fit_isotonic
from engine.govern.platt import PlattMap, fit_platt

__all__ = [
    "DEFAULT_PROCEDURE",
    "UNCALIBRATED",
    "Calibration",
    "CalibrationMethod",
    "CalibrationProcedure",
    "CalibrationRecord",
    "Calibrator",
    "IdentityMap",
    "IsotonicMap",
    "PlattMap",
    "fit_isotonic",
    "fit_platt",
]

_PROBABILITY_FLOOR = 1e-15


@dataclass(frozen=True, kw_only=True, slots=True)
class CalibrationProcedure:
    """The frozen part of a calibration: its scheduled refits belong to it."""

    minimum_labels: int = 30
    """Below this the identity stays in force, flagged uncalibrated."""
    window: int = 300
    """Latest labels a Platt map is fitted on."""
    refit_every: int = 25
    """Labels between two refits."""
    isotonic_from: int = 1000
    """Labels from which an isotonic map is fitted beside the Platt map."""
    isotonic_window: int = 1000
    """Latest labels an isotonic map is fitted on, and the two are compared on."""
    comparisons_needed: int = 100
    """Labels both maps must have predicted before isotonic may be chosen."""
    alarm_recent: int = 100
    """Latest predictions whose Brier score is watched."""
    alarm_reference: int = 300
    """Predictions before those, to compare with."""


DEFAULT_PROCEDURE = CalibrationProcedure()
"""The recommended defaults of evidence.md 3.2."""


class Calibrator:
    """Keeps the calibration of one cell current; changed in place by `observe`.

    Every label is first predicted by the map in force and only then learnt from, so the scores
    behind the alarm and behind the choice of method never look ahead.
    """

    def __init__(self, procedure: CalibrationProcedure = DEFAULT_PROCEDURE) -> None:
        """Start without a label: the identity is in force, flagged uncalibrated."""
        self.procedure = procedure
        longest = max(procedure.window, procedure.isotonic_window)
        self._confidences = _Window(longest)
        self._correct = _Window(longest)
        self._squared_errors = _Window(procedure.alarm_recent + procedure.alarm_reference)
        self._isotonic_gains = _Window(procedure.isotonic_window)
        self._platt: PlattMap | None = None
        self._isotonic: IsotonicMap | None = None
        self._current = UNCALIBRATED
        self._refitted_on = 0
        self._n = 0
        self._is_alarmed = False
        self._last_alarm_on: int | None = None

    @classmethod
    def from_history(
        cls,
        confidences: Numbers,
        correct: Numbers,
        procedure: CalibrationProcedure = DEFAULT_PROCEDURE,
    ) -> Calibrator:
        """Return the calibrator that has observed these labels in this order, shapes (n,).

        Raises:
            InvalidRequest: if shapes differ, a confidence is outside [0, 1] or a label not 0 or 1.
        """
        values = checked_unit_interval(confidences, name="confidences")
        labels = checked_binary(correct, name="correct")
        checked_same_length(values, labels, names="confidences and correct")
        calibrator = cls(procedure)
        for confidence, label in zip(values.tolist(), labels.tolist(), strict=True):
            calibrator.observe(confidence, label == 1.0)
        return calibrator

    @property
    def current(self) -> Calibration:
        """The calibration in force for the next prediction."""
        return self._current

    @property
    def n(self) -> int:
        """Labels observed in all."""
        return self._n

    @property
    def is_alarmed(self) -> bool:
        """Whether the latest predictions are significantly worse than those before them."""
        return self._is_alarmed

    @property
    def last_alarm_on(self) -> int | None:
        """Label count at which the alarm last began: certify again on labels after it."""
        return self._last_alarm_on

    def observe(self, confidence: float, correct: bool) -> Calibration:
        """Learn one label and return the calibration now in force.

        Args:
            confidence: the raw confidence as it was at the prediction, in [0, 1].
            correct: whether the recommendation proved right.

        Raises:
            InvalidRequest: if the confidence is NaN or outside [0, 1].
        """
        label = 1.0 if correct else 0.0
        self._score(confidence, label)
        self._confidences.append(confidence)
        self._correct.append(label)
        self._n += 1
        if self._alarm_begins() or self._is_refit_due():
            self._refit()
        return self._current

    def _score(self, confidence: float, label: float) -> None:
        predicted = self._current.apply_one(confidence)
        self._squared_errors.append((predicted - label) ** 2)
        if self._platt and self._isotonic:
            by_platt = _log_loss_of(self._platt.apply_one(confidence), label)
            by_isotonic = _log_loss_of(self._isotonic.apply_one(confidence), label)
            self._isotonic_gains.append(by_platt - by_isotonic)

    def _alarm_begins(self) -> bool:
        was_alarmed = self._is_alarmed
        self._is_alarmed = self._has_worsened()
        begins = self._is_alarmed and not was_alarmed
        if begins:
            self._last_alarm_on = self._n
        return begins

    def _has_worsened(self) -> bool:
        recent_n, reference_n = self.procedure.alarm_recent, self.procedure.alarm_reference
        scores = self._squared_errors.latest(recent_n + reference_n)
        if scores.size < recent_n + reference_n:
            return False
        reference, reference_variance = _mean_and_variance(scores[:reference_n])
        recent, recent_variance = _mean_and_variance(scores[reference_n:])
        standard_error = math.sqrt(recent_variance / recent_n + reference_variance / reference_n)
        return recent - reference > 2.0 * standard_error

    def _is_refit_due(self) -> bool:
        if not self._current.is_calibrated:
            return self._n >= self.procedure.minimum_labels
        return self._n - self._refitted_on >= self.procedure.refit_every

    def _refit(self) -> None:
        if self._n < self.procedure.minimum_labels:
            return
        procedure = self.procedure
        confidences = self._confidences.latest(procedure.window)
        correct = self._correct.latest(procedure.window)
        self._platt = fit_platt(confidences, correct)
        fitted: PlattMap | IsotonicMap = self._platt
        if self._n >= procedure.isotonic_from:
            confidences_long = self._confidences.latest(procedure.isotonic_window)
            correct_long = self._correct.latest(procedure.isotonic_window)
            self._isotonic = fit_isotonic(confidences_long, correct_long)
            if self._isotonic_is_better():
                fitted, confidences = self._isotonic, confidences_long
        self._refitted_on = self._n
        self._current = Calibration(map=fitted, n=confidences.size, fitted_on=self._n)

    def _isotonic_is_better(self) -> bool:
        gains = self._isotonic_gains.latest(self.procedure.isotonic_window)
        if gains.size < self.procedure.comparisons_needed:
            return False
        mean, variance = _mean_and_variance(gains)
        return mean > math.sqrt(variance / gains.size)


class _Window:
    """The latest numbers of a stream in one contiguous buffer; appending is O(1) amortised."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._buffer = np.empty(2 * capacity, dtype=np.float64)
        self._end = 0

    def append(self, value: float) -> None:
        if self._end == self._buffer.size:
            self._buffer[: self._capacity] = self._buffer[self._capacity :]
            self._end = self._capacity
        self._buffer[self._end] = value
        self._end += 1

    def latest(self, count: int) -> FloatArray:
        """Return at most `count` numbers, oldest first; a view, valid until the next append."""
        return self._buffer[max(0, self._end - count) : self._end]


def _mean_and_variance(values: FloatArray) -> tuple[float, float]:
    mean = float(values.sum()) / values.size
    deviations = values - mean
    return mean, float(deviations @ deviations) / (values.size - 1)


def _log_loss_of(probability: float, label: float) -> float:
    assigned = probability if label == 1.0 else 1.0 - probability
    return -math.log(max(assigned, _PROBABILITY_FLOOR))
