"""Contests: customers who want the same scarce goods, and what hidden causes make of each answer.

Drawn per seed like every world, and played before the first case is opened, as all lines have to
wait at one time. The cause of a line decides what is shown of it by chance alone; what a decision
really costs follows from the cause, never from what was shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log
from random import Random

from engine.desks.orders.allocation import RATES, Allocation, CostRates, Given
from engine.desks.orders.words import CaseType, Raised
from engine.simulators.orders import goods
from engine.simulators.orders.events import ID_PREFIX, IntakeRow, WorldEvent
from engine.simulators.orders.people import Item
from engine.simulators.orders.stage import Stage, total_of
from engine.simulators.orders.texts import Manners, draw_manners
from engine.simulators.orders.wishes import WISHES, Wish

FIRST_NUMBER = 900_000
"""Orders of contests are numbered from here, beside those of the same seed's other world."""
MOST_LINES = 9
_NEVER = 10_000.0
"""Days."""
_TWO_WEEKS = 14
_QUANTITIES = (1, 1, 1, 2, 3)
_WANTED = (75, 18, 7)
"""Weights of the scarce variant, the like one and the dearer one."""
_LATE = (7, 21)
_UNKNOWN = (15, 45)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fate:
    """What is true of one line; no desk sees it."""

    order_id: str
    cause: str
    variant_id: str
    quantity: int
    unit_price_minor: int
    waited_days: int
    keeps_substitute: bool
    leaves_after_days: float
    """Of waiting from the day of the case; 0: gone already, and what is sent comes back."""

    @property
    def amount_minor(self) -> int:
        """What the customer pays."""
        return self.quantity * self.unit_price_minor


@dataclass(frozen=True, kw_only=True, slots=True)
class Contest:
    """Lines that want the same scarce goods, one case each."""

    seed: int
    number: int
    opened_at: datetime
    prologue: tuple[WorldEvent, ...]
    """All that happened before the first case, in order of time."""
    rows: tuple[IntakeRow, ...]
    fates: tuple[Fate, ...]
    back_after_days: Mapping[str, int]
    """When more of a variant really comes."""
    prices_minor: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class ContestRates:
    """What one seed drew for all its contests."""

    seed: int
    shares: tuple[float, ...]
    """Of the wishes, as weights."""
    late: float
    """Chance that a supplier is late."""
    manners: Manners


def draw_contest_rates(seed: int) -> ContestRates:
    """Draw how customers and suppliers of one seed are."""
    random = Random(f"{seed}/contested/rates")
    return ContestRates(
        seed=seed,
        shares=tuple(random.gammavariate(12 * one.share, 1.0) for one in WISHES),
        late=random.uniform(0.1, 0.4),
        manners=draw_manners(random),
    )


def draw_contest(rates: ContestRates, number: int, opened_at: datetime) -> Contest:
    """Draw one contest: its goods, its lines and their fates; the same for the same arguments.

    Args:
        rates: Of its seed.
        number: Of the contest, from 1.
        opened_at: When its first case is opened; aware.
    """
    fate = Random(f"{rates.seed}/contested/fate/{number}")
    dice = Random(f"{rates.seed}/contested/dice/{number}")
    items = _goods(dice, rates.seed, number)
    events = [_catalogue(items, rates.seed, number, opened_at - timedelta(days=2_000))]
    announced = {one.variant_id: dice.choice((None, 4, 9, 16, 30)) for one in items}
    rows, fates = [], []
    for place in range(dice.randint(4, MOST_LINES)):
        made = _line(rates, FIRST_NUMBER + 10 * number + place, opened_at, items, fate)
        events += made[0]
        rows.append(made[1])
        fates.append(made[2])
    events += _stock(dice, items, opened_at, sum(one.quantity for one in fates), announced)
    return Contest(
        seed=rates.seed,
        number=number,
        opened_at=opened_at,
        prologue=tuple(sorted(events, key=lambda event: event.at)),
        rows=tuple(rows),
        fates=tuple(fates),
        back_after_days={name: _really(fate, days, rates.late) for name, days in announced.items()},
        prices_minor={one.variant_id: one.price_minor for one in items},
    )


def realised_minor(contest: Contest, allocation: Allocation, rates: CostRates = RATES) -> int:
    """What an allocation really cost, in minor units: by the fates, at the declared prices.

    Args:
        contest: With the truth of every line.
        allocation: Of its lines; a line that is not in it waits.
        rates: What a day, a return and a lost sale cost.
    """
    return sum(_cost(contest, one, allocation.of(one.order_id, 1), rates) for one in contest.fates)


def _cost(contest: Contest, fate: Fate, given: Given | None, rates: CostRates) -> int:
    lost = rates.margin * fate.amount_minor
    if given is None or not given.warehouse_id:
        return round(_waiting(contest, fate, lost, rates))
    is_other = given.variant_id != fate.variant_id
    if fate.leaves_after_days == 0 or (is_other and not fate.keeps_substitute):
        return round(rates.return_minor + lost)
    price = contest.prices_minor[given.variant_id] if is_other else fate.unit_price_minor
    return max(price - fate.unit_price_minor, 0) * fate.quantity


def _waiting(contest: Contest, fate: Fate, lost: float, rates: CostRates) -> float:
    back = contest.back_after_days[fate.variant_id]
    days = min(float(back), fate.leaves_after_days)
    a_day = rates.goodwill_minor_a_day + rates.waiting_share_a_day * fate.amount_minor
    waited = days * a_day * (1 + fate.waited_days / rates.impatience_days)
    return waited + (lost if fate.leaves_after_days < back else 0.0)


# --- lines -------------------------------------------------------------------------------


