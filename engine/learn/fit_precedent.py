"""Fitting the precedent reasoner on labelled cases.

Lives here: `fit_precedent`, the one way to a `FittedPrecedent`. Must not live here: predicting
(`engine.reason`), or when to fit (`rolling`).

The fit has two parts. Counts of past cases per context, older cases counting less, are pooled
with a trust per context that is learned on what the counts said before each case was decided.
A logistic regression on single facts stands beside them. Both are additive in log scores, so one
table predicts and every contribution can be shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.domain.precedent import FittedPrecedent, LabelledCase, PrecedentProcedure
from engine.learn.precedent_counts import (
    ContextCounts,
    PastEvidence,
    count_contexts,
    past_evidence,
    weight_at,
)
from engine.learn.precedent_encode import CaseTable, encode, hash_cases, known_cases, members_of
from engine.learn.precedent_linear import LinearWeights, fit_linear, linear_rows
from engine.learn.precedent_trust import Trust, count_ranges, fit_trust

Floats = NDArray[np.float64]

_STEPS_PER_UNIT = 128.0  # weights in steps far below their own error: half the stored bytes
_WARM_UP = 300  # the first cases see almost no past, which says nothing about later trust


def fit_precedent(
    rows: Sequence[LabelledCase], procedure: PrecedentProcedure, as_of: datetime
) -> FittedPrecedent | None:
    """Learn from the cases whose label was known strictly before a moment.

    Args:
        rows: Labelled cases in any order; what was not known yet is left out here, so a caller
            cannot leak by passing too much.
        procedure: How to learn.
        as_of: Aware UTC.

    Returns:
        The fit, the same bytes for the same cases; None with fewer than
        `procedure.minimum_rows` known cases.
    """
    cases = known_cases(rows, procedure, as_of)
    if len(cases) < max(1, procedure.minimum_rows):
        return None
    table = encode(cases, procedure, as_of)
    counts = count_contexts(table, procedure)
    start = max(min(_WARM_UP, len(cases) // 2), len(cases) - procedure.trust_rows)
    evidence = past_evidence(table, procedure, start)
    weights = weight_at(table, procedure)
    trust = fit_trust(evidence, table.labels[start:], weights[start:], procedure)
    linear = fit_linear(table, procedure)
    return FittedPrecedent(
        procedure=procedure,
        as_of=as_of,
        window_start=cases[0].observed_at,
        window_end=cases[-1].observed_at,
        rows=len(cases),
        data_hash=hash_cases(cases, procedure.features),
        groups=table.groups,
        vocabularies=table.vocabularies,
        importance=_importance(table, evidence, trust, linear, procedure, start),
        **_tables(counts, trust, linear, procedure),
        **_exemplars(table, procedure),
    )


def _tables(
    counts: ContextCounts, trust: Trust, linear: LinearWeights, procedure: PrecedentProcedure
) -> dict[str, Any]:
    share = procedure.linear_share
    pooled = trust.prior * np.log(counts.prior) + trust.groups
    at, group = np.nonzero(counts.counts)
    return {
        "base": (share * linear.base + (1.0 - share) * pooled).astype(np.float32),
        "prior": counts.prior.astype(np.float32),
        "linear": (np.round(linear.values * _STEPS_PER_UNIT) / _STEPS_PER_UNIT).astype(np.float16),
        "keys": counts.keys,
        "key_context": counts.context.astype(np.uint16),
        "indptr": np.searchsorted(at, np.arange(counts.keys.size + 1)).astype(np.int32),
        "count_group": group.astype(np.uint16),
        "count_value": counts.counts[at, group].astype(np.float16),
        "trust": trust.contexts.astype(np.float32),
    }


def _exemplars(table: CaseTable, procedure: PrecedentProcedure) -> dict[str, Any]:
    newest = np.arange(len(table.cases))[::-1][: procedure.exemplars]
    return {
        "exemplar_codes": table.codes[newest].astype(np.int32),
        "exemplar_label": table.labels[newest].astype(np.uint16),
        "exemplar_ids": tuple(table.cases[at].case_id for at in newest),
        "exemplar_known_at": tuple(table.cases[at].label_known_at for at in newest),
    }


def _importance(
    table: CaseTable,
    evidence: PastEvidence,
    trust: Trust,
    linear: LinearWeights,
    procedure: PrecedentProcedure,
    start: int,
) -> NDArray[np.float32]:
    """Mean absolute contribution of each feature to first against second choice, (F,)."""
    recent = slice(max(0, evidence.count.shape[0] - 1000), None)
    ranges = count_ranges(evidence.count[recent], procedure)
    weights = np.take_along_axis(trust.contexts[None], ranges[:, :, None], axis=2)
    pooled = weights * evidence.log_lift[recent]
    rows = linear_rows(table.codes[start:][recent], [len(v) for v in table.vocabularies])
    share = procedure.linear_share
    parts = share * linear.values[rows]
    for position, members in enumerate(members_of(procedure)):
        parts[:, list(members)] += (1.0 - share) * pooled[:, position, None] / len(members)
    first, second = _best_two(parts.sum(axis=1) + (1.0 - share) * evidence.log_prior[recent])
    line = np.arange(first.size)
    gap = parts[line, :, first] - parts[line, :, second]
    mean: NDArray[np.float32] = np.abs(gap).mean(axis=0).astype(np.float32)
    return mean


def _best_two(scores: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    order = np.argsort(-scores, axis=1, kind="stable")
    return order[:, 0], order[:, min(1, scores.shape[1] - 1)]
