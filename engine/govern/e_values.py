"""Evidence that grows with every label: e-values against "the error rate is alpha or more".

Lives here: the grid e-value of k errors in n labels. Must not live here: what is done with it
(`certify`), or anything that looks at time.

An e-value is a bet against the claim: if the claim holds it exceeds 1/delta with probability at
most delta, whenever one chooses to look. Each of the J fixed bets is a likelihood ratio of the
error rate q_j = alpha (j - 1/2) / J against alpha; the grid e-value is their mean.
Source: evidence.md 2.1; Waudby-Smith and Ramdas (2024) for betting.
"""

from __future__ import annotations

import math

import numpy as np

from engine.errors import InvalidRequest
from engine.govern.checked_input import FloatArray, Numbers, checked_fraction

GRID_BETS = 20
"""J, the number of fixed bets."""


def grid_e_value(errors: int, labels: int, *, alpha: float) -> float:
    """Return the grid e-value of `errors` wrong among `labels`; infinite where a float ends.

    Args:
        errors: wrong cases, 0 <= errors <= labels.
        labels: labelled cases; 0 labels give 1.0, no evidence either way.
        alpha: error rate betted against, strictly between 0 and 1.

    Raises:
        InvalidRequest: if the counts do not fit each other or alpha is out of range.
    """
    log_value = float(log_grid_e_values([errors], [labels], alpha=alpha)[0])
    try:
        return math.exp(log_value)
    except OverflowError:
        return math.inf


def log_grid_e_values(errors: Numbers, labels: Numbers, *, alpha: float) -> FloatArray:
    """Return the natural logarithm of the grid e-value for each pair of counts.

    Args:
        errors: wrong cases, shape (n,).
        labels: labelled cases, shape (n,), each at least as large as its errors.
        alpha: error rate betted against, strictly between 0 and 1.

    Raises:
        InvalidRequest: if the counts do not fit each other or alpha is out of range.
    """
    checked_fraction(alpha, name="alpha")
    wrong = np.asarray(errors, dtype=np.float64)
    total = np.asarray(labels, dtype=np.float64)
    if wrong.ndim != 1 or wrong.shape != total.shape:
        raise InvalidRequest(
            f"errors and labels must be vectors of one length, not {wrong.shape} and {total.shape}"
        )
    if not ((wrong >= 0.0) & (wrong <= total) & (total < math.inf)).all():
        raise InvalidRequest("need 0 <= errors <= labels everywhere")
    right = total - wrong
    result = np.full(wrong.shape, -np.inf)
    for bet in range(GRID_BETS):
        rate = alpha * (bet + 0.5) / GRID_BETS
        gain = math.log1p(-rate) - math.log1p(-alpha)
        result = np.logaddexp(result, wrong * math.log(rate / alpha) + right * gain)
    return result - math.log(GRID_BETS)
