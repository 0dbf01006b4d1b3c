"""The open card of the audit stream: the case as it was, the answer, and then what software did."""

from __future__ import annotations

import streamlit as st

from console import flash, session
from console import format as words
from console.components import (
    audit_form,
    audit_stream,
    case_facts,
    case_link,
    desk_words,
    form_keys,
    text_line,
)
from console.components.audit_form import PAGE
from console.components.text_line import Piece
from engine.domain.case import Origin
from engine.service.live_rows import AuditCard, RevealRow


def draw(card: AuditCard) -> None:
    """Draw the head and the facts, then the form or the answer."""
    reveal = audit_stream.revealed()
    _draw_head(card, is_answered=reveal is not None)
    st.subheader("Facts, as they were then", anchor=False)
    case_facts.draw_table(card.facts, card.row.desk, card.at)
    with st.container(key="audit_answer"):
        flash.draw_here()
        if reveal is None:
            _draw_form(card)
        else:
            _draw_reveal(reveal)


def _draw_head(card: AuditCard, *, is_answered: bool) -> None:
    row = card.row
    sample = [Piece(text="SAMPLE DATA", look="chip", tone="warn", hint="This case is simulated")]
    text_line.draw(
        [
            [Piece(text=row.title, look="title")],
            [
                Piece(text=row.source_id, look="code"),
                Piece(text=f"P{row.priority}", look="chip", hint="1 is the most urgent"),
                Piece(text=words.deadline(card.due_at, card.at, of="case"), look="chip"),
                Piece(text=f"as of {words.moment(card.at)} UTC", look="chip", tone="info"),
                *(sample if row.origin is Origin.SIMULATED else []),
                Piece(text=desk_words.desk_title(row.desk), look="dim"),
            ],
            [Piece(text="" if is_answered else _BLIND, look="dim")],
        ],
        key="audit_head",
    )


_BLIND = "Software acted on this case alone. What it did is told after you have answered."


def _draw_form(card: AuditCard) -> None:
    send = session.key(PAGE, "send", card.row.case_id)
    with st.container(key=audit_form.fields_key(card)):
        audit_form.draw(card)
    button, said = st.columns([2, 5], vertical_alignment="center")
    button.button(
        "Answer",
        key=send,
        type="primary",
        shortcut="Ctrl+Enter",
        width="stretch",
        on_click=audit_stream.answer,
        args=(card,),
    )
    said.caption(audit_form.read(card).missing or "The first answer stays; it counts as evidence.")
    form_keys.draw(fields=audit_form.fields_key(card), send=send, has_focus=False)


def _draw_reveal(reveal: RevealRow) -> None:
    draw_box = st.success if reveal.is_agreed else st.warning
    draw_box(
        words.plain(said(reveal)),
        icon=":material/handshake:" if reveal.is_agreed else ":material/compare_arrows:",
    )
    text_line.draw([[Piece(text=what_now(reveal), look="dim")]], key="audit_now")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Next",
            key=session.key(PAGE, "next", reveal.case_id),
            icon=":material/arrow_forward:",
            type="primary",
            on_click=audit_stream.step,
            args=(1,),
        )
        case_link.draw(reveal.case_id, key=session.key(PAGE, "case", reveal.case_id))


def said(reveal: RevealRow) -> str:
    """Both answers side by side."""
    answer = reveal.answer or "nothing"
    how = "You and software agree" if reveal.is_agreed else "You and software differ"
    return f"{how}. You: {answer}. Software: {reveal.did}."


def what_now(reveal: RevealRow) -> str:
    """What can be done about it."""
    sure = f"It was sure by {words.percent(reveal.confidence)}. " if reveal.confidence else ""
    if reveal.is_undone:
        return f"{sure}It was undone since."
    if reveal.can_undo:
        return f"{sure}It can be undone on its case, which would: {reveal.undo}."
    return f"{sure}Nothing undoes it now."
