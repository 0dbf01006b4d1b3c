"""A fitted calibration as a value: what turns a raw confidence into a probability.

Lives here: the frozen `Calibration`, its record and its identity map. Must not live here: the
fitted maps (`platt`, `isotonic`), when to fit (`calibrate`), thresholds (`certify`) or storage.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypedDict

from engine.domain.canonical import digest
from engine.errors import InvalidRequest, ModelError
from engine.govern.checked_input import FloatArray, Numbers, checked_unit_interval
from engine.govern.isotonic import IsotonicMap
from engine.govern.platt import PlattMap


class CalibrationMethod(StrEnum):
    """How a raw confidence becomes a probability."""

    IDENTITY = "IDENTITY"
    PLATT = "PLATT"
    ISOTONIC = "ISOTONIC"


class CalibrationRecord(TypedDict):
    """A `Calibration` as JSON."""

    method: str
    a: float
    b: float
    knots_x: list[float]
    knots_y: list[float]
    n: int
    fitted_on: int


@dataclass(frozen=True, kw_only=True, slots=True)
class IdentityMap:
    """The map of a confidence nobody has checked yet: it changes nothing."""

    def apply_one(self, confidence: float) -> float:
        """Return the confidence.

        Raises:
            InvalidRequest: if it is NaN or outside [0, 1].
        """
        if not 0.0 <= confidence <= 1.0:
            raise InvalidRequest(f"confidence must lie in [0, 1], not {confidence!s}")
        return confidence

    def apply(self, confidences: Numbers) -> FloatArray:
        """Return a copy of the confidences, shape (n,).

        Raises:
            InvalidRequest: if a confidence is NaN or outside [0, 1].
        """
        return checked_unit_interval(confidences, name="confidences").copy()


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """One fitted calibration, as stored with a decision and with a certificate."""

    map: IdentityMap | PlattMap | IsotonicMap
    """What turns a raw confidence into a probability."""
    n: int
    """Labels the map was fitted on; 0 for the identity."""
    fitted_on: int
    """Labels observed in all when it was fitted; 0 for the identity."""

    @property
    def method(self) -> CalibrationMethod:
        """Which kind of map is in force."""
        match self.map:
            case PlattMap():
                return CalibrationMethod.PLATT
            case IsotonicMap():
                return CalibrationMethod.ISOTONIC
            case IdentityMap():
                return CalibrationMethod.IDENTITY

    @property
    def is_calibrated(self) -> bool:
        """Whether labels stand behind the number; if not, nothing may run without a person."""
        return not isinstance(self.map, IdentityMap)

    @property
    def version(self) -> str:
        """SHA-256 of the canonical record, in hex; a certificate names it."""
        return digest(self.to_record()).hex()

    def apply_one(self, confidence: float) -> float:
        """Return the calibrated probability of one raw confidence in [0, 1].

        Raises:
            InvalidRequest: if the confidence is NaN or outside [0, 1].
        """
        return self.map.apply_one(confidence)

    def apply(self, confidences: Numbers) -> FloatArray:
        """Return `apply_one` of every confidence, shape (n,), equal to the last bit.

        Raises:
            InvalidRequest: if a confidence is NaN or outside [0, 1].
        """
        return self.map.apply(confidences)

    def raw_cut(self, threshold: float) -> float | None:
        """Return the lowest raw confidence whose calibrated value reaches `threshold`.

        None where no raw confidence does. Cutting raw scores here selects exactly the cases
        that cutting calibrated scores at `threshold` selects.
        """
        if self.apply_one(0.0) >= threshold:
            return 0.0
        if not self.apply_one(1.0) >= threshold:
            return None
        low, high = 0.0, 1.0
        while low < (middle := 0.5 * (low + high)) < high:
            if self.apply_one(middle) >= threshold:
                high = middle
            else:
                low = middle
        return high

    def to_record(self) -> CalibrationRecord:
        """Return the calibration as JSON-able values; floats survive to the last bit."""
        platt = self.map if isinstance(self.map, PlattMap) else PlattMap(a=1.0, b=0.0)
        steps = self.map if isinstance(self.map, IsotonicMap) else None
        return CalibrationRecord(
            method=self.method.value,
            a=platt.a,
            b=platt.b,
            knots_x=list(steps.knots_x) if steps else [],
            knots_y=list(steps.knots_y) if steps else [],
            n=self.n,
            fitted_on=self.fitted_on,
        )

    @classmethod
    def from_record(cls, record: CalibrationRecord) -> Calibration:
        """Return the calibration that `to_record` wrote.

        Raises:
            ModelError: if the record is damaged, or its parameters could reorder cases.
        """
        try:
            return cls(map=_map_of(record), n=int(record["n"]), fitted_on=int(record["fitted_on"]))
        except (KeyError, TypeError, ValueError) as damage:
            raise ModelError(f"a stored calibration cannot be read: {damage!r}") from damage


def _map_of(record: CalibrationRecord) -> IdentityMap | PlattMap | IsotonicMap:
    match CalibrationMethod(record["method"]):
        case CalibrationMethod.IDENTITY:
            return IdentityMap()
        case CalibrationMethod.PLATT:
            return PlattMap(a=record["a"], b=record["b"])
        case CalibrationMethod.ISOTONIC:
            return IsotonicMap(knots_x=tuple(record["knots_x"]), knots_y=tuple(record["knots_y"]))


UNCALIBRATED = Calibration(map=IdentityMap(), n=0, fitted_on=0)
"""What is in force before enough labels are known."""
