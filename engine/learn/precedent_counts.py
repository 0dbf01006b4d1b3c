"""Counts of past cases per context, and what they said before each case was decided.

Lives here: the decayed count table of a fit and the evidence each training case would have had
when it was opened. Must not live here: how much a context is trusted (`precedent_trust`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.domain.precedent import PrecedentProcedure
from engine.learn.precedent_encode import CaseTable

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ContextCounts:
    """Decayed counts of groups by context key; K keys, G groups."""

    keys: NDArray[np.uint64]
    """Rising, (K,)."""
    context: NDArray[np.int64]
    """Context of each key, (K,)."""
    counts: Floats
    """(K, G)."""
    prior: Floats
    """Overall share of each group, (G,)."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PastEvidence:
    """What the contexts said to each case when it was opened; C contexts."""

    log_prior: Floats
    """(n, G)."""
    log_lift: NDArray[np.float32]
    """Log of a context's share over the overall share, (n, C, G)."""
    count: Floats
    """Decayed count behind it, (n, C)."""


def weight_at(table: CaseTable, procedure: PrecedentProcedure) -> Floats:
    """Give each case's weight at the moment of the fit: one half per half-life, (n,)."""
    weights: Floats = np.exp2(table.opened / 24.0 / procedure.half_life_days)
    return weights


def shares(counts: Floats) -> Floats:
    """Give overall shares, each group half a case ahead so that none is impossible, (G,)."""
    ahead = counts + 0.5
    result: Floats = ahead / ahead.sum()
    return result


def log_lift(counts: Floats, prior: Floats, smoothing: float) -> Floats:
    """Give log of smoothed context shares over overall shares, (m, G) from counts (m, G)."""
    total = counts.sum(axis=1, keepdims=True)
    lift: Floats = np.log((counts + smoothing * prior) / (total + smoothing)) - np.log(prior)
    return lift


def count_contexts(table: CaseTable, procedure: PrecedentProcedure) -> ContextCounts:
    """Count groups per context over all cases of the table, recent cases counting more."""
    counts = np.zeros((table.keys.size, len(table.groups)))
    context = np.zeros(table.keys.size, dtype=np.int64)
    weights = weight_at(table, procedure)
    # By place in the flat array: additions keep their order, and numpy has a fast way for them.
    places = table.key_at * len(table.groups) + table.labels[:, None]
    for column in range(places.shape[1]):
        np.add.at(counts.reshape(-1), places[:, column], weights)
        context[table.key_at[:, column]] = column
    overall = np.zeros(len(table.groups))
    np.add.at(overall, table.labels, weights)
    return ContextCounts(keys=table.keys, context=context, counts=counts, prior=shares(overall))


def past_evidence(table: CaseTable, procedure: PrecedentProcedure, start: int) -> PastEvidence:
    """Rebuild, for the cases from `start` on, what the counts said when each was opened.

    A case sees the labels that were known at the latest refit before it was opened, as it does
    in use; so what is learned from this evidence has never seen its own answer.
    """
    n_groups, n_contexts = len(table.groups), table.key_at.shape[1]
    counts, overall = np.zeros((table.keys.size, n_groups)), np.zeros(n_groups)
    wanted = len(table.cases) - start
    prior, count = np.empty((wanted, n_groups)), np.empty((wanted, n_contexts))
    lift = np.empty((wanted, n_contexts, n_groups), dtype=np.float32)
    weights, order = weight_at(table, procedure), np.argsort(table.known, kind="stable")
    step = np.floor(table.opened / procedure.refit_hours)
    places = table.key_at * n_groups + table.labels[:, None]
    done = 0
    for moment in np.unique(step[start:]):
        until = int(np.searchsorted(table.known[order], moment * procedure.refit_hours))
        new = order[done:until]
        done = until
        np.add.at(overall, table.labels[new], weights[new])
        for column in range(n_contexts):
            np.add.at(counts.reshape(-1), places[new, column], weights[new])
        # Weights are of the moment of the fit; scaled, they are those of that earlier moment.
        scale = float(np.exp2(-moment * procedure.refit_hours / 24.0 / procedure.half_life_days))
        chosen = start + np.flatnonzero(step[start:] == moment)
        share = shares(overall * scale)
        prior[chosen - start] = np.log(share)
        seen = counts[table.key_at[chosen]] * scale
        count[chosen - start] = seen.sum(axis=2)
        flat = log_lift(seen.reshape(-1, n_groups), share, procedure.smoothing)
        lift[chosen - start] = flat.reshape(seen.shape)
    return PastEvidence(log_prior=prior, log_lift=lift, count=count)
