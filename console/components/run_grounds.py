"""Grounds of a call: why it is asked for, which facts it rests on, and what speaks against it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from console import format as words
from console.components import desk_words, text_table
from console.components.text_table import Cell, Column
from engine.service.run_rows import CitedRow, GroundsRow

_COLUMNS = (
    Column(label="Fact", width="28%"),
    Column(label="Value", width="26%"),
    Column(label="What is said of it"),
)
_OTHERS = (Column(label="Other call that was thought of"), Column(label="", is_right=True))


def draw(desk: str, grounds: GroundsRow) -> None:
    """Draw the grounds, as whoever asks for the call states them."""
    sure = f", {words.percent(grounds.confidence)} sure as stated" if grounds.confidence else ""
    st.caption(f"Why, in its own words{sure}")
    st.text(grounds.rationale or "(no reason given)")
    _draw_cited(desk, grounds.cites, "Rests on", "run_cites")
    _draw_cited(desk, grounds.against, "Speaks against it", "run_against")
    if grounds.missing:
        told = words.listed([desk_words.cited(desk, one) for one in grounds.missing])
        st.text(f"Missing, and would matter: {told}")
    if grounds.others:
        rows = [[label, words.percent(share)] for label, share in grounds.others]
        text_table.draw(_OTHERS, rows, key="run_others", label="Other calls")


def _draw_cited(desk: str, cited: Sequence[CitedRow], title: str, key: str) -> None:
    if not cited:
        return
    st.caption(title)
    text_table.draw(_COLUMNS, [_cells(desk, one) for one in cited], key=key, label=title)


def _cells(desk: str, cited: CitedRow) -> list[Cell | str]:
    attribute = cited.fact.partition(".")[2].partition("@")[0]
    where = f"step {cited.given_in}" if cited.given_in else ""
    value = desk_words.value(desk, attribute, cited.value) if cited.is_known else "(not kept here)"
    return [
        Cell(text=desk_words.cited(desk, cited.fact), hint=cited.fact),
        Cell(text=value, note=where, tone="" if cited.is_known else "dim"),
        cited.text,
    ]
