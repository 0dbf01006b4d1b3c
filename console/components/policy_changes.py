"""What a document changes, as the engine's sentences, with what widens and what backs it.

What concerns software stands first, and the same words are said once for all cells they are about;
cells that people decide before and after are folded below.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from console import format as words
from console.components import desk_words, text_line
from console.components.text_line import Piece
from engine.service.change_words import ChangeGroup, grouped, parted
from engine.service.rows import ChangeRow


def draw(changes: Sequence[ChangeRow], *, key: str) -> None:
    """Draw the sentences, subject by subject; what widens stands out with its evidence."""
    if not changes:
        st.text("Nothing changes.")
        return
    first, rest = parted(changes)
    if first:
        text_line.draw(_lines(grouped(first)), key=key)
    else:
        st.text("Nothing changes in what software may do.")
    if rest:
        with st.popover(_rest_words(rest), icon=":material/groups:"):
            text_line.draw(_lines(grouped(rest)), key=f"{key}:rest")


def _rest_words(rest: Sequence[ChangeRow]) -> str:
    count = len(rest)
    cells = "1 cell that people decide" if count == 1 else f"{count} cells that people decide"
    wider = sum(row.widens for row in rest)
    more = f"; more may happen in {wider}" if wider else ""
    return f"{cells}, before and after{more}"


def _lines(groups: Sequence[ChangeGroup]) -> list[list[Piece]]:
    lines = []
    for group in groups:
        named = words.listed([subject(code) for code in group.subjects])
        lines.append([Piece(text=named, tone="strong")])
        lines += [[Piece(text=sentence)] for sentence in group.sentences]
        if group.widens:
            lines.append(_widening(group))
    return lines


def _widening(group: ChangeGroup) -> list[Piece]:
    said = "More may happen than now"
    pieces = [Piece(text=said, look="chip", tone="warn")]
    if group.evidence:
        pieces.append(Piece(text=words.tidy(group.evidence), look="dim"))
    return pieces


def subject(code: str) -> str:
    """A cell by its title, a rule by its name, what is said of the whole by that word."""
    kind, sign, name = code.partition(":")
    if sign:
        return f"{kind.capitalize()} {name.replace('_', ' ')}"
    return desk_words.cell(code) if "/" in code else code.capitalize()
