"""Sessions and bearer tokens of the signed-in person, each with the button that ends it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import streamlit as st

from console import flash, session
from console import format as words
from console.components import account_session
from engine.service.people_keys import LONGEST_LABEL, LONGEST_TOKEN_DAYS
from engine.service.people_rows import KeyRow
from engine.service.requests import EndSessions, IssueToken, RevokeToken

PAGE = "account"
_LABEL, _DAYS = session.key(PAGE, "label"), session.key(PAGE, "days")
_WIDTHS = (4, 3, 3, 2)
_MOST_SHOWN = 20
_USUAL_DAYS = 90


def draw_sessions(sessions: Sequence[KeyRow], now: datetime) -> None:
    """Draw the sessions; the one in which the page is seen has no button."""
    _draw_heads("Begun from")
    for row in sessions[:_MOST_SHOWN]:
        end = None if row.is_current else _end_session
        _draw_row(row, row.label or "this machine", now, "End", end)
    hidden = len(sessions) - _MOST_SHOWN
    if hidden > 0:
        st.caption(f"And {hidden:,} older ones.")
    if len(sessions) > 1:
        st.button(
            "End all other sessions", key=session.key(PAGE, "end_others"), on_click=_end_others
        )


def draw_tokens(tokens: Sequence[KeyRow], now: datetime) -> None:
    """Draw the tokens, and what makes a new one."""
    if tokens:
        _draw_heads("Label")
        for row in tokens:
            _draw_row(row, row.label, now, "Revoke", _revoke)
    else:
        st.text("You have no bearer token.")
    _draw_new()
    secret: str = session.recall(PAGE, "secret", "")
    if secret:
        session.forget(PAGE, "secret")
        _show_once(secret)


def _draw_heads(label: str) -> None:
    for column, text in zip(st.columns(_WIDTHS), (label, "Created", "Ends", ""), strict=True):
        column.caption(text)


def _draw_row(
    row: KeyRow, label: str, now: datetime, verb: str, end: Callable[[str], None] | None
) -> None:
    name, created, ends, button = st.columns(_WIDTHS, vertical_alignment="center")
    name.text(label)
    created.text(words.ago(row.created_at, now))
    ends.text(f"in {words.span(row.expires_at - now)}")
    if end is None:
        button.text("this one")
    else:
        key = session.key(PAGE, "end", row.id)
        button.button(verb, key=key, on_click=end, args=(str(row.id),), width="stretch")


def _draw_new() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Label of a new token",
            key=_LABEL,
            max_chars=LONGEST_LABEL,
            placeholder="What it is for",
            autocomplete="off",
        )
        st.number_input("Days", 1, LONGEST_TOKEN_DAYS, _USUAL_DAYS, key=_DAYS, width=110, step=None)
        st.button("Issue token", key=session.key(PAGE, "issue"), on_click=_issue)
    st.caption("A token acts as you over the API, with all your roles, until it ends.")


@st.dialog("Your new token")
def _show_once(secret: str) -> None:
    """Nothing keeps the token: the next run of the page no longer has it."""
    st.text("Copy it now: it is shown this once, and only its fingerprint is stored.")
    st.code(secret, language=None, wrap_lines=True)


def _issue() -> None:
    label = st.session_state[_LABEL].strip()
    if not label:
        flash.add("warning", "No token was issued: say in the label what it is for.")
        return
    done = session.submit(IssueToken(label=label, days=st.session_state[_DAYS]))
    if done:
        session.remember(PAGE, "secret", done.secret)
        st.session_state[_LABEL] = ""


def _revoke(token: str) -> None:
    session.submit(RevokeToken(token=token))


def _end_session(key_id: str) -> None:
    session.submit(EndSessions(session=key_id))


def _end_others() -> None:
    session.submit(EndSessions(but_not=account_session.own_token()))
