"""Ways from a case to its trace, its runs and its ledger entries, and to new runs of it."""

from __future__ import annotations

import streamlit as st

from console import session
from console.components import run_link, run_start
from engine.domain.ids import CaseId

PAGE = "ways"


def draw(case_id: CaseId) -> None:
    """Draw the ways."""
    with st.container(horizontal=True, gap="small"):
        if st.button("Trace of this case", key=session.key(PAGE, "trace"), type="tertiary"):
            st.switch_page("app_pages/traces.py", query_params={"case": str(case_id)})
        run_link.draw_case(case_id, key=session.key(PAGE, "runs"), look="tertiary")
        run_start.draw(case_id)
        if st.button("Its ledger entries", key=session.key(PAGE, "ledger"), type="tertiary"):
            st.session_state[session.key("ledger", "stream")] = f"case:{case_id}"
            st.switch_page("app_pages/ledger.py")
