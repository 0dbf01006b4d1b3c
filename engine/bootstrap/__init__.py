"""Bootstrap: puts the parts together. The only place that knows all of them."""

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
