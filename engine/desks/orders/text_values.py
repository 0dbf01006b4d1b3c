"""Values in texts: days, sums and countries as people write them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})?")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?(?: of)? ([a-z]{3,9})(?: (\d{4}))?")
_MONTH_FIRST = re.compile(r"([a-z]{3,9}) (\d{1,2})(?:, (\d{4}))?")

_NAMES = {
    "austria": "AT",
    "osterreich": "AT",
    "belgium": "BE",
    "bulgaria": "BG",
    "canada": "CA",
    "croatia": "HR",
    "czechia": "CZ",
    "czech republic": "CZ",
    "denmark": "DK",
    "estonia": "EE",
    "finland": "FI",
    "france": "FR",
    "germany": "DE",
    "deutschland": "DE",
    "great britain": "GB",
    "greece": "GR",
    "hungary": "HU",
    "ireland": "IE",
    "italy": "IT",
    "italia": "IT",
    "latvia": "LV",
    "lithuania": "LT",
    "luxembourg": "LU",
    "netherlands": "NL",
    "norway": "NO",
    "poland": "PL",
    "portugal": "PT",
    "romania": "RO",
    "slovakia": "SK",
    "slovenia": "SI",
    "spain": "ES",
    "espana": "ES",
    "sweden": "SE",
    "switzerland": "CH",
    "united kingdom": "GB",
    "united states": "US",
    "usa": "US",
}
COUNTRIES: Mapping[str, str] = MappingProxyType(
    _NAMES | {code.lower(): code for code in _NAMES.values()}
)
"""Countries the shop sends to, by what people write, in small letters without marks."""


def day_of(said: str, as_of: date) -> date | None:
    """The day a text names; None where there is no such day.

    Args:
        said: In small letters, such as `2026-03-12`, `12.3.2026`, `12 march` or `march 12`.
        as_of: A day without a year is the next one from here on.
    """
    year, month, day = _parts(said)
    if not month or not day:
        return None
    try:
        if year:
            return date(year, month, day)
        this_year = date(as_of.year, month, day)
        return this_year if this_year >= as_of else date(as_of.year + 1, month, day)
    except ValueError:
        return None


def minor_of(said: str) -> int:
    """An amount with two decimals in minor units, whatever parts its thousands."""
    return int(re.sub(r"\D", "", said))


def _parts(said: str) -> tuple[int, int, int]:
    """Year (0: none), month and day (0: not understood)."""
    if found := _ISO.fullmatch(said):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _DOTTED.fullmatch(said):
        return int(found[3] or 0), int(found[2]), int(found[1])
    if found := _DAY_FIRST.fullmatch(said):
        return int(found[3] or 0), _month(found[2]), int(found[1])
    if found := _MONTH_FIRST.fullmatch(said):
        return int(found[3] or 0), _month(found[1]), int(found[2])
    return 0, 0, 0


def _month(said: str) -> int:
    return _MONTHS.index(said[:3]) + 1 if said[:3] in _MONTHS else 0
