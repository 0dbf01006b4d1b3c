"""The rolling threshold: which raw confidence is enough, judged on the latest resolved cases.

Lives here: the frozen rule and its one pure choice. Must not live here: when to choose again
(`engine.learn.rolling`), or certificates for promotion (`certify`).

The choice is a pointwise Clopper-Pearson bound at the loosest cut that holds it. It is not
corrected for the number of cuts looked at (evidence.md 1.1 shows what that costs when a score is
useless), so it steers an envelope that has its evidence from elsewhere; it is no such evidence.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from engine.errors import InvalidRequest
from engine.govern.binomial import clopper_pearson_upper, regularized_beta
from engine.govern.checked_input import Numbers
from engine.govern.scores import risk_coverage_curve

_ROUNDING = 1e-9
"""Points so near the limit are left to the bound itself."""


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
    held = _Held(curve.accepted.tolist(), curve.errors.tolist(), rule)
    # The bound lies above the observed error, so only such points can hold it; the loosest first.
    for at in held.among(np.flatnonzero(curve.risk <= rule.target)[::-1].tolist()):
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


class _Held:
    """Which points of a curve may hold the bound, found without computing each point's bound.

    The more errors and the fewer cases, the higher the bound: so what is too many errors for some
    cases is too many for all stricter cuts with at least as many.
    """

    def __init__(self, accepted: list[int], errors: list[int], rule: ThresholdRule) -> None:
        self._accepted, self._errors, self._rule = accepted, errors, rule
        self._z = NormalDist().inv_cdf(min(max(rule.confidence, 0.01), 0.999))

    def among(self, places: list[int]) -> Iterator[int]:
        """Those that may, of places with fewer and fewer cases."""
        most = self._most_errors(self._accepted[places[0]]) if places else 0
        for at in places:
            if self._errors[at] > most:
                continue
            most = self._most_errors(self._accepted[at])
            if self._errors[at] <= most:
                yield at

    def _most_errors(self, accepted: int) -> int:
        """The most errors that may hold the bound for so many cases; -1: not even none does."""
        target = self._rule.target
        spread = math.sqrt(accepted * target * (1.0 - target))
        low, high, step = -1, accepted, 1  # held by the first, not by the second
        # It begins where a bell curve would have it and goes on in growing steps.
        look = min(max(int(accepted * target - self._z * spread), 0), accepted - 1)
        while high - low > 1:
            if self._may_hold(look, accepted):
                low, look = look, min(look + step, (look + high) // 2)
            else:
                high, look = look, max(look - step, (low + look) // 2)
            step *= 2
        return low

    def _may_hold(self, errors: int, accepted: int) -> bool:
        # The tail of the binomial, from the same function whose quantile the bound is.
        tail = 1.0 - regularized_beta(self._rule.target, errors + 1.0, accepted - errors)
        return tail <= 1.0 - self._rule.confidence + _ROUNDING


def _nothing(resolved: int) -> RollingThreshold:
    return RollingThreshold(cut=None, accepted=0, errors=0, upper=1.0, resolved=resolved)
