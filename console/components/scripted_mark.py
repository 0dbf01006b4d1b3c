"""Mark of a scripted model: everywhere the same word, and what it means on hover."""

from __future__ import annotations

from console.components.text_line import Piece

WORD = "SCRIPTED"
MEANING = "Its answers were written beforehand: it costs nothing and proves nothing"


def piece() -> Piece:
    """The mark in a line of text."""
    return Piece(text=WORD, look="chip", tone="warn", hint=MEANING)
