"""Texts of a case as a scenario writes them: as they are, or one piece many times over."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field

from engine.govern.limits import Closed

MOST_CHARACTERS = 20_000


class Repeated(Closed):
    """A piece of text, so many times in a row: for texts that are too long."""

    text: Annotated[str, Field(min_length=1, max_length=2_000)]
    times: Annotated[int, Field(ge=1, le=10_000)]


def _bounded(text: str | Repeated) -> str | Repeated:
    if len(said(text)) > MOST_CHARACTERS:
        raise ValueError(f"a text has at most {MOST_CHARACTERS:,} characters")
    return text


def said(text: str | Repeated) -> str:
    """The text itself."""
    return text if isinstance(text, str) else text.text * text.times


Text: TypeAlias = Annotated[str | Repeated, AfterValidator(_bounded)]
