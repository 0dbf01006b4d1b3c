"""Case: one case over the whole width, found by its number or opened from anywhere by a link."""

from __future__ import annotations

import streamlit as st

from console import flash, session
from console.components import case_detail, open_case
from engine.errors import NotFound

PAGE = "case"
QUERY = "case"


@session.guarded
def render() -> None:
    """Draw the search and the case."""
    if open_case.current() is None:
        flash.draw_here()
    _open_from_address()
    st.text_input(
        "Open a case",
        placeholder="Case number or id, then Enter",
        label_visibility="collapsed",
        icon=":material/search:",
        key=session.key(PAGE, "text"),
        width=420,
        on_change=_find,
    )
    case_detail.draw(on_decided=_stay)


def _open_from_address() -> None:
    """Open what the address names, once; afterwards the person's own choice holds."""
    named = st.query_params.get(QUERY, "")
    if named and named != session.recall(PAGE, "named", ""):
        session.remember(PAGE, "named", named)
        _open(named)


def _find() -> None:
    text = str(st.session_state.get(session.key(PAGE, "text")) or "").strip()
    if text:
        session.attempt(_open, text)


def _open(text: str) -> None:
    case_id = session.queries().find_case(text)
    if case_id is None:
        raise NotFound(f"There is no case {text}.")
    open_case.open_case(case_id)


def _stay() -> None:
    """After a decision the case stays open here."""


if __name__ == "__main__":
    render()
