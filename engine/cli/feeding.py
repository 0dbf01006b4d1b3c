"""`countersign feed`: lets the simulated world of a desk go on, beside the product."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event
from typing import Annotated

import typer

from engine.cli.logs import log_to_stderr
from engine.cli.opening import DeskName, settings_with
from engine.cli.output import say
from engine.cli.process import stop_on_signals, stop_with_parent
from engine.errors import EngineError

LOOK_S = 1.0
AGAIN_S = 2.0
log = logging.getLogger("countersign.feed")


def feed(
    desk: DeskName = "orders",
    per_hour: Annotated[
        float, typer.Option("--per-hour", min=0.1, max=100_000, help="New cases an hour.")
    ] = 40.0,
    supervised: Annotated[bool, typer.Option("--supervised", hidden=True)] = False,
) -> None:
    """Make simulated cases come in, as long as it runs; all of them are marked as simulated."""
    stopping = stop_on_signals()
    if supervised:
        stop_with_parent()
    from engine.bootstrap import engine_of, open_parts
    from engine.bootstrap.feeds import SAMPLE, SAMPLE_HOURS, open_feed

    log_to_stderr(logging.INFO)
    parts = open_parts(settings_with())
    try:
        world = open_feed(parts, desk, per_hour=per_hour)
        _tried(lambda: world.begin(sample=SAMPLE, hours=SAMPLE_HOURS), stopping)
        if stopping.is_set():  # perhaps before it had begun
            return
        world.skip_to(parts.clock.now())
        _tried(lambda: engine_of(parts).demonstrating.set_pace(per_hour), stopping)
        say(f"The simulated world of {desk} goes on: about {per_hour:g} cases an hour.")
        while not stopping.wait(LOOK_S):
            _tried(lambda: world.advance(parts.clock.now()), stopping)
    finally:
        parts.database.close()


def _tried(step: Callable[[], object], stopping: Event) -> None:
    """Take a step of the world, again and again while the shop or the database is away."""
    import httpx2

    while not stopping.is_set():
        try:
            step()
        except (httpx2.HTTPError, EngineError) as error:
            log.warning("the world waits: %s", error)
            stopping.wait(AGAIN_S)
        else:
            return
