"""Cells of the comparison: counts with their n and interval, spreads, and what was not counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from console import format as words
from console.components.text_table import Cell, Column
from engine.domain.run import RunKind
from engine.service.comparison_rows import Comparison, Counted, KindFigures, Spread
from engine.service.run_words import KIND

NOTHING = Cell(text="–", tone="dim", hint="nothing to count")
Figure = Callable[[KindFigures], Cell | str]


def columns(first: str, width: int = 20) -> tuple[Column, ...]:
    """A column of names, and one a kind."""
    each = f"{(100 - width) / len(KIND):g}%"
    kinds = (Column(label=KIND[kind], width=each, is_right=True) for kind in RunKind)
    return (Column(label=first, width=f"{width}%"), *kinds)


def row(comparison: Comparison, label: Cell | str, figure: Figure) -> list[Cell | str]:
    """One figure of every kind; a dash where a kind was not run."""
    by_kind = comparison.by_kind
    return [
        label,
        *(figure(by_kind[kind]) if kind in by_kind else NOTHING for kind in RunKind),
    ]


def share(one: Counted, hint: str = "") -> Cell:
    """A share with its count and interval; of too few the count alone."""
    if not one.n:
        return NOTHING
    counted = f"{one.k:,} of {one.n:,}"
    low, high = words.percent(one.low), words.percent(one.high)
    interval = f"{words.INTERVAL} {low} to {high}"
    if one.share is None:
        return Cell(text=counted, note="not enough", tone="dim", hint=f"{interval}. {hint}".strip())
    said = f"{counted}, {interval}. {hint}".strip()
    return Cell(text=words.percent(one.share), note=f"{low} to {high}, n {one.n:,}", hint=said)


def spread(one: Spread, said: Callable[[float], str] = lambda value: f"{value:,.0f}") -> Cell:
    """The median, with the 90th percentile and the largest beside it."""
    if one.median is None or one.most is None:
        return NOTHING
    tail = f"p90 {said(one.p90)}" if one.p90 is not None else f"n {one.n}, no p90 yet"
    return Cell(
        text=said(one.median),
        note=tail,
        hint=f"median of {one.n:,} runs; the most is {said(one.most)}",
    )


def count(value: int, note: str = "", hint: str = "") -> Cell:
    """A plain count."""
    return Cell(text=f"{value:,}", note=note, hint=hint, tone="" if value else "dim")


def listed(names: Sequence[str], otherwise: str) -> Cell:
    """Names, or what there is in their place."""
    if not names:
        return Cell(text=otherwise, tone="dim")
    return Cell(text=words.listed(names))
