"""Percentages as text: one form wherever a person reads one. Nothing is computed here."""

from __future__ import annotations

import re

SIGN = "\u202f%"
"""A narrow space that never breaks, and the sign."""

_WRITTEN = re.compile(r"(?<=\d)[ \u00a0\u202f]?%")


def percent(share: float, digits: int = 0) -> str:
    """0.8234 as 82 and the sign."""
    return f"{share * 100:.{digits}f}{SIGN}"


def exact_percent(share: float) -> str:
    """A share as a percentage with as many digits as it takes to tell it from others."""
    digits = next((few for few in range(6) if round(share, few + 2) == share), 6)
    return percent(share, digits)


def with_one_sign(text: str) -> str:
    """A text whose percentages, however they were written, have the one form."""
    return _WRITTEN.sub(SIGN, text)
