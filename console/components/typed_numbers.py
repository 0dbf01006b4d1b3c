"""Numbers and money as people type them: one rule, or a sentence that says how to write it.

The rule: digits, and at most one separator, a point or a comma, before the decimals. Nothing
stands between thousands: `1,250` and `1.250` could be read in two ways and are refused, never
guessed. Draws nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from console.components import desk_words

Schema = Mapping[str, Any]
MONEY_DIGITS = 2
"""Minor digits of every currency, as money is written out everywhere."""
_DECIMALS = 6
"""Of a number that is no money."""
_LONGEST = 15
"""Digits that a float still holds exactly."""
_NUMBER = re.compile(r"(?P<whole>\d+)(?:[.,](?P<part>\d+))?", re.ASCII)
_TWO_WAYS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_ALLOWED = re.compile(r"[\d.,' \u00a0\u202f]+", re.ASCII)
_SHAPE = "digits, one separator, nothing between the thousands"
_MINUS = ("-", "\u2212")


@dataclass(frozen=True, kw_only=True, slots=True)
class Typed:
    """What was made of a text."""

    value: int | float | None = None
    """Money in minor units; None where the text is empty or cannot be read."""
    why_not: str = ""
    """How to write it; empty where it could be read, or nothing stands there."""


def is_money(name: str, field: Schema) -> bool:
    """Whether an argument counts money in minor units."""
    return name.endswith(desk_words.MINOR) and field.get("type") == "integer"


def is_number(field: Schema) -> bool:
    """Whether an argument is a number."""
    return field.get("type") in ("integer", "number")


def read(name: str, field: Schema, text: object) -> Typed:
    """A text as the number that an argument takes.

    Args:
        name: The argument; one that counts minor units is typed in whole units.
        field: Its JSON Schema, with its bounds.
        text: What stands in the field.
    """
    stripped = str(text if text is not None else "").strip()
    if not stripped:
        return Typed()
    digits = _digits_of(name, field)
    is_below = stripped.startswith(_MINUS)
    low = field.get("minimum", field.get("exclusiveMinimum"))
    bare = stripped[1:].strip() if is_below else stripped
    if why_not := _why_not(bare, digits):
        return Typed(why_not=why_not)
    if is_below and low is not None and low >= 0:
        return Typed(why_not="It cannot be below zero.")
    found = Decimal(bare.replace(",", ".")) * (-1 if is_below else 1)
    if is_money(name, field):
        found = found.scaleb(MONEY_DIGITS)
    if why_not := _out_of_bounds(name, field, found):
        return Typed(why_not=why_not)
    return Typed(value=int(found) if field.get("type") == "integer" else float(found))


def written(name: str, field: Schema, value: object) -> str:
    """A number as it would be typed; empty for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    if not is_money(name, field):
        return str(value)
    units, part = divmod(abs(int(value)), 10**MONEY_DIGITS)
    return f"{'-' if value < 0 else ''}{units}.{part:0{MONEY_DIGITS}d}"


def example(name: str, field: Schema) -> str:
    """What a person could type."""
    return "12.50" if _digits_of(name, field) else "12"


def _digits_of(name: str, field: Schema) -> int:
    if is_money(name, field):
        return MONEY_DIGITS
    return 0 if field.get("type") == "integer" else _DECIMALS


def _why_not(text: str, digits: int) -> str:
    """Why a text without its sign is no number with at most so many decimals."""
    such = "12.50" if digits else "12"
    if not _ALLOWED.fullmatch(text):
        return f"Only a number can stand here, such as {such}."
    known = _NUMBER.fullmatch(text)
    if _TWO_WAYS.fullmatch(text):
        return _two_ways(text, digits)
    if known is None:
        return f"Write it as {such}: {_SHAPE if digits else 'digits and nothing else'}."
    if len(known["part"] or "") > digits:
        return (
            f"At most {digits} digits can stand after the separator, as in {such}."
            if digits
            else f"It takes a whole number, such as {such}."
        )
    if len(known["whole"] + (known["part"] or "")) > _LONGEST:
        return f"It takes at most {_LONGEST} digits."
    return ""


def _two_ways(text: str, digits: int) -> str:
    """What to write instead of a text whose separator may stand for thousands or decimals."""
    point = text.replace(",", ".")
    small = {0: "", MONEY_DIGITS: point[:-1] if point.endswith("0") else ""}.get(
        digits, f"{point}0"
    )
    other = f", or {small} for the small one" if digits and small else ""
    return (
        f"“{text}” can be read in two ways. Write {point.replace('.', '')} for the large "
        f"number{other}."
    )


def _out_of_bounds(name: str, field: Schema, found: Decimal) -> str:
    low, high = field.get("minimum"), field.get("maximum")
    above, under = field.get("exclusiveMinimum"), field.get("exclusiveMaximum")
    if low is not None and found < low:
        return f"The least is {written(name, field, low)}."
    if high is not None and found > high:
        return f"The most is {written(name, field, high)}."
    if above is not None and found <= above:
        return f"It has to be more than {written(name, field, above)}."
    if under is not None and found >= under:
        return f"It has to be less than {written(name, field, under)}."
    return ""
