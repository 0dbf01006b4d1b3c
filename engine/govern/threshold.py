"""The rolling threshold: which raw confidence is enough, judged on the latest resolved cases.

Lives here: the frozen rule and its one pure choice. Must not live here: when to choose again
(`engine.learn.rolling`), or certificates for promotion (`certify`).

The choice is a pointwise Clopper-Pearson bound at the loosest cut that holds it. It is not
corrected for the number of cuts looked at (evidence.md 1.1 shows what that costs when a score is
useless), so it steers an envelope that has its evidence from elsewhere; it is no such evidence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.errors import InvalidRequest
from engine.govern.binomial import clopper_pearson_upper
from engine.govern.checked_input import Numbers
from engine.govern.scores import risk_coverage_curve


@dataclass(frozen=True, kw_only=True, slots=True)
class ThresholdRule:
    """How a cut is chosen; part of what an envelope names."""

    target: float
    """Highest allowed error among executed cases, between 0 and 1."""
    confidence: float = 0.95
    """One-sided confidence of the bound."""
    window: int = 4000
    """Latest resolved predictions that are looked at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RollingThreshold:
    """The chosen cut with what it rests on."""

    cut: float | None
    """Lowest raw confidence that may execute; None: nothing may."""
    accepted: int
    """Resolved predictions at or above the cut."""
    errors: int
    """Wrong ones among them."""
    upper: float
    """Upper limit of the error above the cut, pointwise, not corrected; 1 without a cut."""
    resolved: int
    """Resolved predictions looked at."""

    def may_execute(self, raw_confidence: float) -> bool:
        """Whether a raw confidence is enough."""
        return self.cut is not None and raw_confidence >= self.cut


def choose_threshold(
    confidences: Numbers, correct: Numbers, rule: ThresholdRule
) -> RollingThreshold:
    """Choose the lowest cut whose upper error limit keeps the target.

    Args:
        confidences: Raw confidences of resolved predictions, oldest first, (n,).
        correct: 1 where the prediction was right, else 0, (n,).
        rule: The rule.

    Raises:
        InvalidRequest: The target is not between 0 and 1, shapes differ, or a value is out of
            range.
    """
    if not 0.0 < rule.target < 1.0:
        raise InvalidRequest(f"a target error lies between 0 and 1, not {rule.target!s}")
    values = np.asarray(confidences, dtype=np.float64)[-rule.window :]
    labels = np.asarray(correct, dtype=np.float64)[-rule.window :]
    if not values.size and not labels.size:
        return _nothing(0)
    curve = risk_coverage_curve(values, labels)
    # The bound lies above the observed error, so only such points can hold it; the loosest first.
    for at in np.flatnonzero(curve.risk <= rule.target)[::-1].tolist():
        accepted, errors = int(curve.accepted[at]), int(curve.errors[at])
        upper = clopper_pearson_upper(errors, accepted, 1.0 - rule.confidence)
        if upper <= rule.target:
            return RollingThreshold(
                cut=float(curve.threshold[at]),
                accepted=accepted,
                errors=errors,
                upper=upper,
                resolved=values.size,
            )
    return _nothing(values.size)


def _nothing(resolved: int) -> RollingThreshold:
    return RollingThreshold(cut=None, accepted=0, errors=0, upper=1.0, resolved=resolved)
