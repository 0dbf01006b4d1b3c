"""Named sums: amounts of money in a text, so that code can look where they come from. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

_CURRENCY = r"(?:(?:CHF|CZK|DKK|EUR|GBP|JPY|NOK|PLN|SEK|USD)\b|[€$£])"
_NUMBER = r"\d{1,3}(?:[ ,.]\d{3})+[.,]\d\d|\d{1,12}[.,]\d\d|\d{1,3}(?:,\d{3})+|\d{1,12}"
_SUM = re.compile(
    rf"(?<![\w.,])(?:(?P<first>{_NUMBER})(?![\d.,]*\d) ?{_CURRENCY}"
    rf"|{_CURRENCY} ?(?P<last>{_NUMBER})(?![\d.,]*\d))"
)
_DECIMALS = re.compile(r"[.,](\d\d)$")


def sums_in(text: str) -> Mapping[int, str]:
    """Amounts with a currency, in hundredths of it, each with the words in which it is named."""
    found: dict[int, str] = {}
    for one in _SUM.finditer(text):
        number = one["first"] or one["last"]
        decimals = _DECIMALS.search(number)
        digits = re.sub(r"\D", "", number)
        minor = int(digits) if decimals else int(digits) * 100
        found.setdefault(minor, one[0].strip())
    return found
