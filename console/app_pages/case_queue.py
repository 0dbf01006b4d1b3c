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
    with st.container(horizontal=True, vertical_alignment="center"):
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


def _go_on() -> None:
    if st.session_state.get(session.key(PAGE, "goes_on"), False):
        queue_browse.step(1)


if __name__ == "__main__":
    render()
