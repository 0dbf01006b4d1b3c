"""Consequences: what a draft would have changed against the policy in force, and may change next.

Lives here: the figures. Must not live here: how they are found (`compare`), what they do not tell
(`history_limits`), or any permission: a simulation explores, it certifies nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from engine.domain.phase import Cell
from engine.domain.verdict import VerdictKind
from engine.govern.forecast import FUTURE_DAYS, Forecast
from engine.govern.history import Truth
from engine.govern.replay_budgets import BudgetHits
from engine.govern.resample import Band
from engine.govern.sides import Side
from engine.govern.workload import KnownTeam, Team, Workload

PERIOD_DAYS = 28
"""Last days of the history that are looked at, where nobody says otherwise."""
MOST_FLIPS = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Flip:
    """One decision that the draft would have sent another way."""

    case_id: str
    text: str
    cell: Cell
    at: datetime
    was: VerdictKind
    """Under the policy in force."""
    becomes: VerdictKind
    """Under the draft."""
    runs_alone: bool
    """Whether software would act now and did not before; False: the other way round."""
    confidence: float | None
    truth: Truth


@dataclass(frozen=True, kw_only=True, slots=True)
class CellConsequences:
    """What a draft changes in one cell, or in all together."""

    cell: Cell | None
    """None: all together."""
    now: Side
    """The policy in force."""
    draft: Side
    share: Band | None
    """Run alone under the draft, with the range of other days of the same kind; None for less than
    two days."""
    to_alone: int
    """Decisions that software would take now and did not before."""
    to_people: int
    """The other way round."""
    worst_day_now: int | None
    """Most money that could move in a day, minor units of the envelope; None: nothing bounds it."""
    worst_day: int | None
    """The same under the draft."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """One week of the history under both."""

    begins: date
    decisions: int
    alone_now: int
    alone: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Consequences:
    """What a draft would have done, and may do next."""

    since: datetime
    """Beginning of the days that are looked at."""
    until: datetime
    total: CellConsequences
    cells: tuple[CellConsequences, ...]
    """Those with a decision, by name."""
    flips: tuple[Flip, ...]
    """Wrong ones first, then the newest; `MOST_FLIPS` at most, `total` counts all."""
    weeks: tuple[Week, ...]
    """Of the whole history, oldest first: what changes over time is no consequence."""
    hits: tuple[BudgetHits, ...]
    """Budgets of the draft that turned something away in these days."""
    hits_now: tuple[BudgetHits, ...]
    forecast: Forecast
    """Of the draft."""
    forecast_now: Forecast
    """Of the policy in force."""
    team: KnownTeam
    people_now: Workload
    people: Workload
    queue_since: datetime
    """Beginning of the days of the simulated queue."""
    audits_a_day: float
    """Actions that would be drawn for audit on a day, on average."""
    held: tuple[tuple[str, int], ...]
    """Checks of the draft's envelope with how many decisions each sends to a person, the most
    first; hours, budgets and guardrails are not among them, and one decision may fail several."""
    currency: str
    """Of the envelope of the draft."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What the consequences are to be looked at with."""

    team: Team = field(default_factory=Team)
    days: int | None = PERIOD_DAYS
    """Last days of the history; None: all of it."""
    future_days: int = FUTURE_DAYS
