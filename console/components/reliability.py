"""Reliability diagram of one cell, or what is missing for it."""

from __future__ import annotations

import streamlit as st

from console import format as words
from console.charts.reliability import reliability
from console.components import chart_frame, desk_words, text_table
from console.components.text_table import Cell, Column
from engine.service.rows import CellScore, ReliabilityRow

_COLUMNS = (
    Column(label="Stated", width="22%", is_right=True),
    Column(label="Right", width="22%", is_right=True),
    Column(label=words.INTERVAL, width="36%", is_right=True),
    Column(label="n", width="20%", is_right=True),
)


def draw(score: CellScore) -> None:
    """Draw stated confidence against what proved right."""
    st.subheader("Does the stated confidence hold?", anchor=False)
    if not score.reliability:
        st.info(
            "No diagram yet: it needs predictions whose truth became known after they were made.",
            icon=":material/hourglass_empty:",
        )
        return
    chart, table = st.columns([3, 2], gap="medium")
    with chart:
        chart_frame.draw(
            reliability(score.reliability, is_dark=chart_frame.is_dark()),
            key=f"reliability:{score.cell}:{score.origin}:{score.reasoner}",
            alt=f"Reliability diagram of {desk_words.cell(score.cell)}, "
            f"{len(score.reliability)} bins",
        )
    with table:
        text_table.draw(
            _COLUMNS,
            [_cells(row) for row in score.reliability],
            key="reliability",
            label="Bins of the reliability diagram",
        )
        st.caption(
            "On the dotted line, exactly the stated share was right. Under it the software is too "
            "sure of itself, above it too modest. n: cases in the bin."
        )


def _cells(row: ReliabilityRow) -> list[Cell | str]:
    return [
        words.percent(row.mean_confidence, 1),
        words.percent(row.observed, 1),
        f"{words.percent(row.low, 1)} to {words.percent(row.high, 1)}",
        f"{row.n:,}",
    ]
