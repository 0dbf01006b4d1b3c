"""A worker whose rounds fail gives no sign of life, so that whoever watches sees it."""

from collections.abc import Callable

import pytest

from engine.act.crash_points import CrashPoint
from engine.testing.stub_desk import ticket_rows
from engine.testing.world import START, World


def test_failed_round_gives_no_sign_of_life(make_stub_world: Callable[..., World]) -> None:
    world = make_stub_world()
    world.submit(ticket_rows(1, opened_at=START))

    def fail(point: str) -> None:
        if point == CrashPoint.BEFORE_INTAKE:
            raise RuntimeError("a bug")

    opened = world.open_worker(fail)
    world.clock.move(minutes=1)
    with pytest.raises(RuntimeError, match="a bug"):
        opened.worker.run_once()
    opened.stop()
    assert world.engine.queries.health().worker_seen_at == START  # as it opened
