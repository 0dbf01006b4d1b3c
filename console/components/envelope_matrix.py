"""Matrix of cells: what software may do in each, how much of it is used, and what stands behind it.

One row a cell; every figure is the engine's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from console import format as words
from console.components import desk_words, text_table
from console.components.text_table import Cell, Column, Tone
from engine.domain.phase import Phase
from engine.service import words as codes
from engine.service.rows import BudgetRow, CellRow, WiderRow

_COLUMNS = (
    Column(label="Cell", width="17%"),
    Column(label="Phase", width="18%"),
    Column(label="Threshold", width="17%"),
    Column(label="Evidence: wrong among labels that count", width="22%"),
    Column(label="Budget", width="11%"),
    Column(label="Audit", width="6%"),
    Column(label="Brake", width="9%"),
)


def draw(cells: Sequence[CellRow]) -> None:
    """Draw the matrix."""
    rows = [row for cell in cells for row in (_row(cell), *_wider(cell))]
    text_table.draw(_COLUMNS, rows, key="matrix", label="Cells of the envelope")


def _row(cell: CellRow) -> list[Cell | str]:
    where = desk_words.cell(cell.cell).partition(" · ")[2]
    tone: Tone = "" if cell.phase is Phase.COPILOT else "info"
    return [
        Cell(
            text=desk_words.tool(cell.action, cell.desk), tone="strong", note=where, hint=cell.cell
        ),
        Cell(text=codes.PHASE[cell.phase], tone=tone, note=codes.PHASE_MEANS[cell.phase]),
        _threshold(cell),
        evidence(cell),
        _budget(cell),
        Cell(text=words.percent(cell.audit_rate), hint="Probability of being drawn for audit"),
        Cell(text="paused", tone="warn", note=cell.paused) if cell.paused else "–",
    ]


def _wider(cell: CellRow) -> list[list[Cell | str]]:
    """A row of its own for what runs beyond the usual limits, after a veto window."""
    wider = cell.wider
    if wider is None:
        return []
    minutes = f"{wider.veto_minutes:g} min to hold it"
    beyond = Cell(text="… after a veto window", tone="dim", note="beyond the limits at once")
    return [[beyond, Cell(text=minutes, tone="info"), _threshold(wider), "", "", "", ""]]


def _threshold(limits: CellRow | WiderRow) -> Cell:
    named = words.tidy(limits.threshold_words)
    note = f"{named}; priority {limits.most_urgent_priority} or less urgent"
    if not limits.is_chosen:
        said = "No threshold was computed for this limit yet: the next case has one computed"
        return Cell(text="not computed yet", tone="warn", note=note, hint=said)
    if limits.threshold is None:
        return Cell(text="none certified", tone="warn", note=note)
    return Cell(text=f"≥ {words.percent(limits.threshold, 1)}", note=note)


def _budget(cell: CellRow) -> Cell:
    """How much of the budget that is nearest to its end is used; one of 0 counts as used up."""
    shares = [(share, said) for row in cell.budgets for share, said in _shares(row)]
    if not shares:
        return Cell(text="–")
    share, said = max(shares)
    more = len(shares) - 1
    return Cell(text=said, share=min(1.0, share), note=f"and {more} more" if more else "")


def _shares(row: BudgetRow) -> Iterator[tuple[float, str]]:
    period = row.words.rpartition(" ")[2]
    if row.executions is not None:
        share = row.executions_used / row.executions if row.executions else 1.0
        yield share, f"{row.executions_used:,} of {row.executions:,} this {period}"
    if row.amount is not None:
        share = row.amount_used / row.amount if row.amount else 1.0
        used, most = row.amount_used / 100, row.amount / 100
        yield share, f"{used:,.2f} of {most:,.2f} {row.currency} this {period}"


def evidence(cell: CellRow) -> Cell:
    """What the labels that count say about a cell, with the interval, or what is missing."""
    if cell.labels == 0:
        return Cell(text="unevidenced", tone="warn", note="no label that counts yet")
    share = words.percent(cell.errors / cell.labels, 1)
    said = f"{cell.errors:,} of {cell.labels:,}"
    if cell.error_low is not None and cell.error_high is not None:
        low, high = words.percent(cell.error_low, 1), words.percent(cell.error_high, 1)
        said = f"{said}, {words.INTERVAL} {low} to {high}"
    if cell.is_evidenced:
        return Cell(text=share, note=said)
    return Cell(text="unevidenced", tone="warn", note=f"too few labels: {share} wrong, {said}")
