"""Worlds for scenario tests."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.testing.stub_desk import DESK, stub_desk, stub_envelope
from engine.testing.world import World, make_world


@pytest.fixture
def make_stub_world(tmp_path: Path, database_url: str) -> Iterator[Callable[..., World]]:
    """A world of the stub desk, on each database; arguments are the envelope's."""
    made: list[World] = []

    def make(
        *,
        take_back_s: float = 0.0,
        before_call: Callable[[str], None] = lambda key: None,
        **limits: Any,
    ) -> World:
        world = make_world(
            tmp_path,
            lambda folder, clock: {
                DESK: stub_desk(
                    folder / "tickets.db",
                    envelope=stub_envelope(**limits),
                    before_call=before_call,
                )
            },
            database_url=database_url,
            take_back_s=take_back_s,
        )
        made.append(world)
        return world

    yield make
    for world in made:
        world.close()


@pytest.fixture
def stub_world(make_stub_world: Callable[..., World]) -> World:
    """A world of the stub desk in COPILOT."""
    return make_stub_world()
