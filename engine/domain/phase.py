"""Phase and cell: where software may act, and how far."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """How far software may go in a cell."""

    COPILOT = "COPILOT"
    BOUNDED = "BOUNDED"
    ON_THE_LOOP = "ON_THE_LOOP"


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Cell:
    """Desk, case type and action type: the unit that has a phase."""

    desk: str
    case_type: str
    action_type: str
    """Name of the tool."""

    def __str__(self) -> str:
        """The cell as `desk/case_type/action_type`."""
        return f"{self.desk}/{self.case_type}/{self.action_type}"
