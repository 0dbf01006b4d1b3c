"""Columns of made-up histories: harmless values for everything a caller does not care about."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.govern.history import NOT_THERE, ResolvedColumns
from engine.govern.limits import OWN
from engine.govern.local_time import Moments


def plain_columns(count: int) -> dict[str, Any]:
    """So many harmless requests without money, all well-formed, none answered, none labelled."""
    return {
        "effect": np.ones(count, dtype=np.int8),
        "is_calibrated": np.ones(count, dtype=bool),
        "priority": np.full(count, 3, dtype=np.int16),
        "stale": np.zeros(count, dtype=np.int32),
        "contradictory": np.zeros(count, dtype=np.int32),
        "unseen": np.zeros(count, dtype=np.int32),
        "names_others": np.zeros(count, dtype=bool),
        "is_in_hand": np.zeros(count, dtype=bool),
        "amount": np.zeros(count, dtype=np.int64),
        "moved_in_cell": np.zeros(count, dtype=np.int64),
        "moved": np.zeros(count, dtype=np.int64),
        "acted": np.zeros(count, dtype=bool),
        "currency": np.full(count, NOT_THERE, dtype=np.int16),
        "currencies": (),
        "customer": np.full(count, NOT_THERE, dtype=np.int32),
        "customers": (),
        "arguments": {},
        "problem": np.zeros(count, dtype=np.int32),
        "problems": ("",),
        "reasoner": np.zeros(count, dtype=np.int16),
        "reasoners": (OWN,),
        "unearned": ("",),
        "is_known_case_type": np.ones(count, dtype=bool),
        "happened": np.full(count, 2, dtype=np.int8),
        "decide_ms": np.full(count, NOT_THERE, dtype=np.int64),
        "unaided_us": np.zeros(0, dtype=np.int64),
        "deciders": 0,
        "anchored": 0,
        "repeated": 0,
        "left_out": 0,
    }


def truth_columns(
    known_us: Moments, score: NDArray[np.float64], is_right: NDArray[np.bool_], *, end_us: int
) -> dict[str, Any]:
    """The truths of decisions, each known at its moment; later ones than `end_us` are not yet.

    Args:
        known_us: When each truth becomes known, shape (n,).
        score: Raw confidences, shape (n,).
        is_right: What the truths say, shape (n,).
        end_us: The present of the history.
    """
    is_known = known_us < end_us
    order = np.flatnonzero(is_known)[np.argsort(known_us[is_known], kind="stable")]
    return {
        "truth": np.where(is_known, np.where(is_right, 1, 2), 0).astype(np.int8),
        "label_probability": np.where(is_known, 1.0, np.nan),
        "known_us": np.where(is_known, known_us, 0),
        "resolved": ResolvedColumns(
            known_us=known_us[order],
            score=score[order],
            is_correct=is_right[order],
            reasoner=np.zeros(order.size, dtype=np.int16),
        ),
    }
