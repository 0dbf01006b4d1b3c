"""Veto window: the time in which people can hold an action that software is about to take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.domain.ids import ActionId, CaseId


@dataclass(frozen=True, kw_only=True, slots=True)
class VetoWindow:
    """One window with the notice that told people of it."""

    action_id: ActionId
    case_id: CaseId
    opened_at: datetime
    closes_at: datetime
    """By the wall clock: the window is for people."""
    closed_at: datetime | None = None
    """When it lapsed, was held or became pointless; None: it is open."""
    extended_by: str = ""
    """Who gave it more time; nobody can a second time."""
    noticed_at: datetime | None = None
    """When the notice reached somebody; without it nothing may lapse."""
    noticed_by: str = ""
    """How or by whom."""
    attempts: int = 0
    last_error: str = ""
