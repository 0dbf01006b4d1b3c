"""Case: one case over the whole width, found by its number or opened from anywhere by a link."""

from __future__ import annotations

import streamlit as st

from console import flash, session
from console.components import case_address, case_detail, open_case

PAGE = "case"


@session.guarded
def render() -> None:
    """Draw the search and the case."""
    if open_case.current() is None:
        flash.draw_here()
    case_address.read()
    st.text_input(
        "Open a case",
        placeholder="Case number or id, then Enter",
        label_visibility="collapsed",
        icon=":material/search:",
        key=session.key(PAGE, "text"),
        width=420,
        on_change=_find,
    )
    case_address.write()
    case_detail.draw(on_decided=_stay)


def _find() -> None:
    text = str(st.session_state.get(session.key(PAGE, "text")) or "").strip()
    if text:
        session.attempt(case_address.find, text)


def _stay() -> None:
    """After a decision the case stays open here."""


if __name__ == "__main__":
    render()
