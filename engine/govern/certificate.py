"""Values of a threshold certification: the plan, the certificate, and the refusal.

Lives here: what is fixed before the labels are looked at, and what the answer says. Must not
live here: the tests themselves (`certify`). Source: evidence.md 1.2, steps 1 and 5 to 7.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.errors import InvalidRequest
from engine.govern.binomial import n_min
from engine.govern.checked_input import checked_fraction

DEFAULT_GRID = tuple((99 - step) / 100 for step in range(50))
"""0.99, 0.98, ..., 0.50 on the calibrated score."""

_WALK_SHARE = 0.8
_SCAN_SHARE = 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class CertificationPlan:
    """What is fixed before the labels are looked at."""

    alpha: float = 0.05
    """Allowed error rate among the cases above the threshold."""
    delta: float = 0.05
    """Allowed chance that any certificate given under this promise is wrong."""
    grid: tuple[float, ...] = DEFAULT_GRID
    """Thresholds on the calibrated score, strictly falling."""
    segments: int = 1
    """Certificates that share delta, one for each action type of an envelope."""
    attempt: int | None = None
    """Number of this attempt, from 1, where there may be more; None for the only one ever made."""

    def __post_init__(self) -> None:
        """Refuse a plan under which the promise would not hold."""
        checked_fraction(self.alpha, name="alpha")
        checked_fraction(self.delta, name="delta")
        falls = all(a > b for a, b in zip(self.grid, self.grid[1:], strict=False))
        if not (self.grid and falls and self.grid[-1] >= 0.0 and self.grid[0] <= 1.0):
            raise InvalidRequest("the grid must fall strictly inside [0, 1] and hold a threshold")
        if self.segments < 1 or (self.attempt is not None and self.attempt < 1):
            raise InvalidRequest("segments and attempt count from 1")

    @property
    def delta_spent(self) -> float:
        """The part of delta that this one certificate may use."""
        share = self.delta / self.segments
        if self.attempt is None:
            return share
        return share * 6.0 / (math.pi**2 * self.attempt**2)  # sums to `share` over all attempts

    @property
    def delta_walk(self) -> float:
        """The walk's part of the budget."""
        return _WALK_SHARE * self.delta_spent

    @property
    def delta_scan(self) -> float:
        """The scan's part of the budget."""
        return _SCAN_SHARE * self.delta_spent

    @property
    def start(self) -> int:
        """Labels a threshold must have to be tested: 1.6 times the fewest that could pass."""
        return -(-8 * n_min(self.alpha, self.delta_walk) // 5)


DEFAULT_PLAN = CertificationPlan()
"""5 % error at 95 % confidence, one segment, one attempt."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ThresholdCount:
    """What the labels say above one threshold."""

    threshold: float
    """Calibrated score; cases at or above it count."""
    labels: int
    """Labelled cases at or above the threshold."""
    errors: int
    """Wrong cases among them."""


class StepOutcome(StrEnum):
    """What the walk did at one threshold."""

    SKIPPED = "SKIPPED"
    PASSED = "PASSED"
    FAILED = "FAILED"


@dataclass(frozen=True, kw_only=True, slots=True)
class WalkStep:
    """One threshold of the walk."""

    count: ThresholdCount
    """The threshold and its labels."""
    p_value: float
    """P(Bin(labels, alpha) <= errors); small means the error rate is below alpha."""
    outcome: StepOutcome
    """Skipped for too few labels, passed, or failed, which ends the walk."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DataWindow:
    """The span of time the certification rows come from."""

    start: datetime
    """First moment, with a zone."""
    end: datetime
    """Last moment, with a zone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CertificationBasis:
    """What an answer rests on, whichever answer it is."""

    rows: int
    """All labelled cases looked at."""
    plan: CertificationPlan
    """What was fixed beforehand."""
    walk: tuple[WalkStep, ...]
    """Every threshold the walk looked at."""
    calibration_version: str | None
    """Version of the calibration that made the scores."""
    window: DataWindow | None
    """Where the rows come from."""


class CertifiedBy(StrEnum):
    """Which of the two tests certified the threshold."""

    WALK = "WALK"
    SCAN = "SCAN"


@dataclass(frozen=True, kw_only=True, slots=True)
class Certificate:
    """With confidence 1 - delta, the error rate at or above `threshold` is at most alpha."""

    threshold: float
    """Calibrated score, as shown."""
    raw_cut: float | None
    """The raw confidence to cut at; None where no calibration was given."""
    certified_by: CertifiedBy
    """The test that reached this threshold."""
    labels: int
    """Labelled cases at or above the threshold."""
    errors: int
    """Wrong cases among them."""
    coverage: float
    """labels / basis.rows."""
    error_upper: float
    """Clopper-Pearson upper limit at 1 - plan.delta: pointwise, not corrected for the choice."""
    basis: CertificationBasis
    """What it rests on."""


class NotCertifiableReason(StrEnum):
    """Why no threshold could be certified."""

    TOO_FEW_LABELS = "TOO_FEW_LABELS"
    ERRORS_AT_THE_TOP = "ERRORS_AT_THE_TOP"


@dataclass(frozen=True, kw_only=True, slots=True)
class NotCertifiable:
    """No threshold keeps the promise on these labels."""

    reason: NotCertifiableReason
    """The kind of reason."""
    explanation: str
    """The reason in one sentence with its figures."""
    basis: CertificationBasis
    """What it rests on."""
