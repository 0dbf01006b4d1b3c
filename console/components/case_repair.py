"""Repair of a case: everything a person needs who looks at the target, and what they found."""

from __future__ import annotations

import streamlit as st

from console import flash, session
from console.components import case_plan, open_case, text_line
from console.components.open_case import OpenCase
from console.components.text_line import Piece
from engine.domain.case import Attention
from engine.domain.plan import StepStatus
from engine.service.requests import SettleRepair

PAGE = "repair"


def draw(case: OpenCase) -> None:
    """Give everything needed as a text to take along, and ask what the person found."""
    note_key = session.key(PAGE, "found", case.case_id, case.version)
    obstacle = open_case.why_not_mine(case.card) or open_case.why_not_decided_by_me(case.card)
    said = obstacle or f"Look at the target itself, then say what you found.{_asked(case)}"
    text_line.draw([[Piece(text=said, tone="warn")]], key="repair")
    if case.card.steps:
        with st.expander("Everything needed to look, as a text to copy"):
            st.code(case_plan.repair_text(case.card), language=None, wrap_lines=True, height=220)
    st.text_input("What you found", max_chars=2000, key=note_key)
    columns = st.columns(2, gap="small")
    stands, does_not = _labels(case)
    for column, label, is_done in ((columns[0], stands, True), (columns[1], does_not, False)):
        column.button(
            label,
            key=session.key(PAGE, "settle", is_done, case.case_id, case.version),
            disabled=bool(obstacle),
            width="stretch",
            on_click=settle,
            args=(case, is_done, note_key),
        )


def _is_undo(case: OpenCase) -> bool:
    return case.card.row.attention is Attention.UNDO_FAILED


def _asked(case: OpenCase) -> str:
    """What the two answers are about, where that is not the call alone."""
    if _is_undo(case):
        return " It was to be put back: does it still stand?"
    return " Not all of the plan was begun." if _is_cut_short(case) else ""


def _is_cut_short(case: OpenCase) -> bool:
    return any(step.status is StepStatus.LEFT for step in case.card.steps)


def _labels(case: OpenCase) -> tuple[str, str]:
    """What can be said of it: that it stands, and that it does not."""
    if _is_undo(case):
        return "It still stands", "It is put back: to the queue"
    if _is_cut_short(case):
        return "It stands: the rest to the queue", "It does not: back to the queue"
    return "It stands as wanted", "It does not: back to the queue"


def settle(case: OpenCase, is_done: bool, note_key: str) -> None:
    """Tell the engine how the repair ended."""
    note = str(st.session_state.get(note_key) or "").strip()
    if not note:
        flash.add("warning", "Say what you found.", "MISSING")
        return
    request = SettleRepair(case_id=case.case_id, version=case.version, is_done=is_done, note=note)
    if session.submit(request) is not None:
        session.attempt(open_case.reload)
