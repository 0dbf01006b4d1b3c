"""What people call the things of a desk: its facts and their sources, tools, cells and brakes.

The names are the desk's own; here they are only looked up.
"""

from __future__ import annotations

from collections.abc import Mapping

from console.components import desk_clock
from engine.domain.fact import PERSON_SOURCE
from engine.service import phrases
from engine.service.words import name


def titles(desk: str = "") -> Mapping[str, str]:
    """Tools, facts and sources in words, by code; of all desks where none is named."""
    found: dict[str, str] = {}
    for row in desk_clock.desks():
        if desk in ("", row.name):
            found |= row.titles
    return found


def desk_title(desk: str) -> str:
    """The desk by its title."""
    return _desks().get(desk, name(desk))


def fact(desk: str, attribute: str) -> str:
    """A fact by its name."""
    return titles(desk).get(attribute, name(attribute))


def source(desk: str, code: str) -> str:
    """Where a fact comes from; a person by their sign-in name."""
    if code.startswith(PERSON_SOURCE):
        return code.removeprefix(PERSON_SOURCE)
    return titles(desk).get(code, code)


def tool(code: str, desk: str = "") -> str:
    """A tool by its title."""
    return titles(desk).get(code, name(code))


def cell(code: str) -> str:
    """A cell by its action and desk."""
    return phrases.cell_words(code, _desks(), titles())


def scope(code: str) -> str:
    """What a brake holds."""
    return phrases.scope_words(code, _desks(), titles())


def _desks() -> dict[str, str]:
    return {row.name: row.title for row in desk_clock.desks()}
