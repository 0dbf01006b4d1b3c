"""What a person can still do once the engine is done with a case, or has given it up.

Undo with a preview, say what was found in a repair, give the fact that was asked for.
"""

from __future__ import annotations

import streamlit as st

from console import flash, session
from console.components import desk_words, form_keys, open_case, text_line
from console.components.open_case import OpenCase
from console.components.text_line import Piece
from engine.domain.decision import DecisionKind
from engine.domain.effect import Effect
from engine.domain.grant import GrantBasis
from engine.service import attention_words
from engine.service import words as codes
from engine.service.requests import ProvideFact, SettleRepair, UndoEffect
from engine.service.rows import CaseCard

PAGE = "after"
_FINAL = frozenset({DecisionKind.APPROVE, DecisionKind.OVERRIDE, DecisionKind.REJECT})


def draw_rest(case: OpenCase) -> None:
    """A case at rest: what happened, what later proved true, and the undo where there is one."""
    said, button = st.columns([3, 1], vertical_alignment="center")
    with said:
        _draw_result(case.card)
    if not case.card.can_undo:
        return
    if session.recall(PAGE, _name(case), False):
        _draw_undo(case)
        return
    button.button(
        "Undo…",
        key=session.key(PAGE, "undo", case.case_id, case.version),
        icon=":material/undo:",
        shortcut="U",
        width="stretch",
        disabled=not open_case.may_decide(),
        on_click=session.remember,
        args=(PAGE, _name(case), True),
    )


def _draw_result(card: CaseCard) -> None:
    text_line.draw(
        [
            [
                Piece(text=codes.STATUS[card.row.status], tone="strong"),
                *(_effect_piece(effect) for effect in card.effects),
                Piece(text=_who(card)),
                Piece(text=f"Outcome: {card.outcome}" if card.outcome else "", look="dim"),
            ]
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
    text_line.draw([[Piece(text=case.card.words.undo, tone="strong")]], key="undo_preview")
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
        args=(PAGE, _name(case), False),
    )
    columns[2].caption("" if st.session_state.get(reason_key) else "Say why before you undo it.")
    form_keys.draw(fields=fields, send=now_key, leave=keep_key, missing=reason_key)


def undo(case: OpenCase, reason_key: str, fields: str) -> None:
    """Ask for the undo of the last effect."""
    reason = _filled(reason_key)
    if not reason:
        form_keys.refuse(fields, "Say why it should be undone.")
        return
    session.submit(UndoEffect(case_id=case.case_id, version=case.version, reason=reason))
    session.attempt(open_case.reload)


def draw_repair(case: OpenCase) -> None:
    """Ask the person what they found outside."""
    note_key = session.key(PAGE, "found", case.case_id, case.version)
    text_line.draw(
        [[Piece(text="Look at the target itself, then say what you found.", tone="warn")]],
        key="repair",
    )
    st.text_input("What you found", max_chars=2000, key=note_key)
    columns = st.columns(2, gap="small")
    for column, label, is_done in (
        (columns[0], "It stands as wanted", True),
        (columns[1], "It does not: back to the queue", False),
    ):
        column.button(
            label,
            key=session.key(PAGE, "settle", is_done, case.case_id, case.version),
            disabled=not open_case.may_decide(),
            width="stretch",
            on_click=settle,
            args=(case, is_done, note_key),
        )


def settle(case: OpenCase, is_done: bool, note_key: str) -> None:
    """Tell the engine how the repair ended."""
    note = _filled(note_key)
    if not note:
        flash.add("warning", "Say what you found.", "MISSING")
        return
    request = SettleRepair(case_id=case.case_id, version=case.version, is_done=is_done, note=note)
    if session.submit(request) is not None:
        session.attempt(open_case.reload)


def draw_question(case: OpenCase) -> None:
    """Take the fact that was asked for."""
    give_key = session.key(PAGE, "give", case.case_id, case.version)
    question = attention_words.question_of(case.card.row)
    others = open_case.why_not_mine(case.card) or open_case.why_not_decided_by_me(case.card)
    asked = [Piece(text="Question asked:", look="dim"), Piece(text=question, tone="strong")]
    lines = [[Piece(text=others, tone="warn")], asked if question else []]
    if any(piece.text for line in lines for piece in line):
        text_line.draw(lines, key="question")
    fields = session.key(PAGE, "question_fields", case.case_id, case.version)
    with st.container(key=fields):
        columns = st.columns([4, 7, 4], gap="small", vertical_alignment="bottom")
    keys = [session.key(PAGE, name, case.case_id, case.version) for name in ("fact", "value")]
    columns[0].text_input(
        "Fact",
        value=_named_in(question, case.card),
        max_chars=100,
        placeholder="Name of the fact",
        key=keys[0],
    )
    columns[1].text_input("Value", max_chars=500, placeholder="What you found out", key=keys[1])
    columns[2].button(
        "Give it",
        key=give_key,
        type="primary",
        shortcut="Ctrl+Enter",
        disabled=bool(others),
        width="stretch",
        on_click=provide,
        args=(case, keys[0], keys[1], fields),
    )
    empty = next((key for key in keys if not _filled(key)), "")
    form_keys.draw(fields=fields, send=give_key, has_focus=False, missing=empty)


def _named_in(question: str, card: CaseCard) -> str:
    """The missing fact that a question names; empty where it names none."""
    missing = card.recommendation.draft.missing if card.recommendation else ()
    return next((one for one in missing if one.lower() in question.lower()), "")


def provide(case: OpenCase, fact_key: str, value_key: str, fields: str) -> None:
    """Answer the question with a new fact."""
    attribute, value = _filled(fact_key), _filled(value_key)
    if not (attribute and value):
        form_keys.refuse(fields, "Give its value." if attribute else "Name the fact.")
        return
    request = ProvideFact(
        case_id=case.case_id, version=case.version, attribute=attribute, value=value
    )
    if session.submit(request) is not None:
        session.attempt(open_case.reload)


def _filled(key: str) -> str:
    """What stands in a field.

    Buttons are not locked where it is empty: a text that has the focus arrives with the click.
    """
    return str(st.session_state.get(key) or "").strip()


def _name(case: OpenCase) -> str:
    return f"undoing:{case.case_id}:{case.version}"
