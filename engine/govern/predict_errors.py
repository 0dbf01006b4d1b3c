"""What error rate the next cases may show, from those whose truth is known.

Lives here: the prediction limits of a number of errors, and the correction for truths that come
late. Must not live here: the error of the past (`estimate`), or days that hang together
(`resample`).

Limits of a prediction: with k errors in n labels, the errors among m new cases of the same kind lie
between quantiles of two beta-binomial laws, with Beta(k, n-k+1) below and Beta(k+1, n-k) above.
These are the exact two-sided limits of Thatcher (1964, JRSS B 26, 176-192): they hold at least as
often as they promise, whatever the true rate is. Effective counts of weighted labels go in as they
are, as into the interval of evidence.md 4.1.

Late truths: a recommendation made yesterday has a truth only if its truth came within a day, and
what is settled fast is easier. So a truth that took a time t counts 1 / (share of the cases that
are at least t old): weights by the inverse probability of being known by now (evidence.md 4.1,
"1/F weights"). What takes longer than the oldest case is old stays out of sight.
"""

from __future__ import annotations

import math

import numpy as np

from engine.errors import InvalidRequest
from engine.govern.binomial import Interval
from engine.govern.checked_input import FloatArray, checked_fraction
from engine.govern.local_time import Moments


def predict_errors(k: float, n: float, cases: int, *, delta: float = 0.05) -> Interval:
    """Return the limits in which the error rate of the next cases lies.

    Args:
        k: errors among the labels, 0 <= k <= n; may be fractional for an effective sample.
        n: labels, 0 or more; without any the limits are 0 and 1.
        cases: how many are to come, at least 1.
        delta: chance that the limits miss, strictly between 0 and 1.

    Raises:
        InvalidRequest: if the counts do not fit each other, or a number is out of range.
    """
    checked_fraction(delta, name="delta")
    if not 0.0 <= k <= n < math.inf:
        raise InvalidRequest(f"need 0 <= errors <= labels, not {k!s} of {n!s}")
    if cases < 1:
        raise InvalidRequest(f"there is at least one case to come, not {cases}")
    # A beta law whose first parameter is 0 lies at 0, one whose second is 0 at 1.
    low, high = 0, cases
    if k > 0.0:
        low = int(np.searchsorted(_distribution(k, n - k + 1.0, cases), delta / 2.0, "right"))
    if k < n:
        high = int(np.searchsorted(_distribution(k + 1.0, n - k, cases), 1.0 - delta / 2.0))
    return Interval(lower=min(low, cases) / cases, upper=min(high, cases) / cases)


def _distribution(a: float, b: float, cases: int) -> FloatArray:
    """P(X <= x) of the beta-binomial law for x = 0 to `cases`, shape (cases + 1,)."""
    x = np.arange(cases, dtype=np.float64)
    log_first = (
        math.lgamma(cases + b) - math.lgamma(cases + a + b) + math.lgamma(a + b) - math.lgamma(b)
    )
    steps = np.log((cases - x) * (x + a)) - np.log((x + 1.0) * (cases - x - 1.0 + b))
    chances = np.exp(log_first + np.concatenate([[0.0], np.cumsum(steps)]))
    found: FloatArray = np.cumsum(chances)
    return found


def known_probabilities(
    at_us: Moments, lags_us: Moments, recorded: FloatArray, *, now_us: int
) -> FloatArray:
    """Return with which probability each known truth was to be known by now.

    Args:
        at_us: moments of all cases looked at, with and without a truth, shape (n,).
        lags_us: how long each known truth took, shape (labels,).
        recorded: recorded probability of each of them to be labelled at all, shape (labels,).
        now_us: the present.
    """
    ages = np.sort(now_us - at_us)
    older = ages.size - np.searchsorted(ages, lags_us, side="left")
    share = np.maximum(older, 1) / max(ages.size, 1)
    return recorded * share