def _line(
    rates: ContestRates, number: int, opened_at: datetime, items: Sequence[Item], fate: Random
) -> tuple[list[WorldEvent], IntakeRow, Fate]:
    """One customer's order, case and fate; the dice of the looks do not know the cause."""
    wish = fate.choices(WISHES, rates.shares)[0]
    day, leaves = _patience(wish, fate)
    takes, says = (_drawn(fate, chances) for chances in (wish.takes, wish.says))
    keeps = fate.random() < wish.keeps
    stage = _stage(rates, number, opened_at, items)
    dice = stage.dice
    item = dice.choices(items, _WANTED)[0]
    paid = Item(item.variant_id, round(item.price_minor * dice.uniform(0.85, 1.0)))
    quantity, placed_at = dice.choice(_QUANTITIES), stage.before(hours=dice.uniform(4, 24 * 16))
    told_day = f"{opened_at + timedelta(days=day or dice.randint(1, 14)):%Y-%m-%d}"
    wishes = {
        "needed_by": told_day if day else "",
        "takes_substitute": "" if takes == "asked_not" else takes,
    }
    basket = [(paid, quantity)]
    order_id = stage.order(placed_at, basket, warehouse_id=goods.NORTH, wishes=wishes)
    if dice.random() < 0.5:
        stage.capture(placed_at, order_id, total_of(basket))
    true = Fate(
        order_id=order_id,
        cause=wish.name,
        variant_id=item.variant_id,
        quantity=quantity,
        unit_price_minor=paid.price_minor,
        waited_days=max((opened_at.date() - placed_at.date()).days, 0),
        keeps_substitute=keeps,
        leaves_after_days=leaves,
    )
    return stage.events, _row(stage, says, told_day), true


def _stage(rates: ContestRates, number: int, opened_at: datetime, items: Sequence[Item]) -> Stage:
    return Stage(
        seed=rates.seed,
        number=number,
        opened_at=opened_at,
        dice=Random(f"{rates.seed}/contested/looks/{number}"),
        manners=rates.manners,
        shelf=tuple(items),
    )


def _row(stage: Stage, says: str, day: str) -> IntakeRow:
    pen = stage.pen(day=day)
    return IntakeRow(
        source=Raised.WAREHOUSE,
        id=f"{ID_PREFIX}{stage.seed}-case-{stage.number}",
        case_type=CaseType.STOCK_SHORT,
        order_id=stage.order_id,
        opened_at=stage.opened_at,
        customer_message=pen.customer(says),
        detector_note=pen.detector("silent"),
        line=1,
    )


def _patience(wish: Wish, fate: Random) -> tuple[int, float]:
    """The day told with the order (0: none), and after how many days the customer leaves."""
    has_told, day = fate.random() < wish.tells_day, fate.randint(1, 14)
    if wish.name == "has_a_day":
        return (day if has_told else 0), float(day)
    stays, chance = 1 - wish.two_weeks, fate.random()
    leaves = _TWO_WEEKS * log(1 - chance) / log(stays) if stays else 0.0
    return (day if has_told else 0), min(leaves, _NEVER)


def _drawn(fate: Random, chances: Mapping[str, float]) -> str:
    return fate.choices(list(chances), list(chances.values()))[0]


# --- goods -------------------------------------------------------------------------------


def _goods(dice: Random, seed: int, number: int) -> list[Item]:
    """What is scarce, something like it, and something dearer."""
    price = 10 * dice.randint(150, 900)
    near, dearer = price + 10 * dice.randint(-12, 12), round(price * dice.uniform(1.3, 1.9))
    group = f"{ID_PREFIX}{seed}-contest-{number}"
    prices = zip("abc", (price, near, dearer), strict=True)
    return [Item(f"{group}-{letter}", amount) for letter, amount in prices]


def _catalogue(items: Sequence[Item], seed: int, number: int, at: datetime) -> WorldEvent:
    group = f"{ID_PREFIX}{seed}-contest-{number}"
    variants = [
        goods.variant_of(item, group, f"Signed edition {place}", group)
        for place, item in enumerate(items, start=1)
    ]
    warehouses = [{"id": goods.NORTH, "title": "North"}, {"id": goods.SOUTH, "title": "South"}]
    products = [{"id": group, "title": "Signed edition"}]
    told = {"products": products, "variants": variants, "warehouses": warehouses}
    return WorldEvent(at=at, call="add_catalogue", arguments=told)


def _stock(
    dice: Random,
    items: Sequence[Item],
    opened_at: datetime,
    wanted: int,
    announced: Mapping[str, int | None],
) -> list[WorldEvent]:
    """A few pieces, fewer than are wanted, and what the supplier promises."""
    at = opened_at - timedelta(minutes=30)
    pieces = (dice.randint(1, max(1, wanted // 3)), dice.randint(0, 2), dice.randint(0, 2))
    events = []
    for item, quantity in zip(items, pieces, strict=True):
        where = dice.choice((goods.NORTH, goods.SOUTH))
        if quantity:
            events.append(goods.received(at, item.variant_id, where, quantity))
        days = announced[item.variant_id]
        if days is not None:
            told = {
                "warehouse_id": where,
                "variant_id": item.variant_id,
                "quantity": dice.randint(20, 60),
                "expected_on": f"{opened_at + timedelta(days=days):%Y-%m-%d}",
            }
            events.append(WorldEvent(at=at, call="announce_stock", arguments=told))
    return events


def _really(fate: Random, announced: int | None, late: float) -> int:
    """After how many days more really comes."""
    if announced is None:
        return fate.randint(*_UNKNOWN)
    return announced + (fate.randint(*_LATE) if fate.random() < late else 0)
