"""Worlds in which the orders desk lives: engine and shop, and what is simulated in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.adapters.http_tools import HttpTransport
from engine.desk import Desk
from engine.desks.orders.desk import default_envelope, orders_desk
from engine.desks.orders.tools import Transport
from engine.desks.orders.words import DESK
from engine.domain.case import Case, Origin
from engine.domain.case_status import CaseStatus
from engine.domain.effect import Effect, EffectStatus
from engine.domain.phase import Phase
from engine.govern.envelope import EnvelopeDocument
from engine.service.engine import Submitted
from engine.service.rows import CaseCard
from engine.simulators.orders.driver import Player, ShopInProcess
from engine.simulators.orders.events import Episode, IntakeRow, Outcome, Plan
from engine.testing.world import FakeClock, World, make_world
from tests.scenario.orders.shop_beside import (
    Operation,
    ShopBeside,
    StraightTransport,
    answering,
    make_key,
    open_shop,
    shop_url_of,
)

Change = Callable[[Transport], Transport]
"""Puts something between the desk and the way to its shop."""


@dataclass
class Kept:
    """Cases and labels that a simulated world has told, until they are handed in."""

    rows: list[IntakeRow] = field(default_factory=list)
    labels: list[Outcome] = field(default_factory=list)

    def take_case(self, row: IntakeRow) -> None:
        self.rows.append(row)

    def take_label(self, outcome: Outcome) -> None:
        self.labels.append(outcome)


@dataclass
class OrdersWorld:
    """An engine with the orders desk, and the shop it acts on."""

    world: World
    shop: ShopBeside

    # --- the world goes on ---------------------------------------------------------------

    def live(self, plan: Plan, *, with_labels: bool = False) -> Submitted:
        """Let a plan happen up to its last case, and hand its cases in.

        Args:
            plan: Of a world whose prologue has not been played.
            with_labels: Hand in what turned out to be right along with each case.
        """
        kept = Kept()
        player = Player(
            seed=plan.seed,
            send=ShopInProcess(shop=self.shop.shop),
            sink=kept,
            episodes=iter(plan.episodes),
        )
        self.move_to(plan)
        player.prepare(plan.prologue)
        player.advance(self.world.clock.now())
        truth = {one.row.id: one.outcome for one in plan.episodes} if with_labels else {}
        return self.submit(labelled(one, truth.get(one.id)) for one in kept.rows)

    def move_to(self, plan: Plan) -> None:
        """Let the time come in which the last case is opened."""
        last = plan.episodes[-1].row.opened_at
        self.world.clock.at = max(self.world.clock.at, last)

    def submit(self, rows: Iterable[dict[str, str]]) -> Submitted:
        """Hand rows in, as simulated ones."""
        numbered = list(enumerate(rows, start=2))
        submitted = self.world.engine.submit(
            DESK, numbered, origin=Origin.SIMULATED, submitted_by="test"
        )
        assert not submitted.rejected, submitted.rejected
        return submitted

    def tell_labels(self, episodes: Sequence[Episode]) -> None:
        """Tell what turned out to be right, once the time of the last label has come."""
        last = max(one.outcome.label_known_at for one in episodes)
        self.world.clock.at = max(self.world.clock.at, last)
        self.submit(labelled(one.row, one.outcome) for one in episodes)
        self.work()

    def work(self) -> None:
        """Advance everything that is due, and what has to be waited for within some seconds."""
        self.world.work()

    # --- looking -------------------------------------------------------------------------

    def case(self, source_id: str) -> Case:
        """The case as it stands."""
        return self.world.case(source_id)

    def card(self, source_id: str) -> CaseCard:
        """What a person sees of it."""
        return self.world.engine.queries.card(self.case(source_id).id)

    def effects(self, source_id: str) -> Sequence[Effect]:
        """What was called for it, oldest first."""
        return self.world.parts.store.reader.effects(self.case(source_id).id)

    def called(self, source_id: str) -> list[str]:
        """The tools that acted for a case, in the shop's own books."""
        operations = self.shop.operations()
        return [
            operations[one.key].tool for one in self.effects(source_id) if one.key in operations
        ]


def labelled(row: IntakeRow, outcome: Outcome | None) -> dict[str, str]:
    """An intake row, with what turned out to be right where that is told."""
    return {**row.columns(), **({} if outcome is None else outcome.columns())}


@contextmanager
def open_orders(
    folder: Path,
    database_url: str,
    *,
    over_http: bool = True,
    between: Change = lambda transport: transport,
    change: Callable[[Desk], Desk] = lambda desk: desk,
    others: Callable[[Path, FakeClock], Mapping[str, Desk]] = lambda folder, clock: {},
    take_back_s: float = 0.0,
) -> Iterator[OrdersWorld]:
    """A fresh world.

    Args:
        folder: Where files and keys go.
        database_url: Of the engine; the shop's is of the same kind.
        over_http: Whether calls go over HTTP with credentials, or straight into the shop.
        between: What stands between the desk and the shop.
        change: What is different about the desk.
        others: Desks beside it.
        take_back_s: The take-back window.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        made: list[ShopBeside] = []

        def desks(place: Path, clock: FakeClock) -> Mapping[str, Desk]:
            shop = open_shop(shop_url_of(folder, database_url), clock)
            stack.callback(shop.database.close)
            made.append(shop)
            key = make_key(place)
            if over_http:
                url = stack.enter_context(answering(shop.shop, key, clock))
                http = HttpTransport(url, clock)
                stack.callback(http.close)
                transport: Transport = between(http)
            else:
                transport = between(StraightTransport(shop.shop))
            desk = change(orders_desk(transport=transport))
            return {DESK: desk, **others(place, clock)}

        world = make_world(folder, desks, database_url=database_url, take_back_s=take_back_s)
        stack.callback(world.close)
        yield OrdersWorld(world=world, shop=made[0])


def envelope(phase: Phase, **limits: Any) -> EnvelopeDocument:
    """The shipped envelope in another phase, with other limits for all its cells."""
    shipped = default_envelope()
    changed = shipped.limits.model_copy(update={"phase": phase, **limits})
    return shipped.model_copy(update={"limits": changed, "note": phase.value})


def with_envelope(document: EnvelopeDocument) -> Callable[[Desk], Desk]:
    """The desk under this envelope from the first."""
    return lambda desk: replace(desk, envelope=document)


def disagreements(orders: OrdersWorld, sources: Iterable[str]) -> list[str]:
    """Where the engine and the shop's own books do not agree about these cases."""
    operations, found = orders.shop.operations(), []
    keys: set[str] = set()
    for source_id in sources:
        case = orders.case(source_id)
        for effect in orders.effects(source_id):
            keys.add(effect.key)
            found += _about(case, effect, operations.get(effect.key))
    found += [
        f"{one.tool} {key} is of no effect" for key, one in operations.items() if key not in keys
    ]
    if not orders.shop.books()["is_balanced"]:
        found.append("the shop does not balance")
    return found


def _about(case: Case, effect: Effect, operation: Operation | None) -> list[str]:
    who = f"{case.source_id}: {effect.tool} {effect.key}"
    if effect.status is EffectStatus.SUCCEEDED and operation is None:
        return [f"{who} is done here and not in the shop"]
    if effect.status is EffectStatus.FAILED and operation is not None:
        return [f"{who} failed here, and the shop did it"]
    if operation is not None and operation.tool != effect.tool:
        return [f"{who} is {operation.tool} in the shop"]
    if case.status is CaseStatus.DONE and effect.status is EffectStatus.UNKNOWN:
        return [f"{who} is unknown in a case that is done"]
    return []
