"""Feeds: the simulated worlds that fill a desk where nobody's real cases do."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from engine.bootstrap.engines import engine_of
from engine.bootstrap.parts import Parts
from engine.desks.orders.words import DESK, SYSTEM
from engine.domain.case import Origin
from engine.errors import ConfigError
from engine.simulators.orders.driver import HttpShop
from engine.simulators.orders.feed import LiveFeed

FEEDS = (DESK,)
"""Desks with a simulated world."""
SEED = 7
SAMPLE = 36
"""Cases a fresh desk starts with."""
SAMPLE_HOURS = 6.0
PER_HOUR = 40.0
_SUBMITTED_BY = "simulated world"
_CALL_S = 30.0


def may_feed(parts: Parts, desk: str) -> bool:
    """Whether a desk runs here on a shop that ships and holds nothing real."""
    is_here = desk in FEEDS and desk in parts.desks
    return is_here and Origin.REAL not in parts.store.reader.origins(desk)


def open_feed(parts: Parts, desk: str, *, per_hour: float = PER_HOUR) -> LiveFeed:
    """The world of a desk, ready to begin or to go on where it stood.

    Args:
        parts: With the URL of the shop among the settings.
        desk: One of `FEEDS`.
        per_hour: New cases an hour, on average.

    Raises:
        ConfigError: The desk has no simulated world, no shop runs, or its key is missing.
    """
    import httpx2

    if not may_feed(parts, desk):
        raise ConfigError(f"The desk {desk} has no simulated world here, or holds real cases.")
    if not parts.settings.shop_url:
        raise ConfigError("No shop runs; `countersign up` starts the one that ships.")
    key = parts.key(f"{SYSTEM}.key")
    if key is None:
        raise ConfigError("The key of the shop is missing; run `countersign migrate`.")
    engine = engine_of(parts)

    def submit(rows: Sequence[Mapping[str, str]]) -> None:
        engine.submit(
            desk,
            [(number, dict(row)) for number, row in enumerate(rows, start=1)],
            origin=Origin.SIMULATED,
            submitted_by=_SUBMITTED_BY,
        )

    client = httpx2.Client(base_url=parts.settings.shop_url, timeout=_CALL_S, trust_env=False)
    return LiveFeed(
        seed=SEED,
        start=_start(parts.settings.data_dir / f"{desk}_world.json", parts.clock.now()),
        send=HttpShop(client=client, key=key, clock=parts.clock),
        submit=submit,
        per_hour=per_hour,
    )


def _start(file: Path, now: datetime) -> datetime:
    """When the world began: it has to be the same at every start of the product."""
    try:
        return datetime.fromisoformat(json.loads(file.read_text("utf-8"))["start"])
    except FileNotFoundError:
        start = now.replace(microsecond=0) - timedelta(hours=SAMPLE_HOURS)
        file.write_text(json.dumps({"seed": SEED, "start": start.isoformat()}), "utf-8")
        return start
    except (KeyError, TypeError, ValueError):
        raise ConfigError(f"{file} is damaged; delete it together with the shop's data.") from None
