"""A shop in which a simulated world is played, and a sink that keeps what it is given."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from engine.simulators.orders.driver import Player, ShopInProcess
from engine.simulators.orders.events import IntakeRow, Outcome, Plan
from tests.unit.desks.shop_world import SetClock, ShopWorld, open_world

START = datetime(2026, 10, 5, 6, 0, tzinfo=UTC)
AFTER = START + timedelta(days=30)
"""When every case is open and every label known."""


@dataclass
class Kept:
    """Keeps cases and labels, in the order they came."""

    rows: list[IntakeRow] = field(default_factory=list)
    labels: list[Outcome] = field(default_factory=list)

    def take_case(self, row: IntakeRow) -> None:
        self.rows.append(row)

    def take_label(self, outcome: Outcome) -> None:
        self.labels.append(outcome)


def played(plan: Plan, url: str) -> tuple[ShopWorld, Kept]:
    """A shop after the whole plan."""
    world = open_world(url)
    world.clock = SetClock(AFTER)
    kept = Kept()
    player = Player(
        seed=plan.seed,
        send=ShopInProcess(shop=world.shop),
        sink=kept,
        episodes=iter(plan.episodes),
    )
    player.prepare(plan.prologue)
    player.advance(AFTER)
    return world, kept
