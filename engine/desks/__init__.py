"""The desks this product ships: one folder and one line of `DESKS` each.

A desk is imported when it is opened: the shop, a process of its own in this folder, needs none.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from engine.desks.orders.words import SYSTEM

if TYPE_CHECKING:
    from engine.desk import Desk, ShippedServer
    from engine.desks.orders.tools import Transport
    from engine.ports import Clock

_NO_SHOP = (
    "No shop runs for the orders desk: `countersign up` and `countersign work` start the one that "
    "ships; COUNTERSIGN_SHOP_URL names another."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class DeskSettings:
    """What desks need of the outside."""

    data_dir: Path
    """Where a desk keeps the files of its own that no setting places elsewhere."""
    clock: Clock
    transport: Callable[[str, str], Transport]
    """The way to a system over HTTP: its URL, and what to say where that is empty."""
    keys_dir: Path
    itsm_url: str = ""
    """SQLAlchemy URL of the incident system; empty: a SQLite file in `data_dir`."""
    shop_url: str = ""
    """Where the shop answers; empty: the one that ships is to be started."""


def _incidents(settings: DeskSettings) -> Desk:
    from engine.desks.incidents.desk import incidents_desk

    url = settings.itsm_url or f"sqlite:///{settings.data_dir / 'itsm.db'}"
    return incidents_desk(itsm_url=url, clock=settings.clock)


def _orders(settings: DeskSettings) -> Desk:
    from engine.desks.orders.desk import orders_desk

    return orders_desk(
        transport=settings.transport(settings.shop_url, _NO_SHOP),
        server=None if settings.shop_url else _shop(settings),
    )


def _shop(settings: DeskSettings) -> ShippedServer:
    from engine.desk import ShippedServer

    command = (sys.executable, "-m", "engine.desks.orders.shop")
    return ShippedServer(
        name="shop",
        setting="shop_url",
        command=(*command, "--key-file", str(settings.keys_dir / f"{SYSTEM}.key")),
    )


DESKS: Mapping[str, Callable[[DeskSettings], Desk]] = MappingProxyType(
    {"incidents": _incidents, "orders": _orders}
)
"""Every desk by name, in the order in which they are shown."""
