"""Scorecard: how well each cell does, agreement and correctness apart, and what goes wrong.

Real and simulated data stay apart.
"""

from __future__ import annotations

import streamlit as st

from console import session
from console.components import failure_board, reliability, score_table, scripted_mark, text_line
from console.components.text_line import Piece
from engine.service.run_rows import RunFilter

_PAGE = "scorecard"
_COUNTED = Piece(
    text="A scripted model has reasoned about live cases here. What it recommended is counted "
    "below like any other recommendation, and proves nothing of a real model."
)


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
    _draw_scripted()
    score_table.draw_overview(scores)
    known = {score_table.title(score): score for score in scores}
    chosen = st.selectbox("Cell in full", list(known), key=session.key(_PAGE, "cell"), width=480)
    score_table.draw_detail(known[chosen])
    reliability.draw(known[chosen])


def _draw_scripted() -> None:
    """Say so where a script's recommendations are among those that are counted."""
    which = RunFilter(is_scripted=True, is_shadow=False)
    if session.queries().runs(which, limit=1).rows:
        text_line.draw([[scripted_mark.piece(), _COUNTED]], key="scripted")


if __name__ == "__main__":
    render()
