"""Agreement: how often two kinds give the same answer to the same case, and where they differ."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from console import format as words
from console import session
from console.components import case_link, desk_words, pick_table, run_link, text_table
from console.components import compare_cells as cells
from console.components.text_table import Cell, Column
from engine.domain.run import RunKind
from engine.service.comparison_rows import Answer, Comparison, Difference, Pair
from engine.service.run_words import KIND

PAGE = "differences"
_SAME = Cell(text="–", tone="dim")
_RIGHT = (
    Column(label="On the same cases", width="25%"),
    Column(label="Both right", width="12%", is_right=True),
    Column(label="Only the first", width="12%", is_right=True),
    Column(label="Only the second", width="12%", is_right=True),
    Column(label="Both wrong", width="12%", is_right=True),
    Column(label="One named nothing", width="13%", is_right=True),
    Column(label="Beyond chance (AC1)", width="14%", is_right=True),
)
_MARKS: Mapping[bool | None, str] = {True: " ✓", False: " ✗", None: ""}


def draw(comparison: Comparison) -> None:
    """Draw the matrix, who was right alone, and the cases with different answers."""
    st.caption(
        "The same answer is the same label: what the first call amounts to in the desk's own word. "
        "Counted are cases for which both named a call. Two kinds can agree and both be wrong."
    )
    if not comparison.pairs:
        st.info(
            "Nothing to agree with: only one kind was run in this slice.",
            icon=":material/hourglass_empty:",
        )
        return
    _draw_matrix(comparison)
    text_table.draw(
        _RIGHT,
        [_right(pair) for pair in comparison.pairs],
        key="pairs",
        label="Who was right, pair by pair",
    )
    _draw_differences(comparison)


def _draw_matrix(comparison: Comparison) -> None:
    pairs = {frozenset((pair.first, pair.second)): pair for pair in comparison.pairs}
    rows: list[list[Cell | str]] = [
        [KIND[one], *(_agreed(pairs.get(frozenset((one, other)))) for other in RunKind)]
        for one in RunKind
        if one in comparison.by_kind
    ]
    text_table.draw(
        cells.columns("Same answer"), rows, key="agreement", label="Agreement of kinds, by pair"
    )


def _agreed(pair: Pair | None) -> Cell:
    if pair is None:
        return _SAME
    return cells.share(pair.same, f"{pair.same_call:,} of them with exactly the same calls.")


def _right(pair: Pair) -> list[Cell | str]:
    right = (pair.both_right, pair.first_alone, pair.second_alone, pair.both_wrong)
    ac1 = "not enough" if pair.ac1 is None else f"{pair.ac1:.2f}"
    return [
        f"{KIND[pair.first]} and {KIND[pair.second].lower()}",
        *(cells.count(one) for one in (*right, pair.unnamed)),
        Cell(text=ac1, tone="dim" if pair.ac1 is None else ""),
    ]


# --- where they differ ------------------------------------------------------------------------


def _draw_differences(comparison: Comparison) -> None:
    st.subheader("Cases with different answers", anchor=False)
    if not comparison.differences:
        st.caption("There is none: wherever two kinds named a call, they said the same.")
        return
    left = comparison.differing - len(comparison.differences)
    st.caption(
        f"{comparison.differing:,} of {comparison.cases:,} cases"
        + (f", the newest {len(comparison.differences)} here" if left else "")
        + ". A tick: it proved right; a cross: it did not; neither: the truth is not known, or "
        "stood in the record before the run began."
    )
    picked = pick_table.draw(
        PAGE,
        comparison.differences,
        [_line(one) for one in comparison.differences],
        alt="Cases with different answers",
    )
    if picked is None:
        st.caption("Pick a row to open the runs on its case.")
        return
    with st.container(border=True):
        st.subheader(words.plain(f"{picked.source_id}: {picked.title}"), anchor=False)
        with st.container(horizontal=True):
            case_link.draw(picked.case_id, key=session.key(PAGE, "case"))
            for answer in picked.answers:
                run_link.draw_run(
                    answer.run_id,
                    key=session.key(PAGE, "run", answer.kind),
                    label=f"{KIND[answer.kind]}: run",
                )


def _line(one: Difference) -> pick_table.Cells:
    said = {answer.kind: _said(answer) for answer in one.answers}
    return {
        "Case": one.source_id,
        "Title": words.cut(one.title, 60),
        **{KIND[kind]: said.get(kind, "–") for kind in RunKind},
    }


def _said(answer: Answer) -> str:
    named = desk_words.label("", answer.label) if answer.label else "(nothing)"
    return f"{named}{_MARKS[answer.is_right]}"
