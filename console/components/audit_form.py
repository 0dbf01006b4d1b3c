"""Form of a blind answer: what should have been done, chosen from the tools, with no hint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from console import session
from console.components import override_form
from engine.domain.recommendation import Recommendation
from engine.service.live_rows import AuditCard
from engine.service.rows import ToolChoice

PAGE = "audit"
SOMETHING, NOTHING = "The action I name here was right", "Nothing should have been done"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What stands in the form."""

    tool: str
    """Empty: nothing should have been done."""
    arguments: dict[str, Any]
    note: str
    missing: str
    """What has to be filled in before it can be sent; empty where nothing has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Blind:
    """The tools alone, with nothing that ranks them."""

    tools: tuple[ToolChoice, ...]
    recommendation: Recommendation | None = None


def draw(card: AuditCard) -> None:
    """Draw the fields."""
    st.radio(
        "What should have been done?",
        (SOMETHING, NOTHING),
        index=None,
        horizontal=True,
        key=_key(card, "kind"),
    )
    if _kind(card) == SOMETHING and card.tools:
        override_form.draw(_Blind(tools=card.tools), _form(card), label="Should have been done")
    st.text_input(
        "Note",
        max_chars=2000,
        placeholder="Why, for the record (optional)",
        label_visibility="collapsed",
        key=_key(card, "note"),
    )


def read(card: AuditCard) -> Answer:
    """What stands in the fields now."""
    note = str(st.session_state.get(_key(card, "note")) or "")
    kind = _kind(card)
    if kind is None:
        missing = "Say whether anything should have been done."
        return Answer(tool="", arguments={}, note=note, missing=missing)
    if kind == NOTHING:
        return Answer(tool="", arguments={}, note=note, missing="")
    blind = _Blind(tools=card.tools)
    if missing := override_form.why_not(blind, _form(card)):
        return Answer(tool="", arguments={}, note=note, missing=missing)
    if not override_form.is_complete(blind, _form(card)):
        missing = "Choose what should have been done."
        return Answer(tool="", arguments={}, note=note, missing=missing)
    tool, arguments = override_form.read(blind, _form(card))
    return Answer(tool=tool, arguments=arguments, note=note, missing="")


def fields_key(card: AuditCard) -> str:
    """Key of the container with the fields."""
    return _key(card, "fields")


def _kind(card: AuditCard) -> str | None:
    kind: str | None = st.session_state.get(_key(card, "kind"))
    return kind


def _form(card: AuditCard) -> str:
    return f"audit:{card.row.case_id}"


def _key(card: AuditCard, name: str) -> str:
    return session.key(PAGE, card.row.case_id, name)
