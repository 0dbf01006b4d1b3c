"""What the pages of documents share: the choice of a desk, and the tabs below what is in force."""

from __future__ import annotations

import streamlit as st

from console import flash, session
from console.components import consequences, desk_words, policy_draft, policy_versions
from console.components.policy_draft import Beside
from engine.domain.policy import PolicyKind


def choose_desk(page: str) -> str:
    """The desk the page is about; empty where none runs."""
    desks = [desk.name for desk in session.queries().desks()]
    if not desks:
        st.info("No desk runs here yet.", icon=":material/inbox:")
        return ""
    if len(desks) == 1:
        return desks[0]
    chosen = st.selectbox(
        "Desk",
        desks,
        format_func=desk_words.desk_title,
        key=session.key(page, "desk"),
        width=280,
    )
    return str(chosen)


def draw_versions(page: str, kind: PolicyKind, desk: str) -> None:
    """Draw messages, versions with their signatures, and the editor."""
    versions = session.queries().versions(desk, kind)
    person = session.person()
    policy_versions.draw_waiting(versions)
    # Always there, so that a message moves no tab out from under the person who reads it.
    messages = st.container(key=session.key(page, "messages"))
    signing, proposing = st.tabs(
        ["Versions and signatures", "Propose a change"],
        key=session.key(page, "changes"),
        on_change="rerun",  # a tab that is not open asks history nothing
    )
    if not proposing.open:  # there they stand beside the button
        with messages:
            flash.draw_here()
    if signing.open:
        with signing:
            policy_versions.draw(page, versions, person)
    if proposing.open:
        beside = Beside(consequences=lambda of, draft: consequences.draw(page, kind, of, draft))
        with proposing:
            policy_draft.draw(page, kind, desk, policy_versions.active(versions), person, beside)
