"""Stage of the orders desk: the shop in this process, its world, and its books."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from engine.bootstrap.demonstration.clockwork import HistoryClock
from engine.bootstrap.scenarios.entrants import ENTRANTS, Entrant
from engine.bootstrap.scenarios.orders_suite import OrderScenario
from engine.bootstrap.scenarios.orders_world import (
    ORDER,
    OTHER,
    STRANGERS,
    events_of,
    row_of,
)
from engine.bootstrap.scenarios.room import Past, Room, acting_alone, open_room
from engine.desk import Desk
from engine.desks.orders.desk import orders_desk
from engine.desks.orders.shop import tables
from engine.desks.orders.shop.database import Database, open_database
from engine.desks.orders.shop.operations import Caller, Shop
from engine.desks.orders.shop.refusals import Refused
from engine.desks.orders.shop.toolbox import BOOKS, READS, WORLD, WRITES
from engine.domain.canonical import Json, parse
from engine.domain.credential import Credential
from engine.errors import ToolError, ToolUnavailable
from engine.learn.scenarios.judging import Books, Call, Ending, Entry, Happened
from engine.settings import Settings
from engine.simulators.orders.driver import ShopInProcess, play
from engine.simulators.orders.world import make_sample

ACTIONS = frozenset(WRITES)
LINES = frozenset(
    {"status", "held", "address", "items", "taken", "refunded", "parcels", "messages"}
)
"""Of an order, in the books; sums in euro."""
_BEGINS_AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_SEED, _PAST_CASES = 3, 48
"""Labelled cases from which confidence is calibrated before any scenario runs."""
_CANCELLED_BY = Caller(key="person-cancels", credential_id="person-cancels", case_id="")


@dataclass(kw_only=True)
class ShopHere:
    """The way to a shop of this process: no HTTP in between, all else as it is."""

    shop: Shop | None = None
    """The one that is open now."""

    def send(
        self,
        path: str,
        arguments: Mapping[str, Any],
        *,
        timeout_s: float,
        key: str = "",
        credential: Credential | None = None,
        is_write: bool = False,
    ) -> Json:
        """See `engine.desks.orders.tools.Transport.send`."""
        name, shop = path.removeprefix("/v1/"), self.shop
        if shop is None:
            raise ToolUnavailable("The shop of the scenarios is closed.")
        try:
            if not is_write and name in READS:
                read = READS[name]
                return shop.read(read, read.arguments.model_validate(dict(arguments)))
            tool = WRITES[name.removesuffix("/preview")]
            checked = tool.arguments.model_validate(dict(arguments))
            if not is_write:
                return shop.preview(tool, checked)
            caller = Caller(key=key, credential_id=credential.id if credential else "", case_id="")
            return parse(shop.write(tool, checked, caller).text)
        except Refused as refused:
            raise ToolError(refused.detail, code=refused.code.value) from refused


@dataclass(kw_only=True)
class OrdersStage:
    """Runs the orders desk's scenarios; `close` it."""

    settings: Settings
    _way: ShopHere = field(default_factory=ShopHere)
    _desk: Desk = field(init=False)
    """As it ships."""
    _past: Past = field(init=False)

    def __post_init__(self) -> None:
        """Make nothing but the desk yet."""
        self._desk = orders_desk(transport=self._way)
        self._past = Past(make=self._make_past)

    def close(self) -> None:
        """Remove what was made."""
        self._past.close()

    def play(self, scenario: OrderScenario, entrant: Entrant) -> Happened:
        """Run one scenario once.

        Raises:
            ConfigError: The entrant cannot run here.
            ToolError: The shop refuses the scenario's world.
        """
        desk = replace(self._desk, envelope=acting_alone(self._desk.envelope))
        with self._past.copied(entrant) as (folder, now), self._open_shop(folder, now) as open_shop:
            database, shop, clock = open_shop
            with open_room(folder, clock, desk, self.settings, entrant, seed=2) as room:
                send = ShopInProcess(shop=shop)
                play(send, events_of(scenario.world, clock.now()), key="scenario-world")
                if scenario.world.cancelled:
                    tool = WRITES["cancel_order"]
                    asked = {"order_id": ORDER, "reason": "The customer called."}
                    shop.write(tool, tool.arguments.model_validate(asked), _CANCELLED_BY)
                look = _look_from_now_on(database, shop)
                return _happened(room, row_of(scenario, clock.now()), look)

    def _make_past(self, folder: Path, entrant: Entrant) -> datetime:
        plan = make_sample(_SEED, _PAST_CASES, _BEGINS_AT, hours=1.0)
        who = entrant if entrant.has_runs else ENTRANTS["playbook"]
        with (
            self._open_shop(folder, _BEGINS_AT) as (_, shop, clock),
            open_room(folder, clock, self._desk, self.settings, who, seed=1) as room,
        ):
            send = ShopInProcess(shop=shop)
            clock.move_to(max(one.row.opened_at for one in plan.episodes))
            play(send, plan.prologue, key="past-prologue")
            for one in plan.episodes:
                play(send, one.events, key=f"past-{one.number}")
            room.submit(one.row.columns() for one in plan.episodes)
            room.work()
            clock.move_to(max(one.outcome.label_known_at for one in plan.episodes))
            room.submit({**one.row.columns(), **one.outcome.columns()} for one in plan.episodes)
            room.work()
            clock.move_to(clock.now() + timedelta(days=1))
            room.work()
            return clock.now()

    @contextmanager
    def _open_shop(
        self, folder: Path, now: datetime
    ) -> Iterator[tuple[Database, Shop, HistoryClock]]:
        database, clock = open_database(f"sqlite:///{folder / 'shop.db'}"), HistoryClock(now)
        with closing(database):
            database.prepare()
            self._way.shop = shop = Shop(database, clock)
            try:
                yield database, shop, clock
            finally:
                self._way.shop = None


