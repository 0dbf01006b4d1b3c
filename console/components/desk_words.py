"""What people call the things of a desk: facts and their sources, codes, tools, cells, brakes.

The names are the desk's own; here they are only looked up.
"""

from __future__ import annotations

from collections.abc import Mapping

from console import format as words
from console.components import desk_clock
from engine.domain.fact import PERSON_SOURCE, FactValue
from engine.domain.money import Money
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


def cited(desk: str, fact_id: str) -> str:
    """A fact as a recommendation cites it (`order.status@shop`), by its name."""
    thing_of, sign, rest = fact_id.partition(".")
    return fact(desk, rest.partition("@")[0]) if sign and thing_of else fact(desk, fact_id)


def value(desk: str, attribute: str, told: FactValue, currency: str = "") -> str:
    """A value as people read it: money with its currency, codes in the desk's words.

    Args:
        desk: Whose words.
        attribute: What it is a value of.
        told: The value.
        currency: Of amounts in minor units; empty: not known.
    """
    if attribute.endswith(MINOR) and isinstance(told, int) and not isinstance(told, bool):
        return str(Money(minor=told, currency=currency)).strip()
    if isinstance(told, str) and told in (known := values(desk)):
        return known[told]
    return words.fact_value(told)


def label(desk: str, code: str) -> str:
    """A label, such as what proved right, in words."""
    return values(desk).get(code, code)


def thing(desk: str, code: str) -> str:
    """A thing or a place by its kind and number: `payment:SIM-7/P1` as `payment P1`."""
    kind, sign, which = code.partition(":")
    if not sign:
        return values(desk).get(code) or code.replace("_", " ")
    called = values(desk).get(f"{kind}:") or kind.replace("_", " ")
    return f"{called} {which.rsplit('/', 1)[-1]}"


def values(desk: str = "") -> Mapping[str, str]:
    """Codes and labels in words; of all desks where none is named."""
    found: dict[str, str] = {}
    for row in desk_clock.desks():
        if desk in ("", row.name):
            found |= row.values
    return found


MINOR = "_minor"
"""End of the name of what counts money in minor units."""


def source(desk: str, code: str) -> str:
    """Where a fact comes from; a person by their sign-in name."""
    if code.startswith(PERSON_SOURCE):
        return code.removeprefix(PERSON_SOURCE)
    return titles(desk).get(code, code)


def tool(code: str, desk: str = "") -> str:
    """A tool by its title."""
    return titles(desk).get(code, name(code))


def cell(code: str) -> str:
    """A cell by its action and desk; where one desk runs, by its action and case type."""
    said, desks = phrases.cell_words(code, _desks(), titles()), _desks()
    return said.replace(f"{next(iter(desks.values()))} / ", "", 1) if len(desks) == 1 else said


def scope(code: str) -> str:
    """What a brake holds."""
    return phrases.scope_words(code, _desks(), titles())


def _desks() -> dict[str, str]:
    return {row.name: row.title for row in desk_clock.desks()}
