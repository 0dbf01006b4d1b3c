"""Audit: what software did alone and the draw selected; first the answer, then the truth."""

from __future__ import annotations

import streamlit as st

from console import flash, session
from console import format as words
from console.components import audit_card, audit_stream, desk_words, pick_list
from console.components.audit_form import PAGE
from console.components.pick_list import Line
from engine.service.live_rows import AuditRow

REFRESH_S = 5.0
_EMPTY = (
    "Nothing waits for your audit.\nActions that software takes alone are drawn at random before "
    "they run, and those drawn appear here. Cases you had a hand in are left to others."
)


@session.guarded
def render() -> None:
    """Draw the list and the open card."""
    st.title("Audit", anchor=False)
    st.caption("A blind look at what software did alone: first your answer, then what it did.")
    left, right = st.columns([4, 9], gap="medium")
    with left:
        _draw_list()
        _draw_keys()
    with right:
        card = audit_stream.opened()
        if card is None:
            flash.draw_here()
            st.info("No card is open. Pick one, or press J.", icon=":material/touch_app:")
        else:
            audit_card.draw(card)


@st.fragment(run_every=REFRESH_S)
@session.guarded
def _draw_list() -> None:
    opened = audit_stream.opened()
    case_id = opened.row.case_id if opened else None
    if session.recall(PAGE, "drawn", case_id) != case_id:
        session.remember(PAGE, "drawn", case_id)
        st.rerun()
    session.remember(PAGE, "drawn", case_id)
    listed = audit_stream.rows()
    st.caption("1 waits" if len(listed) == 1 else f"{len(listed)} wait, the oldest first")
    pick_list.draw(
        [_line(row) for row in listed],
        key=audit_stream.LIST,
        label="Waiting for audit",
        empty=_EMPTY,
        on_pick=audit_stream.pick,
        opened=case_id,
        height="calc(100vh - 16rem - var(--above, 0rem))",
    )


def _line(row: AuditRow) -> Line:
    return Line(
        id=str(row.case_id),
        head=f"P{row.priority}",
        number=row.source_id,
        text=row.title,
        hint=f"{desk_words.desk_title(row.desk)}, ran {words.exact(row.ran_at)}",
        marks=[
            {
                "text": f"ran {words.ago(row.ran_at, session.now())}",
                "tone": "",
                "hint": f"Software acted on it alone at {words.exact(row.ran_at)}",
            }
        ],
    )


def _draw_keys() -> None:
    with st.container(horizontal=True):
        for label, by, shortcut in (("Previous", -1, "K"), ("Next", 1, "J")):
            st.button(
                label,
                key=session.key(PAGE, "step", by),
                shortcut=shortcut,
                on_click=audit_stream.step,
                args=(by,),
            )


if __name__ == "__main__":
    render()
