"""Scorecard: how well each cell does, agreement and correctness apart, and what goes wrong.

Real and simulated data stay apart.
"""

from __future__ import annotations

import streamlit as st

from console import session
from console.components import failure_board, reliability, score_table

_PAGE = "scorecard"


@session.guarded
def render() -> None:
    """Draw all cells, the chosen one in full, and what goes wrong."""
    st.title("Scorecard", anchor=False)
    st.caption(
        "Correctness is what later truth said. Agreement is what people said who had seen the "
        "recommendation. They are two different things, and only correctness is evidence."
    )
    _draw_scores()
    failure_board.draw()


def _draw_scores() -> None:
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
