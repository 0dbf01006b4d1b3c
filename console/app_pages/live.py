"""Live: what software is about to do and what it does alone, with the brake in sight."""

from __future__ import annotations

import streamlit as st

from console import session
from console.components import (
    desk_words,
    live_board,
    live_brake,
    live_feed,
    live_gauges,
    live_watch,
)

PAGE = "live"
REFRESH_S = 2.0
ALL = ""


@session.guarded
def render() -> None:
    """Draw the places on the left; brake, budgets and feed on the right."""
    desks = [desk.name for desk in session.queries().desks()]
    desk = _draw_title(desks)
    left, right = st.columns([7, 6], gap="medium")
    with left:
        live_watch.draw(desk)
    with right, st.container(key="live_side"):
        st.html(_STYLE)
        _draw_side(desk, tuple(desks) if desk == ALL else (desk,))


def _draw_title(desks: list[str]) -> str:
    said, choice = st.columns([3, 1], vertical_alignment="center")
    with said:
        st.title("Live", anchor=False)
        st.caption(
            "What software is about to do, and what it did alone. "
            "Unseen in the first half of its window, an action goes to a person."
        )
    if len(desks) < 2:
        return ALL
    with choice:
        chosen: str = st.selectbox(
            "Desk",
            [ALL, *desks],
            format_func=lambda name: desk_words.desk_title(name) if name else "All desks",
            label_visibility="collapsed",
            key=session.key(PAGE, "desk"),
            on_change=live_board.begin,
        )
    return chosen


@st.fragment(run_every=REFRESH_S)
@session.guarded
def _draw_side(desk: str, desks: tuple[str, ...]) -> None:
    live = live_board.read(desk)
    live_brake.draw(desks, live.brakes)
    st.subheader("Budgets", anchor=False)
    live_gauges.draw(live.gauges)
    st.subheader("Done by software alone", anchor=False)
    live_feed.draw(live.ran, live.cells)


_STYLE = """
<style>
/* The brake stays in sight however far the list is scrolled. */
[data-testid="stColumn"]:has(> * > .st-key-live_side), [data-testid="stColumn"]:has(
  > .st-key-live_side), [data-testid="stColumn"]:has(> * > * > .st-key-live_side) {
  position: sticky; top: 3rem; align-self: flex-start;
  max-height: calc(100vh - 3.5rem - var(--above, 0rem)); overflow-y: auto; }
</style>
"""


if __name__ == "__main__":
    render()
