"""Leaving: why a run is laid down before its end. Signals, so that no desk's code swallows them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum


class Halt(StrEnum):
    """What keeps a run from its next step."""

    STOPPING = "STOPPING"
    """The worker stops; another one goes on with the run."""
    LOST = "LOST"
    """The run is in other hands, or its case went on without it."""
    PAUSED = "PAUSED"
    """Somebody paused all that it could ask for."""


class PutOff(BaseException):
    """The same move is made later."""

    def __init__(self, until: datetime) -> None:
        """Say when."""
        super().__init__(until)
        self.until = until


class Halted(BaseException):
    """A step that had begun was given up; nothing of it counts but its cost."""

    def __init__(self, halt: Halt) -> None:
        """Say why."""
        super().__init__(halt)
        self.halt = halt
