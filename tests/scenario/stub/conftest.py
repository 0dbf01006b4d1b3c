"""Worlds in which plans of several steps run."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.testing.stub_desk import DESK
from engine.testing.stub_plan import plan_desk, plan_envelope
from engine.testing.world import World, make_world
from tests.scenario.stub.planned import Planned


@pytest.fixture
def make_plan_world(tmp_path: Path, database_url: str) -> Iterator[Callable[..., Planned]]:
    """A world of the stub desk with plans, on each database; arguments are the envelope's."""
    made: list[World] = []

    def make(*, take_back_s: float = 0.0, **limits: Any) -> Planned:
        planned = Planned()
        planned.world = make_world(
            tmp_path,
            lambda folder, clock: {
                DESK: plan_desk(
                    folder / "tickets.db",
                    envelope=plan_envelope(**limits),
                    around=planned.around,
                    look=planned.look,
                )
            },
            database_url=database_url,
            take_back_s=take_back_s,
        )
        made.append(planned.world)
        return planned

    yield make
    for world in made:
        world.close()


@pytest.fixture
def plans(make_plan_world: Callable[..., Planned]) -> Planned:
    """In COPILOT: a person approves every plan."""
    return make_plan_world()
