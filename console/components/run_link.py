"""Ways to the runs of a case, and to one run. Knows the address of that page, nothing else."""

from __future__ import annotations

from typing import Literal, NoReturn

import streamlit as st

from engine.domain.ids import CaseId, RunId

_PAGE = "app_pages/runs.py"
RUN, CASE = "run", "case"
"""Query parameters: the open run; the case whose runs are listed."""


def draw_case(
    case_id: CaseId,
    *,
    key: str,
    label: str = "Runs of this case",
    look: Literal["secondary", "tertiary"] = "secondary",
) -> None:
    """Draw a button that lists the runs of a case."""
    if st.button(label, key=key, icon=":material/account_tree:", type=look):
        go_to_case(case_id)


def go_to_case(case_id: CaseId) -> NoReturn:
    """Leave for the runs of a case."""
    st.switch_page(_PAGE, query_params={CASE: str(case_id)})


def draw_run(run_id: RunId, *, key: str, label: str) -> None:
    """Draw a button that opens a run."""
    if st.button(label, key=key, icon=":material/arrow_forward:", type="tertiary"):
        st.switch_page(_PAGE, query_params={RUN: str(run_id)})
