"""Queue: cases that wait for a person, with the open one beside the list."""

from __future__ import annotations

import streamlit as st

from console import flash, session
from console.components import case_address, case_detail, open_case, queue_browse, queue_filters

PAGE = "queue"


@session.guarded
def render() -> None:
    """Draw filters, list and the open case."""
    session.attempt(case_address.read)
    case_address.write()
    if open_case.current() is None:
        flash.draw_here()
    left, right = st.columns([5, 9], gap="small")
    with left, st.container(key="queue_list"):
        queue_browse.draw_list(queue_filters.draw())
        _draw_keys()
    with right:
        case_detail.draw(on_decided=_go_on)


def _draw_keys() -> None:
    with st.container(key="queue_keys", horizontal=True, vertical_alignment="center"):
        if open_case.current() is not None:
            _draw_way_back()
        for label, by, shortcut in (("Previous", -1, "K"), ("Next", 1, "J")):
            st.button(
                label,
                key=session.key(PAGE, "step", by),
                shortcut=shortcut,
                on_click=queue_browse.step,
                args=(by,),
            )
        st.toggle(
            "Go on after deciding",
            key=session.key(PAGE, "goes_on"),
            help="Open the next case as soon as one is decided.",
        )


def _draw_way_back() -> None:
    """The way back to the list: a narrow window shows the open case in its place."""
    with st.container(key="queue_back", width="content"):
        st.button(
            "All cases",
            key=session.key(PAGE, "back_to_list"),
            icon=":material/arrow_back:",
            on_click=case_address.leave,
        )


def _go_on() -> None:
    if st.session_state.get(session.key(PAGE, "goes_on"), False):
        queue_browse.step(1)


if __name__ == "__main__":
    render()
