"""A case at rest: what happened, what later proved true, and the undo where there is one.

Before an undo is asked for, its targets say what they would put back.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from console import session
from console.components import (
    case_facts,
    case_follow,
    desk_words,
    form_keys,
    open_case,
    plan_list,
    previews,
    text_line,
)
from console.components.open_case import OpenCase
from console.components.text_line import Piece
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind, ReasonCode
from engine.domain.effect import Effect
from engine.domain.grant import GrantBasis
from engine.errors import EngineError
from engine.service import words as codes
from engine.service.preview_rows import PreviewRow
from engine.service.requests import DecideCase, UndoEffect
from engine.service.rows import CaseCard

PAGE = "after"
TAKES_TWO = "So much is put back by two people: yours is the first name, somebody else confirms it."
_FINAL = frozenset({DecisionKind.APPROVE, DecisionKind.OVERRIDE, DecisionKind.REJECT})


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What the targets said of an undo, as they stood when it was opened."""

    rows: tuple[PreviewRow, ...] = ()
    why_not: str = ""
    """Why they could not be asked; empty: they were."""


def draw_rest(case: OpenCase) -> None:
    """Draw how the case ended, and the way to undo it."""
    said, button = st.columns([3, 1], vertical_alignment="center")
    with said:
        _draw_result(case.card)
    if not case.card.can_undo:
        return
    if session.recall(PAGE, _name(case), None) is not None:
        _draw_undo(case)
        return
    obstacle = open_case.why_not_mine(case.card)
    button.button(
        "Undo…",
        key=session.key(PAGE, "undo", case.case_id, case.version),
        icon=":material/undo:",
        shortcut="U",
        width="stretch",
        disabled=bool(obstacle),
        help=obstacle or None,
        on_click=_open,
        args=(case,),
    )


def _open(case: OpenCase) -> None:
    """Ask the targets once, when the form is opened: what is on the screen does not change."""
    session.remember(PAGE, _name(case), _seen(case))


def _seen(case: OpenCase) -> Seen:
    try:
        return Seen(rows=session.engine().preview_undo(case.case_id, session.person()))
    except EngineError as error:
        return Seen(why_not=error.message)


def is_second(card: CaseCard) -> bool:
    """Whether an undo waits for the second of two people."""
    return (
        card.row.status is CaseStatus.SECOND_PENDING
        and card.row.attention is Attention.UNDO_SECOND_PERSON
    )


def draw_second(case: OpenCase) -> None:
    """Draw an undo that one person asked for and that takes somebody else as well."""
    asked = case.card.decision
    is_mine = asked is not None and asked.person == session.person().name
    obstacle = open_case.why_not_mine(case.card) or (_FIRST if is_mine else "")
    held = open_case.holder_of(case.card)
    obstacle = obstacle or (f"{held} works on this case." if held else "")
    text_line.draw(
        [[Piece(text=_asked_by(case.card), tone="strong")], [Piece(text=obstacle, tone="warn")]],
        key="undo_asked",
    )
    if session.recall(PAGE, _name(case), None) is None and open_case.may_decide():
        _open(case)
    _draw_what(case)
    if is_mine:
        st.button(
            "Take back",
            key=session.key(PAGE, "take_back", case.case_id, case.version),
            icon=":material/undo:",
            shortcut="T",
            on_click=case_follow.take_back,
            args=(case,),
        )
    elif not obstacle:
        _draw_second_form(case)


_FIRST = "You asked for this undo. It takes somebody else as well; nothing is put back before."


def _asked_by(card: CaseCard) -> str:
    said = codes.ATTENTION[Attention.UNDO_SECOND_PERSON]
    return f"{said}. {card.row.attention_note}" if card.row.attention_note else f"{said}."


def _draw_second_form(case: OpenCase) -> None:
    reason_key, now_key, keep_key, fields = (
        session.key(PAGE, name, case.case_id, case.version)
        for name in ("reason", "undo_now", "keep", "undo_fields")
    )
    with st.container(key=fields):
        st.text_input("Why", max_chars=2000, placeholder="A reason is required", key=reason_key)
    columns = st.columns([5, 4, 4], gap="small", vertical_alignment="center")
    columns[0].button(
        "Undo it as well",
        key=now_key,
        type="primary",
        shortcut="Ctrl+Enter",
        width="stretch",
        on_click=undo,
        args=(case, reason_key, fields),
    )
    columns[1].button(
        "Let it stand",
        key=keep_key,
        shortcut="X",
        width="stretch",
        on_click=let_stand,
        args=(case, reason_key, fields),
    )
    columns[2].caption("" if st.session_state.get(reason_key) else "Say why first.")
    form_keys.draw(fields=fields, send=now_key, has_focus=False, missing=reason_key)


