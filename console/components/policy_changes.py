"""What a document changes, as the engine's sentences, with what widens and what backs it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from console import format as words
from console.components import desk_words, text_line
from console.components.text_line import Piece
from engine.service.rows import ChangeRow


def draw(changes: Sequence[ChangeRow], *, key: str) -> None:
    """Draw the sentences, subject by subject; what widens stands out with its evidence."""
    if not changes:
        st.text("Nothing changes.")
        return
    lines = []
    for change in changes:
        lines.append([Piece(text=subject(change.subject), tone="strong")])
        lines += [[Piece(text=sentence)] for sentence in change.sentences]
        if change.widens:
            lines.append(_widening(change))
    text_line.draw(lines, key=key)


def _widening(change: ChangeRow) -> list[Piece]:
    said = "More may happen than now"
    pieces = [Piece(text=said, look="chip", tone="warn")]
    if change.evidence:
        pieces.append(Piece(text=words.tidy(change.evidence), look="dim"))
    return pieces


def subject(code: str) -> str:
    """A cell by its title, a rule by its name, the goal and the document by those words."""
    kind, sign, name = code.partition(":")
    if sign:
        return f"{kind.capitalize()} {name.replace('_', ' ')}"
    return code.capitalize() if code in ("goal", "document") else desk_words.cell(code)
