"""Money: whole minor units of one currency. No conversion and no rounding lives here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Money:
    """An amount of money."""

    minor: int
    """In the smallest unit of the currency (cents for EUR)."""
    currency: str
    """Three capital letters (ISO 4217)."""

    def __str__(self) -> str:
        """The amount for a person, with two decimals."""
        return f"{self.minor / 100:,.2f} {self.currency}"
