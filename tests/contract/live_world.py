"""A world in which software acts alone: what is beyond the usual threshold waits half a minute."""

from pathlib import Path
from typing import Any

from engine.domain.actor import Role
from engine.domain.case import Case
from engine.domain.ids import CaseId
from engine.domain.phase import Phase
from engine.govern.limits import HandSetThreshold, Wider
from engine.service.requests import SeeNotices
from engine.testing.world import START, World
from tests.contract.read_model_world import stub_world, submit, with_history

AT_ONCE, AFTERWARDS = 0.99, 0.5
"""Confidence from which software acts at once, and after a veto window."""
WINDOW_S = 60


def loop_world(folder: Path, database_url: str, **limits: Any) -> World:
    """The stub desk on the loop, calibrated; a sure case is at 0.96."""
    wider = Wider(threshold=HandSetThreshold(min_confidence=AFTERWARDS), veto_minutes=WINDOW_S / 60)
    given: dict[str, Any] = {
        "phase": Phase.ON_THE_LOOP,
        "min_confidence": AT_ONCE,
        "on_the_loop": wider,
        "executions_per_hour": 500,
        **limits,
    }
    return with_history(stub_world(folder, database_url, **given))


def window_of(world: World, prefix: str = "L") -> Case:
    """A new case that waits in its veto window."""
    submit(world, 1, prefix)
    return world.case(f"{prefix}000000")


def tell(world: World, *cases: CaseId) -> None:
    """Somebody who may decide has the windows of these cases on the screen."""
    world.execute(SeeNotices(case_ids=cases), world.person("ann", Role.OPERATOR))


def lapse(world: World) -> None:
    """Let every open window run out, with a worker at hand."""
    for seconds in (WINDOW_S / 2, WINDOW_S / 2 + 1):
        world.clock.move(seconds=seconds)
        with world.parts.store.begin() as unit:
            unit.housekeeping.heartbeat("worker-1", START, world.clock.now())
            unit.commit()
        world.work()
