"""Straight shop: the orders desk on a shop of this process, without HTTP and credentials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.desk import Desk
from engine.desks.orders.desk import orders_desk
from engine.desks.orders.shop.database import open_database
from engine.desks.orders.shop.operations import Caller, Shop
from engine.desks.orders.shop.refusals import Refused
from engine.desks.orders.shop.toolbox import READS, WRITES
from engine.desks.orders.words import DESK, SYSTEM
from engine.domain.canonical import Json, parse
from engine.domain.credential import Credential
from engine.errors import ToolError
from engine.testing.world import FakeClock, World, make_world


@contextmanager
def straight_orders(folder: Path) -> Iterator[tuple[World, Shop]]:
    """An engine with the orders desk alone, and the shop it acts on.

    Args:
        folder: Empty; takes the databases.
    """
    database = open_database(f"sqlite:///{folder / 'shop.db'}")
    database.prepare()

    def desks(place: Path, clock: FakeClock) -> Mapping[str, Desk]:
        return {DESK: orders_desk(transport=StraightTransport(Shop(database, clock)))}

    world = make_world(folder, desks)
    try:
        world.parts.keys.make(f"{SYSTEM}.key")
        yield world, Shop(database, world.clock)
    finally:
        world.close()
        database.close()


class StraightTransport:
    """Calls a shop as HTTP would (`engine.desks.orders.tools.Transport`)."""

    def __init__(self, shop: Shop) -> None:
        """Call this shop."""
        self._shop = shop

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
        """Call.

        Raises:
            ToolError: The shop refuses.
        """
        name = path.removeprefix("/v1/")
        try:
            if not is_write and name in READS:
                return self._shop.read(READS[name], _checked(READS[name], arguments))
            tool = WRITES[name.removesuffix("/preview")]
            if not is_write:
                return self._shop.preview(tool, _checked(tool, arguments))
            assert credential
            caller = Caller(key=key, credential_id=credential.id, case_id="")
            return parse(self._shop.write(tool, _checked(tool, arguments), caller).text)
        except Refused as refused:
            raise ToolError(refused.detail, code=refused.code.value) from refused


def _checked(tool: Any, arguments: Mapping[str, Any]) -> Any:
    return tool.arguments.model_validate(dict(arguments))
