"""Versions of a document: who wrote and signed each, what it changes, signature and way back.

A signature is the second name under a change of limits; the author cannot give it.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from console import flash, session
from console import format as words
from console.components import past_words, policy_changes, policy_words
from engine.domain.actor import Person
from engine.domain.policy import PolicyKind, VersionStatus
from engine.service.requests import RollBack, SignVersion, WithdrawVersion
from engine.service.rows import VersionRow


def active(versions: Sequence[VersionRow]) -> VersionRow | None:
    """The version that holds now."""
    return next((row for row in versions if row.status is VersionStatus.ACTIVE), None)


def draw_waiting(versions: Sequence[VersionRow]) -> None:
    """Say which versions wait for their second name, and that the active one cannot be read."""
    for row in versions:
        if row.problem:
            st.error(
                words.plain(
                    f"Nobody may act on this desk: {row.problem}. Go back to another version, or "
                    "propose and sign a new one."
                ),
                icon=":material/error:",
            )
        if row.status is VersionStatus.PROPOSED:
            st.info(
                words.plain(
                    f"Version {row.version}, proposed by {row.drafted_by}, waits for a second "
                    "name: see Versions and signatures below."
                ),
                icon=":material/draw:",
            )


def draw(page: str, versions: Sequence[VersionRow], person: Person) -> None:
    """Draw all versions, newest first; a proposed one is open with its signature."""
    now = active(versions)
    over = now.version if now is not None else 0
    for row in versions:
        status = policy_words.STATUS[row.status]
        label = f"**Version {row.version}** · {status} · {words.plain(row.note)}"
        is_open = row.status is VersionStatus.PROPOSED
        with st.expander(label.removesuffix(" · "), expanded=is_open):
            st.text(_history(row))
            if row.status is not VersionStatus.ACTIVE:
                _draw_changes(page, row)
            past_words.draw(row)
            _draw_buttons(page, row, person, over)
            with st.popover("The document", icon=":material/code:"):
                st.code(row.document, language="yaml")


def _history(row: VersionRow) -> str:
    written = f"Written by {row.drafted_by}" if row.drafted_by else "Shipped with the desk"
    lines = [f"{written}, {words.exact(row.drafted_at)}"]
    if row.signed_by and row.activated_at is not None:
        lines.append(f"Signed by {row.signed_by}, {words.exact(row.activated_at)}")
    if row.rolled_back_by:
        lines.append(f"Made active again by {row.rolled_back_by}")
    return "\n".join(lines)


@session.explained  # a version that cannot be read must not take the others off the page
def _draw_changes(page: str, row: VersionRow) -> None:
    st.caption("Against the active version")
    back_to = row.version if row.status is VersionStatus.SUPERSEDED else None
    changes = session.queries().changes(row.desk, row.kind, row.document, back_to=back_to)
    policy_changes.draw(changes, key=session.key(page, "changes", row.kind, row.version))


def _draw_buttons(page: str, row: VersionRow, person: Person, over: int) -> None:
    match row.status:
        case VersionStatus.PROPOSED:
            _draw_signature(page, row, person, over)
        case VersionStatus.SUPERSEDED:
            _draw_way_back(page, row, person, over)
        case VersionStatus.DRAFT | VersionStatus.SIMULATED:
            if row.drafted_by == person.name:
                _draw_withdrawal(page, row, person)


def _draw_signature(page: str, row: VersionRow, person: Person, over: int) -> None:
    is_author = row.drafted_by == person.name
    may_sign = policy_words.may_sign(person, row.kind)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            f"Sign and activate version {row.version}",
            key=session.key(page, "sign", row.desk, row.version, over),
            type="primary",
            icon=":material/draw:",
            disabled=is_author or not may_sign,
            on_click=_sign,
            args=(row.kind, row.desk, row.version, over),
        )
        _draw_withdrawal(page, row, person)
    if is_author:
        st.caption("You proposed it; the second name has to be somebody else's.")
    elif not may_sign:
        st.caption(f"Signed by a {policy_words.roles(row.kind, signing=True)}.")


def _draw_withdrawal(page: str, row: VersionRow, person: Person) -> None:
    st.button(
        "Withdraw",
        key=session.key(page, "withdraw", row.desk, row.version),
        icon=":material/delete:",
        disabled=not policy_words.may_write(person, row.kind),
        help=f"For a {policy_words.roles(row.kind, signing=False)}.",
        on_click=_withdraw,
        args=(row.kind, row.desk, row.version),
    )


def _draw_way_back(page: str, row: VersionRow, person: Person, over: int) -> None:
    if not policy_words.may_sign(person, row.kind):
        return
    reason = session.key(page, "reason", row.desk, row.version)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Reason", key=reason, max_chars=300, width=360)
        st.button(
            f"Go back to version {row.version}",
            key=session.key(page, "back", row.desk, row.version, over),
            icon=":material/undo:",
            on_click=_roll_back,
            args=(row.kind, row.desk, row.version, over, reason),
        )


def _sign(kind: PolicyKind, desk: str, version: int, over: int) -> None:
    session.submit(SignVersion(kind=kind, desk=desk, version=version, over=over))


def _withdraw(kind: PolicyKind, desk: str, version: int) -> None:
    session.submit(WithdrawVersion(kind=kind, desk=desk, version=version))


def _roll_back(kind: PolicyKind, desk: str, version: int, over: int, field: str) -> None:
    reason = st.session_state[field].strip()
    if not reason:
        flash.add("warning", "Nothing was changed: say why first.")
        return
    session.submit(RollBack(kind=kind, desk=desk, version=version, reason=reason, over=over))
