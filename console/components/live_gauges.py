"""Budgets as gauges: how much of what software may use is used, and when it begins anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from console.components import desk_words, text_table
from console.components.text_table import Cell, Column
from engine.service.live_rows import GaugeRow
from engine.service.rows import BudgetRow

NEARLY = 0.9
"""From this share on a gauge stands out."""


def draw(gauges: Sequence[GaugeRow]) -> None:
    """Draw one line a budget."""
    text_table.draw(
        (
            Column(label="Budget", width="46%"),
            Column(label="Used", width="54%"),
        ),
        [cells for gauge in gauges for cells in _cells(gauge)],
        key="gauges",
        label="Budgets",
        empty="No cell lets software act alone, so no budget is in use.",
    )


def _cells(gauge: GaugeRow) -> Iterator[tuple[Cell, ...]]:
    """A line for the actions and one for the money, where each is limited."""
    ends = f"begins anew at {gauge.budget.ends_at:%H:%M} UTC"
    for share, said in _shares(gauge.budget):
        yield (
            Cell(text=whose(gauge.scope), hint=gauge.scope),
            Cell(
                text=said,
                tone="warn" if share >= NEARLY else "",
                note="used up" if share >= 1 else "nearly used up" if share >= NEARLY else "",
                share=min(1.0, share),
                hint=ends,
            ),
        )


def _shares(row: BudgetRow) -> Iterator[tuple[float, str]]:
    period = row.words.rpartition(" ")[2]
    if row.executions is not None:
        share = row.executions_used / row.executions if row.executions else 1.0
        yield share, f"{row.executions_used:,} of {row.executions:,} this {period}"
    if row.amount is not None:
        share = row.amount_used / row.amount if row.amount else 1.0
        used, most = row.amount_used / 100, row.amount / 100
        yield share, f"{used:,.2f} of {most:,.2f} {row.currency} this {period}"


def whose(scope: str) -> str:
    """Who shares a budget, in words."""
    kind, _, name = scope.partition(":")
    match kind:
        case "desk":
            return f"All of {desk_words.desk_title(name)}"
        case "type":
            desk, _, case_type = name.partition("/")
            return f"All {case_type.replace('_', ' ')} of {desk_words.desk_title(desk)}"
        case "cell":
            return desk_words.cell(name)
        case _:
            return scope
