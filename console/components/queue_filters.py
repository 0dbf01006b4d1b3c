"""Filters of the queue: desk, why, for whom, text. Gives a filter; reads no rows."""

from __future__ import annotations

import streamlit as st

from console import session
from console.components import desk_clock, open_case
from engine.domain.actor import Role
from engine.domain.case import Attention
from engine.service import words as codes
from engine.service.authority import waiting_for
from engine.service.rows import QueueFilter

PAGE = "queue"
_ME = "me"
_FOR_ROLES = (Role.OPERATOR, Role.SENIOR_OPERATOR)
"""Cases are passed on to these alone."""


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
    whom = lower[0].selectbox(
        "For",
        ["", *([_ME] if open_case.may_decide() else []), *_FOR_ROLES],
        format_func=_whom,
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
        roles=_roles(whom),
        text=text.strip(),
    )


def _whom(whom: str) -> str:
    said = {"": "For anybody", _ME: "For me"}
    return said.get(whom) or f"For {codes.ROLE[whom]}s"


def _roles(whom: str) -> frozenset[str]:
    """The roles of cases that are for somebody; none: all."""
    if whom == _ME:
        # Whoever decides at all may answer what waits for nobody in particular.
        return waiting_for(*session.person().roles) | {""}
    return waiting_for(Role(whom)) if whom else frozenset()


def is_filtering(which: QueueFilter) -> bool:
    """Whether anything is left out."""
    return which != QueueFilter()


def clear() -> None:
    """Show everything again."""
    for name in ("desk", "attention", "role", "text"):
        st.session_state[session.key(PAGE, name)] = ""
