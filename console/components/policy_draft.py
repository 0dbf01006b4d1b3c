"""Draft of a document: the editor, what it would change in sentences, and the proposal.

What is typed stays until the engine has taken it, whatever the engine says of it in between.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from console import flash, session
from console.components import envelope_document, form_keys, policy_changes, policy_words
from engine.domain.actor import Person
from engine.domain.policy import PolicyKind
from engine.errors import ConfigError
from engine.service.requests import ProposeVersion, SaveDraft
from engine.service.rows import VersionRow

_STYLE = """<style>
[class*="st-key-"][class*="-editor-any"] textarea {
  font-family: ui-monospace, "DejaVu Sans Mono", monospace; }
</style>"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """What a page draws beside the text of its draft; both get the desk and the draft."""

    consequences: Callable[[str, str], None]
    form: Callable[[str, str], None] | None = None


def draw(
    page: str,
    kind: PolicyKind,
    desk: str,
    active: VersionRow | None,
    person: Person,
    beside: Beside,
) -> None:
    """Draw the editor on the active document of a desk.

    Args:
        page: Whose keys to use.
        kind: What is edited.
        desk: Name of the desk.
        active: The version that holds now.
        person: Who is signed in.
        beside: What a draft leads to, and a form over the text where the page has one.
    """
    document = active.document if active is not None else ""
    if not policy_words.may_write(person, kind):
        _draw_read_only(kind, document)
        return
    is_outdated = _begin(page, desk, document)
    editor, preview = st.columns(2, gap="medium")
    with editor:
        if beside.form is not None:
            beside.form(desk, st.session_state[_key(page, desk, "draft")])
        draft = _draw_fields(page, desk, height=430 if beside.form is None else 260)
        _draw_buttons(page, kind, desk, document, active.version if active is not None else 0)
    with preview:
        if is_outdated:
            st.warning(
                "Another version has become active since this draft was begun. Look at what would "
                "change, or start again.",
                icon=":material/sync_problem:",
            )
        is_good = _draw_preview(page, kind, desk, draft)
        if is_good:
            beside.consequences(desk, draft)


def _draw_read_only(kind: PolicyKind, document: str) -> None:
    who = policy_words.roles(kind, signing=False)
    st.info(
        f"The {policy_words.TITLE[kind]} is written by a {who}; you can read it here."
        if kind is PolicyKind.ENVELOPE
        else f"The {policy_words.TITLE[kind]} are written by a {who}; you can read them here.",
        icon=":material/lock:",
    )
    st.code(document, language="yaml")


def _draw_fields(page: str, desk: str, height: int) -> str:
    with st.container(key=session.key(page, "editor", "any")):
        st.html(_STYLE)
        draft = st.text_area(
            "New version (YAML)",
            height=height,
            key=_key(page, desk, "draft"),
            persist_state="session",
        )
    # Beside the button that was pressed: the top of the page is out of sight from here.
    with st.container(key=session.key(page, "draft", "messages")):
        flash.draw_here()
    st.text_input(
        "Note: why",
        key=_key(page, desk, "note"),
        max_chars=300,
        persist_state="session",
        help="It becomes the document's own note too, unless you wrote another one there.",
    )
    return draft or ""


def _draw_buttons(page: str, kind: PolicyKind, desk: str, document: str, over: int) -> None:
    """Never disabled: a field commits when it is left, and the click that leaves it must count."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Propose",
            key=_key(page, desk, "propose"),
            type="primary",
            on_click=_propose,
            args=(page, kind, desk, document, over),
        )
        st.button(
            "Keep as draft", key=_key(page, desk, "save"), on_click=_save, args=(page, kind, desk)
        )
        st.button(
            "Start again",
            key=_key(page, desk, "reset"),
            on_click=_reset,
            args=(page, desk, document),
        )
        st.caption("Active once somebody else has signed it.")
    form_keys.draw(
        fields=_key(page, desk, "note"), has_focus=False, missing=_key(page, desk, "note")
    )


def _begin(page: str, desk: str, document: str) -> bool:
    """Put the active document into an untouched draft; gives whether a touched one is outdated."""
    base = session.recall(page, f"base:{desk}", "")
    draft = st.session_state.get(_key(page, desk, "draft"))
    if draft is None or draft == base:
        _reset(page, desk, document)
        return False
    return base != document


def _draw_preview(page: str, kind: PolicyKind, desk: str, draft: str) -> bool:
    """What changes, in sentences; gives whether the draft is a document at all."""
    st.caption("What it would change")
    try:
        changes = session.queries().changes(desk, kind, draft)
    except ConfigError as error:
        st.error("This cannot be proposed yet:", icon=":material/error:")
        st.text(error.message)
        return False
    policy_changes.draw(changes, key=session.key(page, "preview", desk))
    return True


def _propose(page: str, kind: PolicyKind, desk: str, document: str, over: int) -> None:
    draft = st.session_state[_key(page, desk, "draft")]
    note = st.session_state[_key(page, desk, "note")].strip()
    if draft == document and not note:
        flash.add("warning", "Nothing was proposed: the draft is the active version.")
    elif not note:
        form_keys.refuse(
            _key(page, desk, "note"), "Nothing was proposed: say in the note why it should change."
        )
    elif session.submit(
        ProposeVersion(
            kind=kind,
            desk=desk,
            document=envelope_document.with_own_note(draft, document, note),
            note=note,
            over=over,
        )
    ):
        st.session_state[_key(page, desk, "note")] = ""
        _reset(page, desk, document)


def _save(page: str, kind: PolicyKind, desk: str) -> None:
    draft = st.session_state[_key(page, desk, "draft")]
    note = st.session_state[_key(page, desk, "note")].strip()
    session.submit(SaveDraft(kind=kind, desk=desk, document=draft, note=note))


def _reset(page: str, desk: str, document: str) -> None:
    st.session_state[_key(page, desk, "draft")] = document
    session.remember(page, f"base:{desk}", document)


def _key(page: str, desk: str, name: str) -> str:
    return session.key(page, name, desk)
