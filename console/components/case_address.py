"""The open case in the page's address, so that a reload opens it again.

The session alone says which case is open. The address is read where it names a case that this
session has not put there itself: an older address that arrives late never moves the open case.
"""

from __future__ import annotations

import streamlit as st

from console import session
from console.components import open_case
from engine.errors import NotFound

PAGE = "address"
QUERY = "case"


def read() -> None:
    """Open the case that the address names, once.

    Raises:
        NotFound: There is no such case.
    """
    named = st.query_params.get(QUERY, "")
    if not named or named == session.recall(PAGE, "named", ""):
        return
    written: frozenset[str] = session.recall(PAGE, "written", frozenset())
    if open_case.current() is not None and named in written:
        return
    session.remember(PAGE, "named", named)
    find(named)


def find(text: str) -> None:
    """Open a case by its number or id.

    Raises:
        NotFound: There is no such case.
    """
    case_id = session.queries().find_case(text)
    if case_id is None:
        raise NotFound(f"There is no case {text}.")
    open_case.open_case(case_id)


def write() -> None:
    """Name the open case in the address."""
    opened = open_case.current()
    if opened is None:
        return
    named = str(opened.case_id)
    written: frozenset[str] = session.recall(PAGE, "written", frozenset())
    session.remember(PAGE, "written", written | {named})
    session.remember(PAGE, "named", named)
    if st.query_params.get(QUERY) != named:
        st.query_params[QUERY] = named


def leave() -> None:
    """Close the open case; the address names none any more."""
    open_case.give_back()
    st.query_params.pop(QUERY, None)


def leave_for(case_id: str) -> None:
    """Let a way to a case open it, whether or not it was open here before."""
    written: frozenset[str] = session.recall(PAGE, "written", frozenset())
    session.remember(PAGE, "written", written - {case_id})
    session.forget(PAGE, "named")
