"""Looking again: how old the facts of the open case are, and the way to have them read anew."""

from __future__ import annotations

import streamlit as st

from console import format as words
from console import session
from console.components import case_facts, open_case, text_line
from console.components.open_case import OpenCase
from console.components.text_line import Piece
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.service.requests import LookAgain
from engine.service.rows import CaseCard, FactRow

PAGE = "look"
_BEFORE: dict[Attention, str] = {
    Attention.TARGET_CHANGED: "The facts are from before that change.",
    Attention.UNDONE: "The facts are from before the undo.",
}
"""Where facts are old whatever their age."""


def stale_words(card: CaseCard) -> str:
    """One line about facts that are stale; empty where none is."""
    stale = _gone_stale(card)
    if not stale:
        return ""
    cited = set(case_facts.cited_of(card))
    count = len([fact for fact in stale if case_facts.id_of(fact) in cited])
    ages = [one.stale_from - one.observed_at for one in stale if one.stale_from is not None]
    is_one = len(stale) == 1
    than = f"older than {words.span(min(ages))}" if ages else "stale"
    old = f"{'is' if is_one else 'are'} {than}"
    if is_one:
        return f"1 fact {old}; it is {'' if count else 'not '}cited."
    return f"{len(stale)} facts {old}, {count or 'none'} of them cited."


def _gone_stale(card: CaseCard) -> list[FactRow]:
    """Facts that are stale now; none where nobody has to look."""
    if card.recommendation is None or card.row.status not in open_case.WAITS:
        return []
    return [fact for fact in card.facts if fact.is_stale]


def draw(case: OpenCase) -> None:
    """Say that facts are old where they are, with the way to have the case looked at again."""
    card = case.card
    is_waiting = card.row.status is CaseStatus.PENDING
    before = _BEFORE.get(card.row.attention, "") if card.row.attention and is_waiting else ""
    line = before or stale_words(card)
    if not line:
        return
    if not is_waiting or open_case.why_not_decided_by_me(card):
        text_line.draw([[Piece(text=line, tone="warn")]], key="look")
        return
    said, button = st.columns([3, 1], gap="small", vertical_alignment="center")
    with said:
        text_line.draw([[Piece(text=line, tone="warn")]], key="look")
    button.button(
        "Look again",
        key=session.key(PAGE, "look", case.case_id, case.version),
        icon=":material/refresh:",
        shortcut="F",
        width="stretch",
        help="Reads the facts anew and recommends from them; what people told is kept.",
        on_click=look_again,
        args=(case,),
    )


def look_again(case: OpenCase) -> None:
    """Have the open case read anew, and follow it."""
    session.submit(LookAgain(case_id=case.case_id, version=case.version))
    session.attempt(open_case.reload)
