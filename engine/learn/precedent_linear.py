"""The linear part of a precedent fit: multinomial logistic regression on single facts.

Lives here: one call of scikit-learn, and its weights laid out by value code. Must not live here:
contexts and counts. scikit-learn is imported where it is used: it is slow to load.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.domain.precedent import PrecedentProcedure
from engine.learn.precedent_counts import weight_at
from engine.learn.precedent_encode import CaseTable

Floats = NDArray[np.float64]

_TOLERANCE = 1e-3


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LinearWeights:
    """Weights of single values; V rows of values, G groups."""

    base: Floats
    """(G,)."""
    values: Floats
    """(1 + V, G); row 0 and values too rare to be weighed are zero."""


def fit_linear(table: CaseTable, procedure: PrecedentProcedure) -> LinearWeights:
    """Fit the regression on one-hot values, recent cases counting more."""
    rows = linear_rows(table.codes, [len(values) for values in table.vocabularies])
    n_values = 1 + sum(len(values) for values in table.vocabularies)
    seen = np.bincount(rows.ravel(), minlength=n_values)
    kept = np.flatnonzero(seen >= procedure.linear_minimum_count)
    base, values = np.zeros(len(table.groups)), np.zeros((n_values, len(table.groups)))
    if len(table.groups) > 1 and kept.size:
        base, values[kept] = _regress(table, procedure, rows, kept)
    return LinearWeights(base=base, values=values)


def linear_rows(codes: NDArray[np.int64], sizes: list[int]) -> NDArray[np.int64]:
    """Give the weight row of each code, (n, F); 0 for an unseen value."""
    starts = np.concatenate(([0], np.cumsum(sizes[:-1]))).astype(np.int64)
    return np.where(codes > 0, codes + starts, 0)


def _regress(
    table: CaseTable,
    procedure: PrecedentProcedure,
    rows: NDArray[np.int64],
    kept: NDArray[np.int64],
) -> tuple[Floats, Floats]:
    from scipy.sparse import csr_matrix
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    column = np.full(rows.max() + 1, -1, dtype=np.int64)
    column[kept] = np.arange(kept.size)
    case, at = np.repeat(np.arange(rows.shape[0]), rows.shape[1]), column[rows].ravel()
    used = at >= 0
    shape = (rows.shape[0], kept.size)
    ones = np.ones(int(used.sum()), dtype=np.float32)
    matrix = csr_matrix((ones, (case[used], at[used])), shape=shape)
    model = LogisticRegression(
        C=procedure.linear_c, max_iter=procedure.linear_steps, tol=_TOLERANCE
    )
    # The parts are small: a second thread costs more than it gives, and takes a core from others.
    with threadpool_limits(1, user_api="blas"), warnings.catch_warnings():
        # Stopping early is a ridge of its own and gives the same bytes every time.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(matrix, table.labels, sample_weight=weight_at(table, procedure))
    if model.coef_.shape[0] == 1:  # two groups: one row of weights, for the second
        return (
            np.array([0.0, model.intercept_[0]]),
            np.stack([np.zeros(kept.size), model.coef_[0]], axis=1),
        )
    return np.asarray(model.intercept_), np.asarray(model.coef_.T)
