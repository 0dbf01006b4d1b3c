"""Matrix of cells: what software may do in each, how much of it is used, and what stands behind it.

One row a cell, under its case type where there are several; every figure is the engine's. A long
matrix shows only the cells with something to see, and says how many more there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import streamlit as st

from console import format as words
from console import session
from console.components import desk_words, text_line, text_table
from console.components.text_line import Piece
from console.components.text_table import Cell, Column, Tone
from engine.domain.phase import Phase
from engine.service import words as codes
from engine.service.identity_changes import record_words, unearned_words
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
MANY = 15
"""Of more cells than this only those with something to see stand there at first."""
ALL = session.key("envelope", "matrix", "all")
_Row = list[Cell | str]


def draw(cells: Sequence[CellRow]) -> None:
    """Draw the matrix, and above it once what pauses more than one cell."""
    shared = _shared_pauses(cells)
    if shared:
        text_line.draw(
            [[Piece(text="paused", look="chip", tone="bad"), Piece(text=why)] for why in shared],
            key="matrix_paused",
        )
    is_all = len(cells) <= MANY or st.toggle(
        f"Show all {len(cells)} cells", key=ALL, persist_state="session"
    )
    types = dict.fromkeys(cell.case_type for cell in cells)
    rows: list[_Row] = []
    for case_type in types:
        group = [cell for cell in cells if cell.case_type == case_type]
        shown = [cell for cell in group if is_all or is_worth_seeing(cell, shared)]
        if len(types) > 1:
            rows.append([_head(group, len(shown))])
        for cell in shown:
            rows += [_row(cell, shared, is_grouped=len(types) > 1), *_wider(cell)]
    text_table.draw(_COLUMNS, rows, key="matrix", label="Cells of the envelope")


def _shared_pauses(cells: Sequence[CellRow]) -> list[str]:
    """Why more than one cell is paused; said once, and not in every row."""
    counted = Counter(cell.paused for cell in cells if cell.paused)
    return [why for why, times in counted.items() if times > 1]


def is_worth_seeing(cell: CellRow, shared: Sequence[str]) -> bool:
    """Whether software may act in a cell, a label counts there, or a pause is its own."""
    is_paused = bool(cell.paused) and cell.paused not in shared
    return cell.phase is not Phase.COPILOT or bool(cell.labels) or is_paused


def _head(group: Sequence[CellRow], shown: int) -> Cell:
    """A case type, and how many of its actions are not shown."""
    count, rest = len(group), len(group) - shown
    said = f"people decide the other {rest} of {count} actions" if shown else ""
    said = said or f"people decide all {count} actions"
    title = desk_words.label(group[0].desk, group[0].case_type).replace("_", " ").capitalize()
    return Cell(text=title, note=f"{said}; no label counts there yet" if rest else "")


def _row(cell: CellRow, shared: Sequence[str], *, is_grouped: bool) -> _Row:
    where = "" if is_grouped else desk_words.cell(cell.cell).partition(" · ")[2]
    tone: Tone = "" if cell.phase is Phase.COPILOT else "info"
    return [
        Cell(
            text=desk_words.tool(cell.action, cell.desk), tone="strong", note=where, hint=cell.cell
        ),
        Cell(
            text=codes.PHASE[cell.phase],
            tone="warn" if cell.unearned else tone,
            note=unearned_words(cell) or codes.PHASE_MEANS[cell.phase],
        ),
        _threshold(cell),
        evidence(cell),
        _budget(cell),
        Cell(text=words.percent(cell.audit_rate), hint="Probability of being drawn for audit"),
        _brake(cell.paused, shared),
    ]


def _brake(paused: str, shared: Sequence[str]) -> Cell:
    if not paused:
        return Cell(text="–")
    if paused in shared:
        return Cell(text="paused", tone="warn", hint=paused)
    return Cell(text="paused", tone="warn", note=paused)


def _wider(cell: CellRow) -> list[_Row]:
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
    """How much of the budget that is nearest to its end is used; one of 0 counts as used up.

    One that others take from too says whose it is: its use is not this cell's alone.
    """
    shares = [
        (share, f"{_whose(row)}{said}") for row in cell.budgets for share, said in _shares(row)
    ]
    if not shares:
        return Cell(text="–")
    share, said = max(shares)
    more = len(shares) - 1
    return Cell(text=said, share=min(1.0, share), note=f"and {more} more" if more else "")


def _whose(row: BudgetRow) -> str:
    kind = row.scope.partition(":")[0]
    return {"cell": "", "desk": "desk: ", "type": "case type: "}.get(kind, f"{row.scope}: ")


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
    whose = "; ".join(record_words(one) for one in cell.records)
    if cell.labels == 0:
        has_past = any(one.before for one in cell.records)
        said = whose if has_past else "no label that counts yet"
        return Cell(text="unevidenced", tone="warn", note=said, hint=whose)
    share = words.percent(cell.errors / cell.labels, 1)
    said = f"{cell.errors:,} of {cell.labels:,}"
    if cell.error_low is not None and cell.error_high is not None:
        low, high = words.percent(cell.error_low, 1), words.percent(cell.error_high, 1)
        said = f"{said}, {words.INTERVAL} {low} to {high}"
    if cell.is_evidenced:
        return Cell(text=share, note=said, hint=whose)
    few = f"too few labels: {share} wrong, {said}"
    return Cell(text="unevidenced", tone="warn", note=few, hint=whose)
