"""The form for a new password. What is typed goes to the engine and is kept nowhere else."""

from __future__ import annotations

import streamlit as st

from console import flash, session
from console.components import account_session
from engine.service.people_passwords import SHORTEST
from engine.service.requests import ChangePassword

PAGE = "account"
_OLD, _NEW, _AGAIN, _TOKENS = (
    session.key(PAGE, name) for name in ("old", "new", "again", "ends_tokens")
)
_FIELDS = (_OLD, _NEW, _AGAIN)
_LONGEST = 200


def draw() -> None:
    """Draw the form; Enter sends it."""
    with st.form(session.key(PAGE, "password"), border=False):
        _field("Password now", _OLD, "current-password")
        _field("New password", _NEW, "new-password", f"{SHORTEST} characters or more")
        _field("New password again", _AGAIN, "new-password")
        st.checkbox("End my bearer tokens too", key=_TOKENS)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.form_submit_button("Change password", type="primary", on_click=_change)
            st.caption("Your other sessions end; this one goes on.")


def _field(label: str, key: str, autocomplete: str, placeholder: str = "") -> None:
    st.text_input(
        label,
        key=key,
        type="password",
        max_chars=_LONGEST,
        autocomplete=autocomplete,
        placeholder=placeholder,
    )


def _change() -> None:
    old, new, again = (st.session_state[key] for key in _FIELDS)
    if not (old and new):
        flash.add("warning", "Nothing was changed: fill in both the old and the new password.")
        return
    if new != again:
        flash.add("warning", "Nothing was changed: the two new passwords are not the same.")
        return
    request = ChangePassword(
        old_password=old,
        new_password=new,
        ends_tokens=st.session_state[_TOKENS],
        but_not=account_session.own_token(),
    )
    if session.submit(request):
        for key in _FIELDS:
            st.session_state[key] = ""
