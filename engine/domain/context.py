"""Context ledger: what stood in a model's window, what did not, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Treatment(StrEnum):
    """What became of a piece of a run on its way into the window."""

    KEPT = "KEPT"
    """It stands there word for word."""
    CUT = "CUT"
    """Its beginning stands there; the whole can be asked for."""
    DIGESTED = "DIGESTED"
    """One line stands for it; the whole can be asked for."""
    DROPPED = "DROPPED"
    """Nothing of it stands there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ContextEntry:
    """One block of a window, or one that was left out of it."""

    name: str
    """What it is: `goal`, `facts`, `result 3`."""
    treatment: Treatment
    tokens: int
    """In the window; of all entries together exactly as many as were counted for the window."""
    why: str = ""
    """Why it is not there as it was."""
    text_digest: str = ""
    """SHA-256 of its text there, in hex; the text is kept under it. Empty: nothing is there."""
    full_tokens: int = 0
    """Of the whole, where less stands there."""
