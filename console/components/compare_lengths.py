"""Quality by run length: whether longer runs do worse."""

from __future__ import annotations

from functools import partial

import streamlit as st

from console import format as words
from console.charts.run_length import run_length
from console.components import chart_frame, text_table
from console.components import compare_cells as cells
from console.components.text_table import Cell
from engine.service.comparison_rows import Comparison, KindFigures
from engine.service.comparison_words import band_words, length_words


def draw(comparison: Comparison) -> None:
    """Draw the shares by length, and the counts behind them."""
    shown = [one for one in comparison.kinds if _has_share(one)]
    if shown:
        chart_frame.draw(
            run_length(shown, is_dark=chart_frame.is_dark()),
            key="run_length",
            alt="Share of runs that completed correctly by their number of steps, "
            f"{len(shown)} kinds; the table below has all counts.",
        )
    else:
        st.info(
            "No curve yet: it needs five runs of about the same length whose truth became known "
            "after they had begun.",
            icon=":material/hourglass_empty:",
        )
    st.markdown("\n".join(f"- {words.plain(length_words(one))}" for one in comparison.kinds))
    rows: list[list[Cell | str]] = []
    for place, band in enumerate(comparison.kinds[0].quality.lengths):
        rows.append([Cell(text=f"{band_words(band)} steps")])
        rows.append(cells.row(comparison, "Completed", partial(_completed, place)))
        rows.append(cells.row(comparison, "Completed correctly", partial(_correct, place)))
    text_table.draw(
        cells.columns("", 26), rows, key="lengths", label="Completed runs by their length"
    )
    st.caption(
        "Longer runs are often those of harder cases: a share that falls with length shows where "
        "runs fail, and not yet that their length is why. Where intervals overlap, no difference "
        "is shown."
    )


def _completed(place: int, one: KindFigures) -> Cell:
    return cells.share(one.quality.lengths[place].completed)


def _correct(place: int, one: KindFigures) -> Cell:
    return cells.share(one.quality.lengths[place].correct)


def _has_share(one: KindFigures) -> bool:
    return any(band.correct.share is not None for band in one.quality.lengths)
