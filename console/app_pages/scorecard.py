"""Scorecard: how well each cell does, agreement and correctness apart, real and simulated apart."""

from __future__ import annotations

import streamlit as st

from console import session
from console.components import reliability, score_table

_PAGE = "scorecard"


@session.guarded
def render() -> None:
    """Draw all cells, and the chosen one in full."""
    st.title("Scorecard", anchor=False)
    st.caption(
        "Correctness is what later truth said. Agreement is what people said who had seen the "
        "recommendation. They are two different things, and only correctness is evidence."
    )
    scores = session.queries().scores()
    if not scores:
        st.info(
            "Nothing to score yet: no case has been recommended upon.",
            icon=":material/hourglass_empty:",
        )
        return
    score_table.draw_overview(scores)
    known = {score_table.title(score): score for score in scores}
    chosen = st.selectbox("Cell in full", list(known), key=session.key(_PAGE, "cell"), width=480)
    score_table.draw_detail(known[chosen])
    reliability.draw(known[chosen])


if __name__ == "__main__":
    render()
