"""Money: whole minor units of one currency. No conversion and no rounding lives here."""

from __future__ import annotations

from dataclasses import dataclass

_LONGEST_BITS = 256
"""A longer number is told by its size alone: nobody reads it, and Python writes 4300 digits."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Money:
    """An amount of money."""

    minor: int
    """In the smallest unit of the currency (cents for EUR)."""
    currency: str
    """Three capital letters (ISO 4217)."""

    def __str__(self) -> str:
        """The amount for a person, with two decimals; exact, and total for every number."""
        sign = "-" if self.minor < 0 else ""
        if self.minor.bit_length() > _LONGEST_BITS:
            return f"{sign}an amount of {self.minor.bit_length():,} bits {self.currency}"
        units, hundredths = divmod(abs(self.minor), 100)
        return f"{sign}{units:,}.{hundredths:02d} {self.currency}"
