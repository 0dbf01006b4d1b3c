"""Rows about a demonstration: what every page says of it, and whose place can be taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonaRow:
    """A simulated person whose place anybody may take."""

    name: str
    """Sign-in name."""
    display_name: str
    what: str
    """What they do, in a sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DemonstrationRow:
    """That a database is a demonstration, and what of."""

    seed: int
    begins_at: datetime
    """When its history begins."""
    per_hour: float
    """Cases an hour of the live feed; 0: it has not run yet."""
    personas: tuple[PersonaRow, ...]
    """Those with an open account."""
