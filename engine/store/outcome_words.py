"""Outcome words: what proved true of a case, in a few words. Reads nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.domain.outcome import LabelSource, OutcomeKind

_SOURCES: dict[LabelSource, str] = {
    LabelSource.RECORD: "the record says",
    LabelSource.VERIFICATION: "reading back showed",
    LabelSource.PERSON_SHOWN: "a person who saw the recommendation says",
    LabelSource.PERSON_BLIND: "a person who did not see the recommendation says",
    LabelSource.ADJUDICATED: "an adjudication says",
}


def outcome_words(row: Any, *, has_acted: bool, values: Mapping[str, str]) -> str:
    """What proved true, in a few words.

    Args:
        row: A row of `outcomes`.
        has_acted: Whether anything was done; otherwise the recommendation is what was judged.
        values: Labels of the desk in words, by code.
    """
    what = "what was done" if has_acted else "the recommendation"
    judged: dict[OutcomeKind, str] = {
        OutcomeKind.CORRECT: f"{what} was right",
        OutcomeKind.WRONG: f"{what} was wrong",
        OutcomeKind.REVERTED: "what was done was put back",
        OutcomeKind.UNKNOWN: "",
    }
    named = values.get(row.truth, row.truth)
    truth = f"{_SOURCES[LabelSource(row.label_source)]} {named}" if named else ""
    said = [part for part in (judged[OutcomeKind(row.kind)], truth) if part]
    return ": ".join(said) or "nobody can say what was right"
