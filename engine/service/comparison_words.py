"""Words of comparisons that page and command line share: kinds, who took over, counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.domain.run import RunKind
from engine.govern.comparison import Comparison, KindFigures, LengthBand
from engine.govern.counted import Counted
from engine.service.comparison_rows import Models

NAMES: Mapping[RunKind, str] = {
    RunKind.PLAYBOOK: "the playbook",
    RunKind.PRECEDENT: "the precedents",
    RunKind.WORKFLOW: "the workflow",
    RunKind.AGENT: "the agent",
}
"""Kinds of runs in a sentence."""
HANDLED: Mapping[str, str] = {
    **{kind.value: name for kind, name in NAMES.items()},
    "person": "a person",
    "": "nobody, in shadow",
}
"""Who had the case of a run that failed."""
_MOST_NAMES = 8


def of(one: Counted) -> str:
    """`3 of 8`."""
    return f"{one.k:,} of {one.n:,}"


def many(count: int, what: str, several: str = "") -> str:
    """`1 run`, `2 runs`."""
    return f"{count:,} {what if count == 1 else several or what + 's'}"


def listed(names: Iterable[str]) -> str:
    """`a, b and c`; of very many the first."""
    every = list(names)
    shown = every[:_MOST_NAMES]
    if len(every) > len(shown):
        return f"{', '.join(shown)} and {len(every) - len(shown)} more"
    *first, last = shown or [""]
    return f"{', '.join(first)} and {last}" if first else last


def says(one: KindFigures) -> str:
    """A kind at the beginning of a sentence."""
    name = NAMES[one.kind]
    return name[:1].upper() + name[1:]


def unpriced(models: Models | None, one: KindFigures) -> str:
    """Why no cost of a kind is known, in words; empty where it is known."""
    if one.effort.cost.median is not None:
        return ""
    if not one.models:
        return "no model asked"
    return "scripted: no cost" if models is Models.SCRIPTED else "no price known"


def uneven_words(comparison: Comparison) -> str:
    """That kinds looked at different cases; empty where all looked at the same."""
    if comparison.common == comparison.cases:
        return ""
    return (
        f"The kinds looked at different cases: {comparison.common:,} of "
        f"{comparison.cases:,} were looked at by all. Agreement counts shared cases alone."
    )


def band_words(band: LengthBand) -> str:
    """A band of lengths, in steps."""
    return f"{band.first} or more" if band.last is None else f"{band.first} to {band.last}"


def length_words(one: KindFigures) -> str:
    """Whether longer runs of a kind do worse, as far as its figures tell."""
    told = [band for band in one.quality.lengths if band.correct.share is not None]
    if len(told) < 2:
        return (
            f"{says(one)}: too few runs of different lengths to say whether longer ones do worse."
        )
    first, last = told[0], told[-1]
    counts = (
        f"{of(first.correct)} completed correctly at {band_words(first)} steps, "
        f"{of(last.correct)} at {band_words(last)}"
    )
    if last.correct.high < first.correct.low:
        return f"{says(one)}: longer runs do worse. {counts}, and the intervals lie apart."
    if last.correct.low > first.correct.high:
        return f"{says(one)}: longer runs do better. {counts}, and the intervals lie apart."
    return f"{says(one)}: no difference is shown. {counts}, and the intervals overlap."
