"""Draft of a new envelope version: the editor, what it would change, and the proposal.

The draft stays until the engine has taken it, whatever the engine says of it in between.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from console import flash, session
from console import format as words
from console.components import desk_words, envelope_document
from engine.service.requests import ProposeEnvelope
from engine.service.rows import CellRow

_PAGE = "envelope"
_STYLE = """<style>
.st-key-envelope-editor-any textarea { font-family: ui-monospace, "DejaVu Sans Mono", monospace; }
</style>"""


def draw(desk: str, document: str, cells: Sequence[CellRow]) -> None:
    """Draw the editor on the active document of a desk.

    Args:
        desk: Name of the desk.
        document: YAML that holds now; empty where the desk has none.
        cells: The cells as they stand, for what is evidenced.
    """
    is_outdated = _begin(desk, document)
    editor, preview = st.columns(2, gap="medium")
    with editor:
        draft = _draw_fields(desk)
        _draw_buttons(desk, document)
    with preview:
        if is_outdated:
            st.warning(
                "Another version has become active since this draft was begun. Look at what would "
                "change, or start again.",
                icon=":material/sync_problem:",
            )
        _draw_preview(document, draft, cells)


def _draw_fields(desk: str) -> str:
    with st.container(key=_key("any", "editor")):
        st.html(_STYLE)
        draft = st.text_area(
            "New version (YAML)", height=430, key=_key(desk, "draft"), persist_state="session"
        )
    st.text_input("Note: why", key=_key(desk, "note"), max_chars=300, persist_state="session")
    return draft or ""


def _draw_buttons(desk: str, document: str) -> None:
    """Never disabled: a field commits when it is left, and the click that leaves it must count."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Propose",
            key=_key(desk, "propose"),
            type="primary",
            on_click=_propose,
            args=(desk, document),
        )
        st.button(
            "Start again from the active version",
            key=_key(desk, "reset"),
            on_click=_reset,
            args=(desk, document),
        )
        st.caption("Active once somebody else has signed it.")


def _begin(desk: str, document: str) -> bool:
    """Put the active document into an untouched draft; gives whether a touched one is outdated."""
    base = session.recall(_PAGE, f"base:{desk}", "")
    draft = st.session_state.get(_key(desk, "draft"))
    if draft is None or draft == base:
        _reset(desk, document)
        return False
    return base != document


def _draw_preview(document: str, draft: str, cells: Sequence[CellRow]) -> None:
    st.caption("What it would change")
    reading = envelope_document.read(draft)
    if reading.problem:
        st.error("This is not YAML:", icon=":material/error:")
        st.text(reading.problem)
        return
    change = envelope_document.difference(document, draft)
    st.code(change or "(nothing yet)", language="diff")
    for warning in envelope_document.warnings(reading, cells, desk_words.cell):
        st.warning(words.plain(warning), icon=":material/group:")


def _propose(desk: str, document: str) -> None:
    draft = st.session_state[_key(desk, "draft")]
    note = st.session_state[_key(desk, "note")].strip()
    if draft == document:
        flash.add("warning", "Nothing was proposed: the draft is the active version.")
    elif not note:
        flash.add("warning", "Nothing was proposed: say in the note why it should change.")
    elif session.submit(ProposeEnvelope(desk=desk, document=draft, note=note)):
        st.session_state[_key(desk, "note")] = ""
        _reset(desk, document)


def _reset(desk: str, document: str) -> None:
    st.session_state[_key(desk, "draft")] = document
    session.remember(_PAGE, f"base:{desk}", document)


def _key(desk: str, name: str) -> str:
    return session.key(_PAGE, name, desk)
