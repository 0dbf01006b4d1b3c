"""What runs in the processes that are killed while a model reasons about tickets."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from engine.bootstrap import open_worker
from engine.domain.model_call import ModelRequest
from engine.testing.run_scripts import FunctionModel
from tests.crash.doomed import Place, die, open_place
from tests.scenario.stub.boundaries import Boundaries, Boundary, both_ways


def asked_file(place: Place) -> Path:
    """A line for each question that left a process."""
    return place.folder / "asked.txt"


def seen_file(place: Place) -> Path:
    """A line for each boundary at which a process came by first, and ended."""
    return place.folder / "seen.txt"


def drain(place: Place, source_id: str) -> None:
    """A worker whose runs go on in threads, until nothing is due or a boundary is new.

    Args:
        place: The installation.
        source_id: The case whose boundaries they are.
    """

    def answer(request: ModelRequest, cancelled: Callable[[], bool]) -> str:
        with asked_file(place).open("a") as file:
            file.write("asked\n")
        return "well"

    def is_new(there: Boundary) -> bool:
        line = json.dumps(asdict(there)) + "\n"
        with seen_file(place).open("a+") as file:
            file.seek(0)
            if line in file:
                return False
            file.write(line)
        return True

    parts = open_place(place)
    fate = Boundaries(parts.database, source_id, is_new=is_new, end=die)
    made = both_ways(FunctionModel(function=answer))
    opened = open_worker(parts=replace(parts, reasoners=made), reach=fate.reach)
    opened.worker.drain()
    opened.close()
