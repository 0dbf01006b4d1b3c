"""Filters of the queue: desk, why, for whom, text. Gives a filter; reads no rows."""

from __future__ import annotations

import streamlit as st

from console import session
from console.components import desk_clock
from engine.domain.actor import Role
from engine.domain.case import Attention
from engine.service import words as codes
from engine.service.rows import QueueFilter

PAGE = "queue"
_FOR_ROLES = (
    Role.OPERATOR,
    Role.SENIOR_OPERATOR,
    Role.PRODUCT_OWNER,
    Role.RISK_OFFICER,
)


def draw() -> QueueFilter:
    """Draw the filters and give what they say."""
    desks = {desk.name: desk.title for desk in desk_clock.desks()}
    upper = st.columns([5, 6], gap="xsmall")
    lower = st.columns([5, 6], gap="xsmall")
    desk = upper[0].selectbox(
        "Desk",
        ["", *desks],
        format_func=lambda name: desks.get(name, "All desks"),
        label_visibility="collapsed",
        key=session.key(PAGE, "desk"),
    )
    attention = upper[1].selectbox(
        "Why",
        ["", *Attention],
        format_func=lambda code: codes.ATTENTION[Attention(code)] if code else "Any reason",
        label_visibility="collapsed",
        key=session.key(PAGE, "attention"),
    )
    role = lower[0].selectbox(
        "For",
        ["", *_FOR_ROLES],
        format_func=lambda role: f"For {codes.ROLE[role]}s" if role else "For anybody",
        label_visibility="collapsed",
        key=session.key(PAGE, "role"),
    )
    text = lower[1].text_input(
        "Search",
        placeholder="Title or case number",
        label_visibility="collapsed",
        icon=":material/search:",
        key=session.key(PAGE, "text"),
    )
    return QueueFilter(
        desk=desk,
        attention=Attention(attention) if attention else None,
        role=Role(role) if role else None,
        text=text.strip(),
    )


def is_filtering(which: QueueFilter) -> bool:
    """Whether anything is left out."""
    return which != QueueFilter()


def clear() -> None:
    """Show everything again."""
    for name in ("desk", "attention", "role", "text"):
        st.session_state[session.key(PAGE, name)] = ""
