"""Bootstrap: puts the parts together. The only place that knows all of them.

What a process does not ask for is not imported: a worker's start needs no engine, an engine's no
worker.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.bootstrap.engines import engine_of, open_engine, people_of, simulating_of
    from engine.bootstrap.parts import Parts, open_clock, open_desks, open_parts, prepare
    from engine.bootstrap.workers import FIRST_WORKER, OpenWorker, open_worker, seal_ledger

__all__ = [
    "FIRST_WORKER",
    "OpenWorker",
    "Parts",
    "engine_of",
    "open_clock",
    "open_desks",
    "open_engine",
    "open_parts",
    "open_worker",
    "people_of",
    "prepare",
    "seal_ledger",
    "simulating_of",
]

_ENGINES = {"engine_of", "open_engine", "people_of", "simulating_of"}
_PARTS = {"Parts", "open_clock", "open_desks", "open_parts", "prepare"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "engines" if name in _ENGINES else "parts" if name in _PARTS else "workers"
    return getattr(import_module(f"{__name__}.{home}"), name)
