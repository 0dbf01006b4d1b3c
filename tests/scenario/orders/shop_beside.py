"""A shop beside an engine, for tests: over real HTTP with credentials, or called without HTTP."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

import uvicorn
from sqlalchemy import Connection, select

from engine.adapters.keys import KeyFolder
from engine.desks.orders.shop import tables
from engine.desks.orders.shop.__main__ import _listen
from engine.desks.orders.shop.access import Door, read_key
from engine.desks.orders.shop.app import create_app
from engine.desks.orders.shop.database import Database, open_database
from engine.desks.orders.shop.operations import Shop
from engine.desks.orders.shop.toolbox import BOOKS, READS, WORLD
from engine.domain.canonical import Json, parse
from engine.ports import Clock
from engine.simulators.orders.driver import ShopInProcess
from engine.testing.straight_shop import StraightTransport as StraightTransport

WORLD_TOOLS = frozenset(WORLD)
_LONGEST_S = 20


@dataclass(frozen=True, kw_only=True)
class Operation:
    """A call that acted in the shop, as its own books have it."""

    key: str
    tool: str
    arguments_digest: str
    credential_id: str
    case_id: str
    answer: Json


@dataclass(kw_only=True)
class ShopBeside:
    """The shop's own side: its books, and what the world does to it."""

    database: Database
    shop: Shop
    numbers: int = field(default=0)

    def operations(self) -> dict[str, Operation]:
        """Every call of an engine that acted, by key; what the world did is left out."""

        def look(connection: Connection) -> dict[str, Operation]:
            rows = connection.execute(select(tables.operation)).mappings()
            return {
                row["key"]: Operation(
                    key=row["key"],
                    tool=row["tool"],
                    arguments_digest=row["arguments_digest"],
                    credential_id=row["credential_id"],
                    case_id=row["case_id"],
                    answer=parse(row["answer"]),
                )
                for row in rows
                if row["tool"] not in WORLD_TOOLS
            }

        return self.database.read(look)

    def books(self) -> Json:
        """The trial balance."""
        return self.shop.read(BOOKS, BOOKS.arguments())

    def read(self, name: str, **arguments: Any) -> Json:
        """What a read tells, without a lie in between."""
        tool = READS[name]
        return self.shop.read(tool, tool.arguments.model_validate(arguments))

    def order(self, order_id: str) -> Json:
        """An order as it stands."""
        return self.read("get_order", order_id=order_id)

    def payments(self, order_id: str) -> Json:
        """Its payments and refunds."""
        return self.read("payments_of_order", order_id=order_id)

    def happen(self, name: str, **arguments: Any) -> Json:
        """Let the world do something; it may be refused."""
        self.numbers += 1
        call = ShopInProcess(shop=self.shop)
        return call(f"world.{name}", arguments, key=f"world-{self.numbers}")


def open_shop(url: str, clock: Clock) -> ShopBeside:
    """A prepared shop on a database of its own, or beside the engine's tables."""
    database = open_database(url)
    database.prepare()
    return ShopBeside(database=database, shop=Shop(database, clock))


def shop_url_of(folder: Path, database_url: str) -> str:
    """A file of its own; on PostgreSQL the engine's database, where the shop's tables fit in."""
    is_server = database_url.startswith("postgresql")
    return database_url if is_server else f"sqlite:///{folder / 'shop.db'}"


def make_key(folder: Path) -> bytes:
    """The key of the shop, before the engine is there."""
    keys = KeyFolder(path=(folder / "keys").absolute())
    keys.make_missing()
    keys.make("shop.key")
    return read_key(keys.path / "shop.key")


@contextmanager
def answering(shop: Shop, key: bytes, clock: Clock) -> Iterator[str]:
    """Serve a shop on a free port, checking credentials; gives its URL."""
    listener = _listen("127.0.0.1", 0)
    app = create_app(shop, Door(key, clock))
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", ws="none")
    )
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        _wait_until(lambda: server.started)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(_LONGEST_S)
        listener.close()


def _wait_until(is_so: Callable[[], bool]) -> None:
    until = monotonic() + _LONGEST_S
    while not is_so():
        assert monotonic() < until, "the shop did not start"
        sleep(0.01)
