"""Demonstration: the mark of a database that holds an invented history, and who plays in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Persona:
    """A simulated person whose place anybody may take, on a demonstration alone."""

    name: str
    """Sign-in name."""
    what: str
    """What they do here, and how; one sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Demonstration:
    """The mark: it is made before anything else is in a database, and nothing takes it off."""

    seed: int
    """Of the simulated world and of everybody in it."""
    begins_at: datetime
    """When its history begins; aware."""
    marked_at: datetime
    """Aware."""
    personas: tuple[Persona, ...]
    per_hour: float = 0.0
    """Cases an hour that its live feed makes; 0: it has not run yet."""
