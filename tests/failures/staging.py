"""Staging: scenes as simulated cases, each with its texts and a sum of the wanted size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any

from engine.simulators.orders.events import Episode, Plan, WorldEvent
from engine.simulators.orders.world import World, draw_world
from engine.testing.world import START
from tests.failures.scenes import Scene

SEED = 61
_PRIORITY = 3


class Staging:
    """One simulated world from which cases are taken, each number once."""

    def __init__(self) -> None:
        self._world: World = draw_world(SEED, START)
        self._numbers = count(1)
        self._is_first = True

    def plan(self, scenes: Iterable[Scene], opened_at: datetime) -> Plan:
        """One case of each scene, in their order."""
        episodes = tuple(self._episode(scene, opened_at) for scene in scenes)
        prologue = self._world.prologue if self._is_first else ()
        self._is_first = False
        return Plan(seed=SEED, start=START, prologue=prologue, episodes=episodes)

    def _episode(self, scene: Scene, opened_at: datetime) -> Episode:
        for number in self._numbers:
            events, row = self._world.staged(number, opened_at, scene.case_type, scene.shown)
            placed = next(one for one in events if _is_order(one, row.order_id))
            if scene.least_minor <= _total(placed) <= scene.most_minor:
                break
        some = self._world.episode(number, opened_at, scene.case_type)
        return replace(
            some,
            events=tuple(_changed(events, row.order_id, scene)),
            row=replace(
                row,
                priority=_PRIORITY,
                due_at=None,
                customer_message=scene.message,
                detector_note=scene.note or row.detector_note,
                carrier_notice=row.carrier_notice if scene.notice is None else scene.notice,
            ),
        )


def _is_order(event: WorldEvent, order_id: str) -> bool:
    return event.call == "place_order" and event.arguments["order_id"] == order_id


def _total(placed: WorldEvent) -> int:
    lines: Any = placed.arguments["lines"]
    return sum(one["quantity"] * one["unit_price_minor"] for one in lines)


def _changed(events: Iterable[WorldEvent], order_id: str, scene: Scene) -> Iterator[WorldEvent]:
    """The events with what the scene writes in them."""
    told = list(events)
    scans = [
        one
        for one in told
        if (one.call, one.arguments.get("order_id")) == ("carrier_scan", order_id)
    ]
    for one in told:
        arguments: dict[str, Any] = dict(one.arguments)
        if scene.notice is not None and scans and one is scans[-1]:
            arguments["notice"] = scene.notice
        if scene.recipient is not None and _is_order(one, order_id):
            arguments["address"] = {**arguments["address"], "recipient": scene.recipient}
        yield replace(one, arguments=arguments)
