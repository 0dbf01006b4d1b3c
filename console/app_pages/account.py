"""Account: who is signed in, what that lets them do, their password, sessions and tokens."""

from __future__ import annotations

import streamlit as st

from console import flash, session
from console import format as words
from console.components import (
    account_keys,
    account_password,
    account_roles,
    account_session,
    text_line,
)
from console.components.text_line import Piece
from engine.domain.actor import Role
from engine.service.people_rows import AccountRow

_PAGE = "account"
_PERSON_PX, _KEYS_PX = 510, 610


@session.guarded
def render() -> None:
    """Draw who it is on the left, and what signs them in on the right."""
    st.title("Account", anchor=False)
    account = account_session.account()
    with st.container(key=session.key(_PAGE, "messages")):
        flash.draw_here()
        _warn_of_set_password(account)
    with st.container(horizontal=True, gap="large"):  # one below the other where it is narrow
        person, keys = st.container(width=_PERSON_PX), st.container(width=_KEYS_PX)
    with person:
        _draw_person(account)
        st.subheader("Password", anchor=False)
        account_password.draw()
    with keys, st.container(key="account_keys"):
        st.subheader("Sessions", anchor=False)
        account_keys.draw_sessions(account.sessions, session.now())
        st.subheader("Bearer tokens", anchor=False)
        account_keys.draw_tokens(account.tokens, session.now())


def _draw_person(account: AccountRow) -> None:
    since = f"account since {words.moment(account.created_at)[:10]}"
    name = Piece(text=account.display_name, look="title")
    text_line.draw(
        [
            [name, Piece(text=account.name, look="code", hint="Sign-in name")],
            [Piece(text=since, look="dim")],
        ],
        key="account_person",
    )
    account_roles.draw(account.roles)
    st.caption(
        "Everybody looks on and keeps their own password, sessions and tokens. Roles are "
        "changed by an administrator."
    )
    if Role.ADMINISTRATOR in account.roles:
        st.caption(
            "Other people's accounts are kept on the command line, where the product runs: "
            "`countersign user add NAME --role operator --as YOU`; `countersign user --help` "
            "lists the rest."
        )


def _warn_of_set_password(account: AccountRow) -> None:
    if account.password_set_by:
        st.warning(
            words.plain(
                f"{account.password_set_by} set your password on "
                f"{words.moment(account.password_set_at)[:10]}. Change it, so that you alone "
                "know it."
            ),
            icon=":material/key:",
        )


if __name__ == "__main__":
    render()