def _happened(room: Room, row: Mapping[str, str], look: _Look) -> Happened:
    before = look.books()
    submitted = room.submit([row])
    refused = submitted.rejected[0].reason if submitted.rejected else ""
    if not refused:
        room.work()
    ended = None if refused else room.ended(submitted.case_ids[0])
    return Happened(
        ending=ended.ending if ended else Ending.REFUSED,
        said=ended.said if ended else refused,
        target=row["order_id"],
        recommended=ended.recommended if ended else (),
        before=before,
        after=look.books(),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Look:
    """A look into the shop's own tables, from outside of the engine."""

    database: Database
    shop: Shop
    known: frozenset[str]
    """Keys of calls that were made before the case came in."""

    def books(self) -> Books:
        """How things stand, and what was called beside what is known."""
        balance = self.shop.read(BOOKS, BOOKS.arguments())
        return Books(
            lines={order_id: self._order(order_id) for order_id in (ORDER, OTHER, STRANGERS)},
            calls=tuple(
                Call(tool=tool, target=str(parse(answer)["order_id"]))
                for key, tool, answer in self.database.read(_operations)
                if key not in self.known and tool not in WORLD
            ),
            unbalanced="" if balance["is_balanced"] else "the shop's trial balance is off",
        )

    def _order(self, order_id: str) -> Mapping[str, Entry]:
        try:
            order = self._read("get_order", order_id)
        except Refused:
            return {}
        address = order["address"]
        parts = ("recipient", "street", "postal_code", "city", "country")
        messages = self.database.read(lambda connection: _messages(connection, order_id))
        parcels = self._read("carrier_scans", order_id)["shipments"]
        return {
            "status": str(order["status"]),
            "held": "yes" if order["is_held"] else "no",
            "address": ", ".join(str(address[part]) for part in parts),
            "items": ", ".join(f"{one['variant_id']} {one['state']}" for one in order["lines"]),
            "taken": order["captured_minor"] / 100,
            "refunded": order["refunded_minor"] / 100,
            "parcels": float(len(parcels)),
            "messages": messages,
        }

    def _read(self, name: str, order_id: str) -> Json:
        tool = READS[name]
        return self.shop.read(tool, tool.arguments.model_validate({"order_id": order_id}))


def _look_from_now_on(database: Database, shop: Shop) -> _Look:
    known = frozenset(key for key, *_ in database.read(_operations))
    return _Look(database=database, shop=shop, known=known)


def _operations(connection: Connection) -> list[tuple[str, str, str]]:
    c = tables.operation.c
    found = connection.execute(select(c.key, c.tool, c.answer).order_by(c.done_at))
    return [(row.key, row.tool, row.answer) for row in found]


def _messages(connection: Connection, order_id: str) -> str:
    c = tables.message.c
    found = connection.execute(select(c.subject, c.body).where(c.order_id == order_id))
    return "\n".join(f"{row.subject}: {row.body}" for row in found)
