"""The orders desk on a real shop over real HTTP, for tests: world moves go straight to the shop."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from threading import Thread
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import uvicorn

from engine.adapters.credentials import KeyIssuer
from engine.adapters.http_tools import HttpTransport
from engine.desk import Desk
from engine.desks.orders.desk import orders_desk
from engine.desks.orders.shop.__main__ import _listen
from engine.desks.orders.shop.access import Door
from engine.desks.orders.shop.app import create_app
from engine.domain.canonical import Json
from engine.domain.credential import CallPermit, Credential, PermitKind
from engine.domain.tool import ToolContract
from engine.errors import ToolError
from engine.ports import EffectTool, Verification
from tests.unit.desks.shop_calling import KEY
from tests.unit.desks.shop_world import ShopWorld, open_world

_LONGEST_S = 20


class CountedIds:
    """Identifiers one after the other."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def new(self) -> UUID:
        return UUID(int=next(self._numbers))

    def token(self, size: int = 16) -> bytes:
        return next(self._numbers).to_bytes(size, "big")


@dataclass
class OrdersUnderTest:
    """The desk, the shop behind it, and what an engine would do between the two."""

    desk: Desk
    world: ShopWorld
    issuer: KeyIssuer
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def read(self, name: str, arguments: Mapping[str, Any]) -> Json:
        tool = self.desk.read_tool(name)
        assert tool, name
        checked = tool.contract.check_arguments(dict(arguments))
        credential = self.credential(tool.contract, checked, PermitKind.READ)
        return tool.contract.check_result(tool.call(checked, key="", credential=credential))

    def tool(self, name: str) -> EffectTool:
        found = self.desk.effect_tool(name)
        assert found, name
        return found

    def checked(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        return self.tool(name).contract.check_arguments(dict(arguments))

    def state(self, name: str, **arguments: Any) -> Json:
        return self.tool(name).target_state(self.checked(name, arguments), self.read)

    def preview(self, name: str, **arguments: Any) -> Json:
        """The stored form of the difference, or the code with which it is refused."""
        try:
            made = self.tool(name).preview(self.checked(name, arguments), self.read)
        except ToolError as error:
            return error.facts["code"]
        assert made
        return made.to_json()

    def call(self, name: str, *, key: str = "", **arguments: Any) -> Json:
        tool = self.tool(name)
        checked = self.checked(name, arguments)
        credential = self.credential(tool.contract, checked, PermitKind.GRANT)
        key = key or f"tool-{next(self.numbers)}"
        return tool.contract.check_result(tool.call(checked, key=key, credential=credential))

    def verify(self, name: str, before: Json, result: Json, **arguments: Any) -> Verification:
        checked = self.checked(name, arguments)
        return self.tool(name).verify(checked, before, result, self.read)

    def credential(
        self, contract: ToolContract, arguments: dict[str, Any], kind: PermitKind
    ) -> Credential | None:
        permit = CallPermit(kind=kind, id=f"permit-{next(self.numbers)}", case_id="case-1")
        return self.issuer.issue(contract, arguments, permit)


@contextmanager
def serving_orders(url: str) -> Iterator[OrdersUnderTest]:
    """A shop that answers on a free port of this process, and the desk that calls it."""
    world = open_world(url)
    listener = _listen("127.0.0.1", 0)
    app = create_app(world.shop, Door(KEY, world.clock))
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", ws="none")
    )
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    transport = HttpTransport(f"http://127.0.0.1:{listener.getsockname()[1]}", world.clock)
    try:
        _wait_for(server)
        issuer = KeyIssuer(keys={"shop": lambda: KEY}, clock=world.clock, ids=CountedIds())
        desk = orders_desk(transport=transport)
        yield OrdersUnderTest(desk=desk, world=world, issuer=issuer)
    finally:
        transport.close()
        server.should_exit = True
        thread.join(_LONGEST_S)
        listener.close()
        world.database.close()


def _wait_for(server: uvicorn.Server) -> None:
    until = monotonic() + _LONGEST_S
    while not server.started:
        assert monotonic() < until, "the shop did not start"
        sleep(0.01)
