"""Panel of a decision that needs more than a click: why, to whom, what instead, what to ask.

Draws fields and tells whether they are filled; the decision bar sends them.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import streamlit as st

from console import session
from console.components import (
    desk_words,
    open_case,
    override_choice,
    override_form,
    override_preview,
)
from console.components.open_case import OpenCase
from engine.domain.actor import Role
from engine.domain.decision import DecisionKind, ReasonCode
from engine.service import words as codes

PAGE = "panel"

REASONS: dict[DecisionKind, tuple[ReasonCode, ...]] = {
    DecisionKind.OVERRIDE: (
        ReasonCode.WRONG_TARGET,
        ReasonCode.WRONG_FACTS,
        ReasonCode.KNOWN_EXCEPTION,
        ReasonCode.OTHER,
    ),
    DecisionKind.REJECT: (
        ReasonCode.WRONG_TARGET,
        ReasonCode.WRONG_FACTS,
        ReasonCode.NOT_OUR_CASE,
        ReasonCode.DUPLICATE,
        ReasonCode.ALREADY_HANDLED,
        ReasonCode.OTHER,
    ),
    DecisionKind.ESCALATE: (
        ReasonCode.NEEDS_SENIOR,
        ReasonCode.KNOWN_EXCEPTION,
        ReasonCode.OTHER,
    ),
    DecisionKind.ASK: (ReasonCode.MISSING_FACT, ReasonCode.WRONG_FACTS, ReasonCode.OTHER),
}
_ROLES = (Role.SENIOR_OPERATOR, Role.OPERATOR)
"""Who decides cases; the engine passes them on to nobody else."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """What a person filled in."""

    reason: ReasonCode | None
    note: str
    tool: str = ""
    arguments: dict[str, Any] | None = None
    role: Role | None = None
    question: str = ""


def draw(case: OpenCase, kind: DecisionKind) -> None:
    """Draw the fields of a kind of decision."""
    if kind is DecisionKind.OVERRIDE:
        override_form.draw(case.card, _form(case))
        if override_form.is_complete(case.card, _form(case)):
            override_preview.draw(case, *override_form.read(case.card, _form(case)))
    elif kind is DecisionKind.ESCALATE:
        st.selectbox("To", _ROLES, format_func=_role, key=_key(case, "role"))
    elif kind is DecisionKind.ASK:
        missing = case.card.recommendation.draft.missing if case.card.recommendation else ()
        st.text_input(
            "What has to be known",
            value=_question(case, missing[0]) if missing else "",
            max_chars=500,
            key=_key(case, "question"),
        )
    st.pills(
        "Why you override" if kind is DecisionKind.OVERRIDE else "Reason",
        REASONS[kind],
        format_func=codes.REASON.__getitem__,
        default=REASONS[kind][0] if len(REASONS[kind]) <= 3 else None,
        key=_key(case, f"reason-{kind}"),
    )


def _question(case: OpenCase, missing: str) -> str:
    called = desk_words.cited(case.card.row.desk, missing)
    return f"What is the {called[:1].lower()}{called[1:]}?"


def _role(role: Role) -> str:
    return codes.ROLE[role].capitalize()


def draw_note(case: OpenCase) -> None:
    """Draw the note that goes with any decision; what was typed survives a reload."""
    key = _key(case, "note")
    st.text_input(
        "Note",
        value=open_case.draft_of(case.case_id),
        max_chars=2000,
        placeholder="Note for the record (optional)",
        label_visibility="collapsed",
        key=key,
        on_change=_keep_draft,
        args=(case.case_id, key),
    )


def _keep_draft(case_id: Any, key: str) -> None:
    open_case.keep_draft(case_id, st.session_state[key])
    # With the claim it also outlives this browser.
    session.attempt(open_case.renew)


def read(case: OpenCase, kind: DecisionKind) -> Filled:
    """What stands in the fields now."""
    note = str(st.session_state.get(_key(case, "note")) or "")
    if kind is DecisionKind.APPROVE:
        return Filled(reason=ReasonCode.AGREED, note=note)
    reason: ReasonCode | None = st.session_state.get(_key(case, f"reason-{kind}"))
    if kind is DecisionKind.OVERRIDE and override_choice.choices(case.card):
        tool, arguments = override_form.read(case.card, _form(case))
        return Filled(reason=reason, note=note, tool=tool, arguments=arguments)
    if kind is DecisionKind.ESCALATE:
        role: Role = st.session_state.get(_key(case, "role"), _ROLES[0])
        return Filled(reason=reason, note=note, role=role)
    if kind is DecisionKind.ASK:
        asked = str(st.session_state.get(_key(case, "question")) or "")
        return Filled(reason=reason, note=note, question=asked)
    return Filled(reason=reason, note=note)


def digest_of(case: OpenCase, kind: DecisionKind) -> str:
    """Of what sending would do, as the fields stand: another one is another act."""
    filled = read(case, kind)
    said = json.dumps([filled.tool, filled.arguments, filled.role], sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def why_not(case: OpenCase, kind: DecisionKind) -> str:
    """What stands in a field and cannot be read, so that nothing can be sent; empty: nothing."""
    if kind is not DecisionKind.OVERRIDE:
        return ""
    return override_form.why_not(case.card, _form(case))


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """What has to be filled in before a form can be sent."""

    said: str
    """As a sentence; empty where nothing is missing."""
    field: str = ""
    """Key of its field."""


def what_is_missing(case: OpenCase, kind: DecisionKind) -> Missing:
    """The first thing that has to be filled in before it can be sent."""
    filled = read(case, kind)
    if said := why_not(case, kind):
        return Missing(said=said)
    if kind is DecisionKind.OVERRIDE and (
        field := override_form.missing_field(case.card, _form(case))
    ):
        return Missing(said="Choose what to do instead.", field=field)
    if kind is DecisionKind.ASK and not filled.question.strip():
        return Missing(said="Say what has to be known.", field=_key(case, "question"))
    if filled.reason is None:
        return Missing(said="Choose a reason.", field=_key(case, f"reason-{kind}"))
    if filled.reason is ReasonCode.OTHER and not filled.note.strip():
        return Missing(said="Say the reason in the note.", field=_key(case, "note"))
    return Missing(said="")


def _form(case: OpenCase) -> str:
    return f"{case.case_id}:{case.version}"


def _key(case: OpenCase, name: str) -> str:
    return session.key(PAGE, _form(case), name)
