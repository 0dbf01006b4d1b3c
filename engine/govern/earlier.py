"""Earlier: a history as it was known at an earlier moment, to see how forecasts made then held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

import numpy as np

from engine.govern.history import (
    TRUTHS,
    Argument,
    DecisionHistory,
    ResolvedColumns,
    Truth,
)
from engine.govern.local_time import as_us

_NOT_ROWS = ("unaided_us", "ordinal")


def known_by(history: DecisionHistory, moment: datetime) -> DecisionHistory:
    """The decisions before a moment, with the truths that were known before it.

    Args:
        history: The past as it is known now.
        moment: The present of the history that is given back.
    """
    until = as_us(moment)
    count = int(np.searchsorted(history.at_us, until))
    columns: dict[str, Any] = {
        item.name: getattr(history, item.name)[:count].copy()
        for item in fields(history)
        if isinstance(getattr(history, item.name), np.ndarray) and item.name not in _NOT_ROWS
    }
    late = columns["known_us"] >= until
    columns["truth"][late] = TRUTHS.index(Truth.UNKNOWN)
    columns["label_probability"][late] = np.nan
    columns["known_us"][late] = 0
    resolved = history.resolved
    known = int(np.searchsorted(resolved.known_us, until))
    return replace(
        history,
        as_of=moment,
        arguments=_first(history.arguments, count),
        told=_first(history.told, count),
        case_ids=history.case_ids[:count],
        texts=history.texts[:count],
        unaided_us=history.unaided_us[history.unaided_us < until],
        resolved=ResolvedColumns(
            known_us=resolved.known_us[:known].copy(),
            score=resolved.score[:known].copy(),
            is_correct=resolved.is_correct[:known].copy(),
            reasoner=resolved.reasoner[:known].copy(),
        ),
        **columns,
    )


def _first(columns: Mapping[str, Argument], count: int) -> dict[str, Argument]:
    return {
        name: Argument(codes=one.codes[:count].copy(), values=one.values)
        for name, one in columns.items()
    }
