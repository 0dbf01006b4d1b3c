"""Quotes: the words that a fact was taken from, in the sentence in which they stand."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.domain.canonical import Json
from engine.domain.fact import Quote
from engine.service.rows import QuoteRow

LONGEST = 120
"""Characters of the sentence shown before and after the words."""

_ENDS = re.compile(r"(?<=[.!?])\s+|\n+")
_CUT = "…"


def quote_row(quote: Quote | None, payload: Json) -> QuoteRow | None:
    """The quoted words of a signal, with what stands around them in their sentence.

    None where nothing is quoted, or the text is not there any more as it was.
    """
    if quote is None or not isinstance(payload, Mapping):
        return None
    text = payload.get(quote.field)
    if not isinstance(text, str) or not 0 <= quote.start < quote.end <= len(text):
        return None
    return QuoteRow(
        field=quote.field,
        before=_before(text[: quote.start]),
        words=text[quote.start : quote.end],
        after=_after(text[quote.end :]),
    )


def _before(text: str) -> str:
    begun = [found.end() for found in _ENDS.finditer(text)]
    sentence = text[begun[-1] :] if begun else text
    return sentence if len(sentence) <= LONGEST else f"{_CUT}{sentence[-LONGEST:]}"


def _after(text: str) -> str:
    end = _ENDS.search(text)
    sentence = text[: end.start()] if end else text
    return sentence if len(sentence) <= LONGEST else f"{sentence[:LONGEST]}{_CUT}"
