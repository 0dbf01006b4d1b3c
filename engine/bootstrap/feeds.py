"""Feeds: the simulated worlds that fill a desk where nobody's real cases do."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from engine.bootstrap.engines import engine_of
from engine.bootstrap.parts import Parts
from engine.desks.orders.words import DESK, SYSTEM
from engine.domain.case import Origin
from engine.errors import ConfigError
from engine.simulators.orders.driver import HttpShop
from engine.simulators.orders.feed import LiveFeed, Submit

FEEDS = (DESK,)
"""Desks with a simulated world."""
SEED = 7
SAMPLE = 36
"""Cases a fresh desk starts with."""
SAMPLE_HOURS = 3.0
"""They came in over these hours before the first start; less than the shortest deadline of any of
them, so that none was missed before there was anybody to answer."""
PER_HOUR = 40.0
_SUBMITTED_BY = "simulated world"
_CALL_S = 30.0

log = logging.getLogger("countersign.feed")


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
        ConfigError: The desk has no simulated world, no shop runs, its key is missing, or it
            cannot be kept how the world was begun.
    """
    import httpx2

    if not may_feed(parts, desk):
        raise ConfigError(f"The desk {desk} has no simulated world here, or holds real cases.")
    if not parts.settings.shop_url:
        raise ConfigError("No shop runs; `countersign up` starts the one that ships.")
    key = parts.key(f"{SYSTEM}.key")
    if key is None:
        raise ConfigError("The key of the shop is missing; run `countersign migrate`.")
    has_cases = bool(parts.store.reader.origins(desk))
    begun = _begun(world_file(parts, desk), parts.clock.now(), has_cases=has_cases)
    client = httpx2.Client(base_url=parts.settings.shop_url, timeout=_CALL_S, trust_env=False)
    return LiveFeed(
        seed=begun.seed,
        start=begun.start,
        next_number=begun.next_number,
        since=begun.since,
        send=HttpShop(client=client, key=key, clock=parts.clock),
        submit=_submitting(parts, desk),
        per_hour=per_hour,
    )


def _submitting(parts: Parts, desk: str) -> Submit:
    """Hands rows in as what they are: simulated."""
    engine = engine_of(parts)

    def submit(rows: Sequence[Mapping[str, str]]) -> None:
        engine.submit(
            desk,
            [(number, dict(row)) for number, row in enumerate(rows, start=1)],
            origin=Origin.SIMULATED,
            submitted_by=_SUBMITTED_BY,
        )

    return submit


@dataclass(frozen=True, kw_only=True, slots=True)
class Begun:
    """A world as it was begun: the same at every start of the product."""

    seed: int
    start: datetime
    next_number: int = 0
    """Of the first case after a history; 0: it begins with the sample."""
    since: datetime | None = None
    """When that history ended."""


def world_file(parts: Parts, desk: str) -> Path:
    """Where it is kept how a desk's world was begun."""
    return parts.settings.data_dir / f"{desk}_world.json"


def keep_begun(file: Path, begun: Begun) -> None:
    """Write down how a world was begun; whole or not at all, wherever the machine stops.

    Raises:
        ConfigError: It cannot be written.
    """
    said: dict[str, object] = {"seed": begun.seed, "start": begun.start.isoformat()}
    if begun.since is not None:
        said |= {"next_number": begun.next_number, "since": begun.since.isoformat()}
    part = file.with_name(f"{file.name}.part")
    try:
        with part.open("w", encoding="utf-8") as handle:
            handle.write(json.dumps(said))
            handle.flush()
            os.fsync(handle.fileno())
        part.replace(file)
    except OSError as error:
        raise ConfigError(
            f"{file} cannot be written: {error.strerror}; make its folder writable."
        ) from None


def _begun(file: Path, now: datetime, *, has_cases: bool) -> Begun:
    """How the world began; now, where it has not yet or nobody can say any more.

    Two worlds of one seed bear the same names, and the shop takes each name once. So beside
    anything that an earlier world may have left, a new one has a seed of its own.

    Raises:
        ConfigError: The file cannot be read, set aside or written.
    """
    is_fresh = not has_cases
    try:
        return _read_begun(file.read_text("utf-8"))
    except FileNotFoundError:
        pass
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}; make it readable.") from None
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        _set_aside(file, now)
        is_fresh = False
    start = now.replace(microsecond=0) - timedelta(hours=SAMPLE_HOURS)
    begun = Begun(seed=SEED if is_fresh else int(start.timestamp()), start=start)
    keep_begun(file, begun)
    return begun


def _read_begun(text: str) -> Begun:
    said = json.loads(text)
    since = said.get("since")
    begun = Begun(
        seed=int(said.get("seed", SEED)),
        start=datetime.fromisoformat(said["start"]),
        next_number=int(said.get("next_number", 0)),
        since=datetime.fromisoformat(since) if since else None,
    )
    if begun.start.tzinfo is None or (begun.since and begun.since.tzinfo is None):
        raise ValueError("a time without a zone")
    return begun


def _set_aside(file: Path, now: datetime) -> None:
    aside = file.with_name(f"{file.name}.unreadable-{now:%Y%m%dT%H%M%S.%f}")
    try:
        file.replace(aside)
    except OSError as error:
        raise ConfigError(
            f"{file} is damaged and cannot be set aside: {error.strerror}; make its folder "
            "writable."
        ) from None
    log.warning(
        "%s is damaged: it is kept as %s, and a new world begins. Cases that are there stay; "
        "to go on with the old world, put the file back from a backup and start again.",
        file,
        aside.name,
    )
