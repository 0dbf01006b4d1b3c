"""Compare: playbook, precedent, workflow and agent on the same cases, side by side.

Real and simulated data stay apart, and so do runs of a scripted model and of a real one.
"""

from __future__ import annotations

from collections import Counter

import streamlit as st

from console import session
from console.components import (
    compare_agreement,
    compare_control,
    compare_figures,
    compare_filters,
    compare_lengths,
    compare_questions,
    compare_tools,
)
from engine.domain.case import Origin
from engine.service.comparison_rows import ComparisonRow, Models

_PAGE = "compare"
_FIGURES, _AGREEMENT, _LENGTHS = "Figures", "Agreement", "Run length"
_TOOLS, _CONTROL, _QUESTIONS = "Tools and scopes", "Failures and review", "What a buyer asks"
_VIEWS = (_FIGURES, _AGREEMENT, _LENGTHS, _TOOLS, _CONTROL, _QUESTIONS)
_NO_DATED_RUN = "No dated run with a live key has been made yet."


@session.guarded
def render() -> None:
    """Draw the filters, what the figures rest on, and the chosen view."""
    st.title("Compare", anchor=False)
    st.caption(
        "Who should reason about a case: rules, past cases, a workflow or an agent? Each was let "
        "loose on the same cases, all under one policy."
    )
    made = session.queries().runs_made()
    if not made:
        _draw_start()
        return
    row = session.queries().comparison(compare_filters.draw(made))
    if not row.runs:
        st.info("No run was begun in this slice; widen it.", icon=":material/filter_alt_off:")
        return
    _draw_basis(row)
    view = st.segmented_control(
        "View",
        _VIEWS,
        default=_FIGURES,
        key=session.key(_PAGE, "view"),
        label_visibility="collapsed",
        required=True,
    )
    _draw_view(row, view)


def _draw_view(row: ComparisonRow, view: str) -> None:
    match view:
        case "Agreement":
            compare_agreement.draw(row.comparison)
        case "Run length":
            compare_lengths.draw(row.comparison)
        case "Tools and scopes":
            compare_tools.draw(row)
        case "Failures and review":
            compare_control.draw(row.comparison)
        case "What a buyer asks":
            compare_questions.draw(row.replies)
        case _:
            compare_figures.draw(row)


def _draw_basis(row: ComparisonRow) -> None:
    """Say what the figures rest on before anybody reads one."""
    said = []
    if row.which.origin is Origin.SIMULATED:
        said.append("Simulated cases: made up by a program, never evidence for real ones.")
    asked = any(one.models for one in row.comparison.kinds)
    if asked and row.which.models is Models.SCRIPTED:
        said.append(
            "Scripted model: its answers are written beforehand and show nothing of how good a "
            "model is."
        )
    said.append(_NO_DATED_RUN)
    if mixed := _mixed(row):
        said.append(f"Versions with records of their own are compared as one: {mixed}.")
    if row.left_out:
        said.append(
            f"{row.runs - row.left_out:,} of {row.runs:,} runs are compared: first runs before "
            "repeats, and of these the newest."
        )
    if len(said) > 1:
        st.warning(" ".join(said), icon=":material/science:")
    else:
        st.caption(said[0])


def _mixed(row: ComparisonRow) -> str:
    """The versions of reasoners of which more than one was compared, with their runs."""
    names = Counter(by.partition("@")[0] for by, _ in row.versions)
    several = [(by, runs) for by, runs in row.versions if names[by.partition("@")[0]] > 1]
    return ", ".join(f"{by} ({runs:,} {'run' if runs == 1 else 'runs'})" for by, runs in several)


def _draw_start() -> None:
    st.info(
        "Nothing to compare yet: no run was made. Open a case and let a reasoner look at it beside "
        "its way, which executes nothing; or do it for all kinds at once:",
        icon=":material/hourglass_empty:",
    )
    st.code("countersign runs start CASE --all --as NAME", language="bash")
    st.caption(_NO_DATED_RUN)


if __name__ == "__main__":
    render()
