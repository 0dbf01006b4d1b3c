"""Brakes: pause everything, a desk or a cell, and let it run again. Both need a reason."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from console import flash, session
from console import format as words
from console.components import desk_words
from engine.service.requests import PauseScope, ResumeScope
from engine.service.rows import CellRow

_PAGE = "envelope"
_SCOPE = session.key(_PAGE, "brake", "scope")
_REASON = session.key(_PAGE, "brake", "reason")


def scopes(desk: str, cells: Sequence[CellRow]) -> dict[str, str]:
    """What can be paused, by scope, in words."""
    return {
        "all": "everything",
        f"desk:{desk}": desk_words.scope(f"desk:{desk}"),
        **{f"cell:{cell.cell}": desk_words.scope(f"cell:{cell.cell}") for cell in cells},
    }


def draw(desk: str, cells: Sequence[CellRow], pauses: Sequence[str]) -> None:
    """Draw what is paused now, and the two buttons.

    Args:
        desk: The desk on the page.
        cells: Its cells.
        pauses: What is paused now, as the engine says it.
    """
    if pauses:
        st.warning(
            words.plain("Paused now: " + "; ".join(map(desk_words.scope, pauses))),
            icon=":material/pause_circle:",
        )
    else:
        st.text("Nothing is paused.")
    known = scopes(desk, cells)
    what, why = st.columns([1, 2])
    what.selectbox("What", list(known), format_func=lambda one: known[one], key=_SCOPE)
    why.text_input("Reason", key=_REASON, max_chars=300)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Pause",
            key=session.key(_PAGE, "pause"),
            icon=":material/pause:",
            type="primary",
            on_click=_brake,
            args=(PauseScope,),
        )
        st.button(
            "Resume",
            key=session.key(_PAGE, "resume"),
            icon=":material/play_arrow:",
            on_click=_brake,
            args=(ResumeScope,),
        )
    st.caption("A pause stops new actions within a second; an action under way finishes.")


def _brake(kind: type[PauseScope] | type[ResumeScope]) -> None:
    reason = st.session_state[_REASON].strip()
    if not reason:
        flash.add("warning", "Nothing was changed: say why first.")
    elif session.submit(kind(scope=st.session_state[_SCOPE], reason=reason)):
        st.session_state[_REASON] = ""
