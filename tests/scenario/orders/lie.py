"""Lie: a wrong value in the answer of one read, in the form in which its schema wants it."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from engine.domain.canonical import Json

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """What is true of somebody else, for lies that swap."""

    order: Row
    history: Row
    scans: Row
    payments: Row
    dice: Random


Change = Callable[[Row, Elsewhere], None]
"""Changes a copy of a true answer in place."""


@dataclass(frozen=True, kw_only=True)
class Lie:
    """A wrong value in the answer of one read."""

    tool: str
    name: str
    change: Change
    is_pretence: bool = False
    """It makes a sum smaller, or hides one: what a cap looks at."""

    def told(self, answer: Json, other: Elsewhere) -> Json:
        """The answer with the wrong value; the answer itself where there is none to give."""
        told: Row = deepcopy(answer)
        self.change(told, other)
        return told


def put(**values: object) -> Change:
    """Say this in the place of what is there."""
    return lambda answer, other: answer.update(values)


def scaled(name: str, factor: float) -> Change:
    """Say so many times a number."""

    def change(answer: Row, other: Elsewhere) -> None:
        answer[name] = int(answer[name] * factor)

    return change


def shifted(moment: str, days: float) -> str:
    """A moment so many days later."""
    return (datetime.fromisoformat(moment) + timedelta(days=days)).isoformat()
