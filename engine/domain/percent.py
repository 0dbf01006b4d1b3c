"""Percentages as text: one form wherever a person reads one. Nothing is computed here."""

from __future__ import annotations

import re

SIGN = "\u202f%"
"""A narrow space that never breaks, and the sign."""

_WRITTEN = re.compile(r"(?<=\d)[ \u00a0\u202f]?%")


def percent(share: float, digits: int = 0) -> str:
    """0.8234 as 82 and the sign."""
    return f"{share * 100:.{digits}f}{SIGN}"


def with_one_sign(text: str) -> str:
    """A text whose percentages, however they were written, have the one form."""
    return _WRITTEN.sub(SIGN, text)
