"""Looking: the ways in which a sign takes its value from the facts. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.desks.orders.playbook.model import SILENT, Seen
from engine.desks.orders.playbook.view import View
from engine.domain.fact import FactValue

Look = Callable[[View], Seen]


def told(entity: str, attribute: str, source: str, *values: str) -> Look:
    """The value of one fact where it is one of some, else silent."""

    def look(view: View) -> Seen:
        found = view.fact(entity, attribute, source)
        name = f"{entity}.{attribute}@{source}" if found is None else found.id
        is_known = found is not None and found.value in values
        return Seen(value=str(found.value) if found and is_known else SILENT, fact=name)

    return look


def first_said(
    entity: str, source: str, *sayings: tuple[str, FactValue, str], silent: str = SILENT
) -> Look:
    """The first of some sayings that was said, by (attribute, value, value of the sign)."""

    def look(view: View) -> Seen:
        for attribute, value, sign_value in sayings:
            found = view.fact(entity, attribute, source)
            if found is not None and (value is None or found.value == value):
                return Seen(value=sign_value, fact=found.id)
        return Seen(value=silent, fact=f"text.{_FIELDS[source]}@{source}")

    return look


def yes_or_no(entity: str, attribute: str, source: str, yes: str, no: str) -> Look:
    """One of two values; a missing fact is a no."""

    def look(view: View) -> Seen:
        is_so = view.value(entity, attribute, source) is True
        return Seen(value=yes if is_so else no, fact=f"{entity}.{attribute}@{source}")

    return look


def graded(
    entity: str, attribute: str, source: str, steps: Sequence[tuple[float, str]], above: str
) -> Look:
    """The name of the first step a number does not pass; the last name beyond all; 0 if missing."""

    def look(view: View) -> Seen:
        value = view.value(entity, attribute, source)
        number = float(value) if isinstance(value, int | float) else 0.0
        name = next((name for most, name in steps if number <= most), above)
        return Seen(value=name, fact=f"{entity}.{attribute}@{source}")

    return look


_FIELDS = {
    "customer": "customer_message",
    "carrier": "carrier_notice",
    "detector": "detector_note",
}
"""The text a source speaks through, to be named where it says nothing known."""

HELD_WORDS = {"yes": "The order is held.", "no": "Nothing holds the order."}


def held() -> Look:
    """Whether the order is held."""
    return yes_or_no("order", "is_held", "shop", "yes", "no")
