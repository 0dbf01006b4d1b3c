"""World: one seed's causes, rates, people and goods, and the episodes drawn from them.

Everything is a function of the seed and the start. The cause of an episode and the dice of what it
looks like come from two separate streams, so nothing that is seen knows more than what is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random

from engine.desks.orders.words import CaseType
from engine.errors import ConfigError
from engine.simulators.orders import money_scenes, scenes
from engine.simulators.orders.causes import Shown
from engine.simulators.orders.ceiling import Ceiling, ceiling_of
from engine.simulators.orders.events import (
    ID_PREFIX,
    Episode,
    IntakeRow,
    Outcome,
    Plan,
    WorldEvent,
)
from engine.simulators.orders.goods import shelves
from engine.simulators.orders.people import Item
from engine.simulators.orders.rates import MODELS, Rates, draw_case_shares, draw_rates
from engine.simulators.orders.stage import Stage
from engine.simulators.orders.texts import Manners, draw_manners

LEAST_OF_EACH = 3
"""Cases of each type in a sample."""
_BEFORE_ALL = timedelta(days=2_500)
_SETTLES_EVERY = 8
"""Episodes between two settlement runs."""
_PRIORITIES = {1: 4, 2: 10, 3: 60, 4: 20, 5: 6}
_HOURS = (1, 1, 1, 1, 1, 2, 4, 7, 10, 12, 12, 11, 10, 10, 11, 11, 10, 9, 8, 7, 6, 4, 3, 2)
_LABEL_DAYS = (1.0, 12.0)

_SCENES: Mapping[CaseType, Callable[[Stage, Shown], scenes.Told]] = {
    CaseType.ADDRESS_UNDELIVERABLE: scenes.address_undeliverable,
    CaseType.STOCK_SHORT: scenes.stock_short,
    CaseType.PAYMENT_MISMATCH: money_scenes.payment_mismatch,
    CaseType.DELIVERED_NOT_RECEIVED: scenes.delivered_not_received,
    CaseType.DUPLICATE_ORDER: scenes.duplicate_order,
    CaseType.FRAUD_SUSPECTED: money_scenes.fraud_suspected,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """What one seed drew; episodes are made from it one at a time."""

    seed: int
    start: datetime
    rates: Mapping[CaseType, Rates]
    ceilings: Mapping[CaseType, Ceiling]
    case_shares: Mapping[CaseType, float]
    manners: Manners
    shelf: tuple[Item, ...]
    prologue: tuple[WorldEvent, ...] = field(repr=False)

    def episode(
        self, number: int, opened_at: datetime, case_type: CaseType | None = None
    ) -> Episode:
        """Make one case; the same for the same arguments, whatever was made before.

        Args:
            number: Of the case in its world, from 1.
            opened_at: Aware.
            case_type: Drawn where none is given.
        """
        fate = Random(f"{self.seed}/fate/{number}")
        drawn_type = fate.choices(list(self.case_shares), list(self.case_shares.values()))[0]
        case_type = case_type or drawn_type
        cause, shown = self.rates[case_type].draw(fate)
        events, row = self.staged(number, opened_at, case_type, shown)
        ceiling = self.ceilings[case_type]
        return Episode(
            number=number,
            events=events,
            row=row,
            shown=shown,
            reach=ceiling.reach(shown),
            best=ceiling.best(shown),
            outcome=Outcome(
                case_id=row.id,
                cause=cause.name,
                y_resolution=cause.resolution,
                label_known_at=opened_at + timedelta(days=fate.uniform(*_LABEL_DAYS)),
            ),
        )

    def staged(
        self, number: int, opened_at: datetime, case_type: CaseType, shown: Shown
    ) -> tuple[tuple[WorldEvent, ...], IntakeRow]:
        """Make all that can be seen, from what is shown and from dice that know nothing else."""
        dice = Random(f"{self.seed}/dice/{number}")
        stage = Stage(
            seed=self.seed,
            number=number,
            opened_at=opened_at,
            dice=dice,
            manners=self.manners,
            shelf=self.shelf,
        )
        told = _SCENES[case_type](stage, shown)
        events = sorted(stage.events, key=lambda event: event.at)
        if number % _SETTLES_EVERY == 0:
            events.append(WorldEvent(at=opened_at, call="settle", arguments={}))
        row = IntakeRow(
            id=f"{ID_PREFIX}{self.seed}-case-{number}",
            case_type=case_type,
            order_id=stage.order_id,
            opened_at=opened_at,
            priority=dice.choices(list(_PRIORITIES), list(_PRIORITIES.values()))[0],
            due_at=opened_at + timedelta(hours=dice.choice((4, 8, 24, 48))),
            source=told.source,
            customer_message=told.customer_message,
            carrier_notice=told.carrier_notice,
            detector_note=told.detector_note,
            line=told.line,
            other_order_id=told.other_order_id,
            score=told.score,
        )
        return tuple(events), row


def draw_world(seed: int, start: datetime) -> World:
    """Draw a world: its rates, its people's manners and its shelves.

    Args:
        seed: Which world.
        start: When its first case may come; aware.

    Raises:
        ConfigError: The start has no zone.
    """
    if start.tzinfo is None:
        raise ConfigError("The start of a world needs a time zone.")
    random = Random(f"{seed}/rates")
    rates = {model.case_type: draw_rates(model, random) for model in MODELS}
    shelf, prologue = shelves(random, start - _BEFORE_ALL, seed)
    return World(
        seed=seed,
        start=start,
        rates=rates,
        ceilings={case_type: ceiling_of(one) for case_type, one in rates.items()},
        case_shares=draw_case_shares(random),
        manners=draw_manners(random),
        shelf=shelf,
        prologue=tuple(prologue),
    )


def make_plan(seed: int, start: datetime, *, cases: int, days: float) -> Plan:
    """Draw a world with so many cases over so many days, more of them by day than by night."""
    world = draw_world(seed, start)
    random = Random(f"{seed}/times")
    opened = sorted(_moment(random, start, days) for _ in range(cases))
    return _plan(world, opened, [None] * cases)


def make_sample(seed: int, cases: int, start: datetime, *, hours: float = 8.0) -> Plan:
    """Draw a small world in which every case type comes at least three times.

    Args:
        seed: Which world.
        cases: How many; at least three of each type.
        start: When the first may be opened; all come within `hours` of it.
        hours: How long.

    Raises:
        ConfigError: There are too few cases for three of each type.
    """
    types = [model.case_type for model in MODELS] * LEAST_OF_EACH
    if cases < len(types):
        raise ConfigError(f"A sample needs at least {len(types)} cases.")
    world = draw_world(seed, start)
    random = Random(f"{seed}/sample")
    drawn = random.choices(
        list(world.case_shares), list(world.case_shares.values()), k=cases - len(types)
    )
    mixed = [*types, *drawn]
    random.shuffle(mixed)
    opened = sorted(start + timedelta(hours=random.uniform(0, hours)) for _ in mixed)
    return _plan(world, opened, mixed)


def feed(world: World, *, since: datetime, per_hour: float, first: int = 1) -> Iterator[Episode]:
    """Make cases for ever, so many an hour on average; each comes with its own past.

    Args:
        world: Its prologue must have been played.
        since: After which moment the first is opened.
        per_hour: How many, greater than 0.
        first: Number of the first; numbers below belong to cases that are there already.
    """
    random = Random(f"{world.seed}/feed/{first}")
    opened_at = since
    for number in count(first):
        opened_at += timedelta(hours=random.expovariate(per_hour))
        yield world.episode(number, opened_at)


def _plan(world: World, opened: Sequence[datetime], types: Sequence[CaseType | None]) -> Plan:
    return Plan(
        seed=world.seed,
        start=world.start,
        prologue=world.prologue,
        episodes=tuple(
            world.episode(number, at, case_type)
            for number, (at, case_type) in enumerate(zip(opened, types, strict=True), start=1)
        ),
    )


def _moment(random: Random, start: datetime, days: float) -> datetime:
    day = start + timedelta(days=random.uniform(0, days))
    hour = random.choices(range(24), _HOURS)[0]
    moment = day.replace(hour=hour)
    return moment if moment >= start else moment + timedelta(days=1)
