"""Events: what a world consists of. Plain values; nothing is drawn or played here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from engine.desks.orders.words import CaseType, Raised, Resolution
from engine.domain.canonical import Json
from engine.simulators.orders.causes import Shown

ID_PREFIX = "SIM-"
"""Of every case, order, customer and variant that is simulated."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WorldEvent:
    """One call of the shop's world, by its name without `world.`, and when it happened."""

    at: datetime
    call: str
    arguments: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True, slots=True)
class IntakeRow:
    """A case as it is handed in; no label."""

    source: Raised
    id: str
    case_type: CaseType
    order_id: str
    opened_at: datetime
    priority: int = 3
    due_at: datetime | None = None
    customer_message: str = ""
    carrier_notice: str = ""
    detector_note: str = ""
    line: int | None = None
    other_order_id: str = ""
    score: float | None = None

    def columns(self) -> dict[str, str]:
        """As a line of a CSV file: text alone, empty where there is nothing."""
        return {name: _text(value) for name, value in asdict(self).items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What later proves to have been right; the engine may not see it before its time."""

    case_id: str
    cause: str
    """Hidden for ever: it is in no column."""
    y_resolution: Resolution
    label_known_at: datetime

    def columns(self) -> dict[str, str]:
        """The label's columns of a line of a CSV file."""
        return {
            "y_resolution": self.y_resolution.value,
            "label_known_at": _text(self.label_known_at),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Episode:
    """One case: what happened before it, how it is handed in, and what it shows."""

    number: int
    events: tuple[WorldEvent, ...]
    """In order of time, the last not after the case was opened."""
    row: IntakeRow
    shown: Shown
    """The values behind all that can be seen: for the ceiling, and for nobody who reasons."""
    reach: float
    """The chance with which the best reasoner is right."""
    best: Resolution
    """The likeliest resolution given what is shown."""
    outcome: Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A world from its beginning to its last case."""

    seed: int
    start: datetime
    prologue: tuple[WorldEvent, ...]
    """What is sold and where it lies, before anything happens."""
    episodes: tuple[Episode, ...]
    """By the time their cases were opened."""

    def in_order(self) -> Iterator[WorldEvent | IntakeRow]:
        """Everything in order of time, for a world that is played as slowly as it happened."""
        yield from self.prologue
        told: list[tuple[datetime, int, int, WorldEvent | IntakeRow]] = []
        for episode in self.episodes:
            for position, event in enumerate(episode.events):
                told.append((event.at, episode.number, position, event))
            told.append((episode.row.opened_at, episode.number, len(told), episode.row))
        yield from (one for *_, one in sorted(told, key=lambda told: told[:3]))


def _text(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, datetime) else str(value)
