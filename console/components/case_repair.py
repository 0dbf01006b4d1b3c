"""Repair of a case: everything a person needs who looks at the target, and what they found."""

from __future__ import annotations

import streamlit as st

from console import flash, session
from console.components import case_plan, open_case, text_line
from console.components.open_case import OpenCase
from console.components.text_line import Piece
from engine.service.requests import SettleRepair

PAGE = "repair"


def draw(case: OpenCase) -> None:
    """Give everything needed as a text to take along, and ask what the person found."""
    note_key = session.key(PAGE, "found", case.case_id, case.version)
    text_line.draw(
        [[Piece(text="Look at the target itself, then say what you found.", tone="warn")]],
        key="repair",
    )
    if case.card.steps:
        with st.expander("Everything needed to look, as a text to copy"):
            st.code(case_plan.repair_text(case.card), language=None, wrap_lines=True, height=220)
    st.text_input("What you found", max_chars=2000, key=note_key)
    columns = st.columns(2, gap="small")
    for column, label, is_done in (
        (columns[0], "It stands as wanted", True),
        (columns[1], "It does not: back to the queue", False),
    ):
        column.button(
            label,
            key=session.key(PAGE, "settle", is_done, case.case_id, case.version),
            disabled=not open_case.may_decide(),
            width="stretch",
            on_click=settle,
            args=(case, is_done, note_key),
        )


def settle(case: OpenCase, is_done: bool, note_key: str) -> None:
    """Tell the engine how the repair ended."""
    note = str(st.session_state.get(note_key) or "").strip()
    if not note:
        flash.add("warning", "Say what you found.", "MISSING")
        return
    request = SettleRepair(case_id=case.case_id, version=case.version, is_done=is_done, note=note)
    if session.submit(request) is not None:
        session.attempt(open_case.reload)
