"""What runs in the processes that are killed while an agent reasons about tickets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from engine.bootstrap import open_worker
from engine.domain.model_call import ModelRequest
from engine.testing.run_scripts import FunctionModel
from tests.crash.doomed import Doom, DoomedStore, Fate, Place, open_place
from tests.scenario.stub.running import reasoners


def asked_file(place: Place) -> Path:
    """A line for each question that left a process."""
    return place.folder / "asked.txt"


def drain(place: Place, doom: Doom) -> None:
    """A worker whose agent reasons about new tickets, in threads, until nothing is due."""

    def answer(request: ModelRequest, cancelled: Callable[[], bool]) -> str:
        with asked_file(place).open("a") as file:
            file.write("asked\n")
        return "well"

    fate = Fate(doom)
    parts = open_place(place)
    store = DoomedStore(parts.database, parts.ids)
    store.reach = fate.reach
    made = reasoners(FunctionModel(function=answer))
    parts = replace(parts, store=store, reasoners=made)
    opened = open_worker(parts=parts, reach=fate.reach)
    opened.worker.drain()
    opened.close()
