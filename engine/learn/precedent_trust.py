"""How much each context is trusted: weights of a log-linear pool, learned on past evidence.

Lives here: one convex fit. Must not live here: counting (`precedent_counts`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.domain.precedent import PrecedentProcedure
from engine.learn.precedent_counts import PastEvidence

Floats = NDArray[np.float64]

_FIRST_TRUST = 0.2  # what the ridge pulls the trust of a context towards
_STEPS = 30


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Trust:
    """Weights of the pool; C contexts, B ranges of counts, G groups."""

    prior: float
    """Weight of the log of overall shares."""
    contexts: Floats
    """Weight of a context's log lift by range of its count, (C, B)."""
    groups: Floats
    """Shift of each group, (G,)."""


def fit_trust(
    evidence: PastEvidence,
    labels: NDArray[np.int64],
    weights: Floats,
    procedure: PrecedentProcedure,
) -> Trust:
    """Minimise weighted log-loss plus a ridge towards moderate trust in every context."""
    from scipy.optimize import minimize

    n_contexts, n_ranges = evidence.count.shape[1], len(procedure.count_bins) + 1
    columns = count_ranges(evidence.count, procedure) + np.arange(n_contexts) * n_ranges
    size = n_contexts * n_ranges
    first = np.zeros(1 + size + evidence.log_prior.shape[1])
    first[0], first[1 : 1 + size] = 1.0, _FIRST_TRUST
    if labels.size:
        loss = _loss(evidence, labels, weights, columns, first, procedure.trust_ridge)
        found = minimize(loss, first, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS})
        first = found.x
    return Trust(
        prior=float(first[0]),
        contexts=first[1 : 1 + size].reshape(n_contexts, n_ranges),
        groups=first[1 + size :],
    )


def count_ranges(count: Floats, procedure: PrecedentProcedure) -> NDArray[np.int64]:
    """Give the range each count lies in, from 0; same shape."""
    return np.digitize(count, procedure.count_bins).astype(np.int64)


def _loss(
    evidence: PastEvidence,
    labels: NDArray[np.int64],
    weights: Floats,
    columns: NDArray[np.int64],
    centre: Floats,
    ridge: float,
) -> Callable[[Floats], tuple[float, Floats]]:
    rows = np.arange(labels.size)
    share = weights / weights.sum()
    end = centre.size - evidence.log_prior.shape[1]
    # In single precision: the time goes into reading this array.
    lift_by_group = np.ascontiguousarray(evidence.log_lift.transpose(0, 2, 1))
    log_prior = evidence.log_prior.astype(np.float32)
    share = share.astype(np.float32)

    def at(theta: Floats) -> tuple[float, Floats]:
        trust = theta[1:end][columns].astype(np.float32)
        score = np.matmul(lift_by_group, trust[:, :, None])[:, :, 0]
        score += np.float32(theta[0]) * log_prior + theta[end:].astype(np.float32)
        score -= score.max(axis=1, keepdims=True)
        odds = np.exp(score)
        total = odds.sum(axis=1)
        away = theta - centre
        value = float((share * (np.log(total) - score[rows, labels])).sum() + ridge * away @ away)
        residual = odds / total[:, None]
        residual[rows, labels] -= 1.0
        residual *= share[:, None]
        slope = 2.0 * ridge * away
        slope[0] += float((residual * log_prior).sum())
        by_context = np.matmul(residual[:, None, :], lift_by_group)[:, 0, :]
        slope[1:end] += np.bincount(columns.ravel(), weights=by_context.ravel(), minlength=end - 1)
        slope[end:] += residual.sum(axis=0)
        return value, slope

    return at