def let_stand(case: OpenCase, reason_key: str, fields: str) -> None:
    """Refuse the undo that somebody else asked for."""
    reason = _filled(reason_key)
    if not reason:
        form_keys.refuse(fields, "Say why it should stand.")
        return
    session.submit(
        DecideCase(
            case_id=case.case_id,
            version=case.version,
            kind=DecisionKind.REJECT,
            client_key=case.client_key,
            reason_code=ReasonCode.OTHER,
            note=reason,
            time_to_decide_ms=case.time_to_decide_ms(),
        )
    )
    session.attempt(open_case.reload)


def _draw_result(card: CaseCard) -> None:
    text_line.draw(
        [
            [
                Piece(text=codes.STATUS[card.row.status], tone="strong"),
                *(_effect_piece(effect) for effect in card.effects),
                Piece(text=_who(card)),
                Piece(text=f"Outcome: {card.outcome}" if card.outcome else "", look="dim"),
            ],
        ],
        key="rest",
    )


def _who(card: CaseCard) -> str:
    """Who let it end like this: a person by name, or software alone; empty where nobody did."""
    if card.grant is not None and card.grant.basis is GrantBasis.VETO_LAPSE:
        return "by software alone; nobody held it in its time"
    if card.grant is not None and card.grant.basis is GrantBasis.VERDICT:
        return "by software alone, inside the envelope"
    decision = card.decision
    if decision is None or decision.kind not in _FINAL:
        return ""
    return f"{codes.DECISION[decision.kind]} by {decision.person}"


def _effect_piece(effect: Effect) -> Piece:
    name = desk_words.tool(effect.tool)
    if effect.undoes is not None:
        return Piece(text=f"“{name}” undone", look="chip", tone="info", hint=effect.note)
    if effect.is_correct:
        return Piece(text=f"“{name}” ran and was verified", look="chip", tone="good")
    seen = "not verified" if effect.is_correct is None else "reading back shows something else"
    return Piece(text=f"“{name}”: {seen}", look="chip", tone="warn", hint=effect.note)


def _draw_undo(case: OpenCase) -> None:
    _draw_what(case)
    reason_key = session.key(PAGE, "reason", case.case_id, case.version)
    fields = session.key(PAGE, "undo_fields", case.case_id, case.version)
    with st.container(key=fields):
        st.text_input(
            "Why undo it", max_chars=2000, placeholder="A reason is required", key=reason_key
        )
    now_key, keep_key = (
        session.key(PAGE, name, case.case_id, case.version) for name in ("undo_now", "keep")
    )
    columns = st.columns([5, 3, 4], gap="small", vertical_alignment="center")
    columns[0].button(
        "Undo it now",
        key=now_key,
        type="primary",
        shortcut="Ctrl+Enter",
        width="stretch",
        on_click=undo,
        args=(case, reason_key, fields),
    )
    columns[1].button(
        "Keep it",
        key=keep_key,
        shortcut="Escape",
        width="stretch",
        on_click=session.remember,
        args=(PAGE, _name(case), None),
    )
    columns[2].caption("" if st.session_state.get(reason_key) else "Say why before you undo it.")
    form_keys.draw(fields=fields, send=now_key, leave=keep_key, missing=reason_key)


def _draw_what(case: OpenCase) -> None:
    """What an undo would do, as the engine says it and as its targets do."""
    seen: Seen = session.recall(PAGE, _name(case), Seen())
    why_not = f"What it would put back cannot be shown: {seen.why_not}" if seen.why_not else ""
    is_first = not is_second(case.card) and any(row.takes_two for row in seen.rows)
    text_line.draw(
        [
            [Piece(text=case.card.words.undo, tone="strong")],
            [Piece(text=TAKES_TWO if is_first else "", tone="warn")],
            [Piece(text=why_not, tone="warn")],
        ],
        key="undo_preview",
    )
    if seen.rows:
        desk, currency = case.card.row.desk, case_facts.currency_of(case.card.facts)
        calls = [previews.call_of(row, desk, currency) for row in seen.rows]
        plan_list.draw(calls, key="undo_calls", label="What an undo would put back")
    if len([row for row in seen.rows if not row.is_left]) > 1:
        text_line.draw([[Piece(text=previews.AS_THEY_STAND, look="dim")]], key="undo_note")


def undo(case: OpenCase, reason_key: str, fields: str) -> None:
    """Ask for the undo of what stands."""
    reason = _filled(reason_key)
    if not reason:
        form_keys.refuse(fields, "Say why it should be undone.")
        return
    session.submit(UndoEffect(case_id=case.case_id, version=case.version, reason=reason))
    session.attempt(open_case.reload)


def _filled(key: str) -> str:
    return str(st.session_state.get(key) or "").strip()


def _name(case: OpenCase) -> str:
    return f"undoing:{case.case_id}:{case.version}"
