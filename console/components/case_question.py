"""Question of a case: the fact that was asked for, to be given by whoever found it out."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from console import session
from console.components import desk_words, form_keys, open_case, text_line
from console.components.open_case import OpenCase
from console.components.text_line import Piece
from engine.domain.fact import PERSON_SOURCE
from engine.service import attention_words
from engine.service.requests import ProvideFact
from engine.service.rows import CaseCard

PAGE = "question"


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
    _draw_fact(case.card, question, columns[0], keys[0])
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


def _draw_fact(card: CaseCard, question: str, where: DeltaGenerator, key: str) -> None:
    """The facts of the case to choose from; another name can be typed."""
    known = known_facts(card)
    named = _named_in(question, card)
    where.selectbox(
        "Fact",
        known,
        index=known.index(named) if named in known else None,
        format_func=lambda code: desk_words.fact(card.row.desk, code),
        placeholder="Choose the fact, or type a name",
        accept_new_options=True,
        key=key,
        help="These are the facts the case is judged by. Under another name what you say is kept "
        "and shown with the case, but no recommendation rests on it.",
    )


def known_facts(card: CaseCard) -> list[str]:
    """What the case is judged by: what is missing first, then what is known, by its name."""
    missing = card.recommendation.draft.missing if card.recommendation else ()
    known = {fact.attribute for fact in card.facts if not fact.source.startswith(PERSON_SOURCE)}
    listed = sorted(known, key=lambda code: desk_words.fact(card.row.desk, code).lower())
    return list(dict.fromkeys((*missing, *listed)))


def _named_in(question: str, card: CaseCard) -> str:
    """The missing fact that a question names; empty where it names none."""
    missing = card.recommendation.draft.missing if card.recommendation else ()
    return next((one for one in missing if one.lower() in question.lower()), "")


def provide(case: OpenCase, fact_key: str, value_key: str, fields: str) -> None:
    """Answer the question with a new fact."""
    attribute, value = _filled(fact_key)[:100], _filled(value_key)
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
