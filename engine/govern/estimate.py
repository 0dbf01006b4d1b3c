"""The error rate of all cases, estimated from the few that were labelled.

Lives here: the Hajek estimator over recorded label probabilities, with its interval. Must not
live here: the draw (`audit_sample`), or labels that nobody drew: the escalated cases are harder
and say nothing about the others.
Source: evidence.md 4.1.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import InvalidRequest
from engine.govern.binomial import clopper_pearson_interval
from engine.govern.checked_input import (
    Numbers,
    checked_binary,
    checked_same_length,
    checked_unit_interval,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorEstimate:
    """An estimated error rate with its Clopper-Pearson interval on the effective sample."""

    error: float | None
    """Hajek estimate of the error rate; None without labels."""
    lower: float
    """Lower limit; 0.0 without labels."""
    upper: float
    """Upper limit; 1.0 without labels."""
    labels: int
    """Labelled cases."""
    labels_wrong: int
    """Wrong cases among them."""
    unweighted: float | None
    """Plain share of wrong labels: biased where probabilities differ, shown for comparison."""
    n_eff: float
    """Effective sample size, (sum w)^2 / sum w^2."""
    k_eff: float
    """Effective errors, error * n_eff."""


def estimate_error(
    errors: Numbers, probabilities: Numbers, *, delta: float = 0.05
) -> ErrorEstimate:
    """Return the error rate of all cases from the labelled ones.

    Args:
        errors: 1 where a labelled case was wrong, else 0, shape (n,).
        probabilities: the recorded probability with which each of them was to be labelled, in
            (0, 1], shape (n,).
        delta: chance that the two-sided interval misses, strictly between 0 and 1.

    Raises:
        InvalidRequest: if shapes differ, an error is not 0 or 1, or a probability is NaN, zero
            or above 1.
    """
    wrong = checked_binary(errors, name="errors")
    drawn_with = checked_unit_interval(probabilities, name="probabilities")
    checked_same_length(wrong, drawn_with, names="errors and probabilities")
    if (drawn_with == 0.0).any():
        raise InvalidRequest("a labelled case cannot have had label probability 0")
    if wrong.size == 0:
        return _without_labels()
    weights = 1.0 / drawn_with
    total = float(weights.sum())
    error = min(1.0, float(weights @ wrong) / total)
    n_eff = total * total / float(weights @ weights)
    k_eff = min(n_eff, error * n_eff)
    interval = clopper_pearson_interval(k_eff, n_eff, delta)
    return ErrorEstimate(
        error=error,
        lower=interval.lower,
        upper=interval.upper,
        labels=wrong.size,
        labels_wrong=int(wrong.sum()),
        unweighted=float(wrong.mean()),
        n_eff=n_eff,
        k_eff=k_eff,
    )


def _without_labels() -> ErrorEstimate:
    return ErrorEstimate(
        error=None,
        lower=0.0,
        upper=1.0,
        labels=0,
        labels_wrong=0,
        unweighted=None,
        n_eff=0.0,
        k_eff=0.0,
    )
