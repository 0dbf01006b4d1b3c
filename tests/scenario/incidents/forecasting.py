"""What a draft was said to do, against what it then did: one comparison a split of the history.

At each split the draft is simulated on what is known by then, signed, and left in force until the
next one. Afterwards the forecast is held against the period itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import and_, select

from engine.domain.grant import GrantBasis
from engine.domain.outcome import LabelSource
from engine.domain.policy import PolicyKind
from engine.service.simulation_rows import AskSimulation, ForecastRow, RangeRow
from engine.store import tables
from tests.scenario.incidents.incident_world import IncidentWorld, bounded_envelope

BEGINS = datetime(2016, 2, 29, tzinfo=UTC)
FIRST_DAY, DAYS = 14, 7
LIMITS = (0.10, 0.08, 0.10, 0.06, 0.10, 0.08, 0.10)
"""The risk limit that is drafted at each split."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """One draft, when it came into force, and what was said of it."""

    number: int
    risk_limit: float
    begins: datetime
    forecast: ForecastRow

    @property
    def ends(self) -> datetime:
        """When the next draft comes into force."""
        return self.begins + timedelta(days=DAYS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """A forecast beside what happened."""

    split: Split
    decisions: int
    alone: int
    judged: int
    """Of those that ran alone, how many truths became known."""
    wrong: int

    @property
    def share(self) -> float:
        """Run alone, of all."""
        return self.alone / self.decisions

    @property
    def error(self) -> float:
        """Wrong, of those whose truth is known."""
        return self.wrong / self.judged

    @property
    def share_held(self) -> bool:
        """Whether the share lies where it was said to lie."""
        return _is_in(self.share, self.split.forecast.share)

    @property
    def error_held(self) -> bool:
        """Whether the error does."""
        return _is_in(self.error, self.split.forecast.error)

    def line(self) -> str:
        """The comparison in words."""
        forecast = self.split.forecast
        return (
            f"split {self.split.number}  from {self.split.begins:%Y-%m-%d}, limit "
            f"{self.split.risk_limit:.2f}: alone {self.share:.3f} {_said(forecast.share)}, "
            f"{'held' if self.share_held else 'MISSED'}; wrong {self.error:.3f} "
            f"({self.wrong} of {self.judged}) {_said(forecast.error)}, "
            f"{'held' if self.error_held else 'MISSED'}"
        )


def _is_in(value: float, said: RangeRow | None) -> bool:
    return said is not None and said.low <= value <= said.high


def _said(said: RangeRow | None) -> str:
    if said is None:
        return "(no forecast)"
    return f"(said {said.value:.3f}, {said.low:.3f} to {said.high:.3f})"


class Splits:
    """Drafts, simulates and activates at every split as the desk's clock comes to it."""

    def __init__(self, place: IncidentWorld) -> None:
        self._place = place
        self.made: list[Split] = []

    def look(self) -> None:
        """Whether the desk's clock has come to the next split."""
        world = self._place.world
        now = world.parts.store.reader.desk_time(world.desk.name)
        if now is None or len(self.made) == len(LIMITS) or now < self._next():
            return
        number = len(self.made)
        document = bounded_envelope(LIMITS[number])
        said = world.engine.simulate(
            AskSimulation(
                desk=world.desk.name,
                kind=PolicyKind.ENVELOPE,
                document=document,
                future_days=DAYS,
            )
        )
        world.set_envelope(document, f"split {number}")
        self.made.append(
            Split(
                number=number,
                risk_limit=LIMITS[number],
                begins=now,
                forecast=said.forecast,
            )
        )

    def _next(self) -> datetime:
        return BEGINS + timedelta(days=FIRST_DAY + DAYS * len(self.made))


def compare(place: IncidentWorld, splits: Sequence[Split]) -> Iterator[Compared]:
    """Hold each forecast against the period it was for."""
    for split in splits:
        rows = _decided(place, split)
        alone = [row for row in rows if row.basis == GrantBasis.VERDICT.value]
        judged = [row for row in alone if row.is_recommendation_correct is not None]
        yield Compared(
            split=split,
            decisions=len(rows),
            alone=len(alone),
            judged=len(judged),
            wrong=sum(not row.is_recommendation_correct for row in judged),
        )


def _decided(place: IncidentWorld, split: Split) -> Sequence[Any]:
    case, grant, outcome = tables.cases, tables.grants, tables.outcomes
    is_label = and_(
        outcome.c.case_id == case.c.id, outcome.c.label_source == LabelSource.RECORD.value
    )
    query = (
        select(case.c.id, grant.c.basis, outcome.c.is_recommendation_correct)
        .outerjoin(
            grant, and_(grant.c.case_id == case.c.id, grant.c.basis == GrantBasis.VERDICT.value)
        )
        .outerjoin(outcome, is_label)
        .where(
            case.c.as_of > split.begins,
            case.c.as_of <= split.ends,
            case.c.recommendation_id.is_not(None),
        )
    )
    with place.world.parts.database.reader.connect() as connection:
        return connection.execute(query).all()
