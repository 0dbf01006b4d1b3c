"""The drill's installation: engine, shop and faulty proxy, each with files of its own in a folder.

The proxy and the shop are processes of their own, and so is every worker; the process that asks
never calls a tool.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing import get_context, parent_process
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from threading import Event

from engine.adapters.system import SystemClock, SystemIds
from engine.bench.faults_desk import Waits, drill_desk
from engine.bench.faults_world import (
    UNSURE,
    DrillCase,
    drill_cases,
    first_of,
    play_orders,
    play_world,
)
from engine.bootstrap import Parts, engine_of, open_parts, open_worker, prepare
from engine.desks.orders.words import DESK, SYSTEM, Resolution
from engine.domain.canonical import Json
from engine.errors import EngineError
from engine.service.local import LocalEngine
from engine.settings import Settings
from engine.testing.faulty_proxy.faults import Rates
from engine.testing.server_processes import ServerProcess, start_proxy, start_shop
from engine.testing.shop_caller import ShopCaller

RIGHT, WRONG = 40, 20
"""Of the labelled history: so many sure ones were right, so many unsure ones wrong."""
WARM_S = 120.0


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultPlace:
    """Where an installation of the drill lies, for the processes that open it."""

    folder: Path
    database_url: str
    """Of the engine."""
    waits: Waits = field(default_factory=Waits)

    @property
    def shop_file(self) -> Path:
        """The shop's database."""
        return self.folder / "shop.db"

    @property
    def proxy_book(self) -> Path:
        """What the proxy did."""
        return self.folder / "proxy.jsonl"

    @property
    def log(self) -> Path:
        """What servers say that fail."""
        return self.folder / "servers.log"


def open_fault_parts(place: FaultPlace, shop_url: str) -> Parts:
    """The engine's parts with the drill's desk, on the wall clock."""
    settings = Settings(data_dir=place.folder, database_url=place.database_url, take_back_s=0.0)
    desk = drill_desk(shop_url, SystemClock(), place.waits)
    return open_parts(settings, desks={DESK: desk})


def work(place: FaultPlace, shop_url: str, name: str) -> None:
    """A worker process: runs until SIGTERM, or until who started it is gone."""
    stopping, parent = Event(), parent_process()
    assert parent is not None
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    opened = open_worker(name=name, parts=open_fault_parts(place, shop_url))
    opened.worker.run(lambda: stopping.is_set() or not parent.is_alive())
    opened.close()


def drain(place: FaultPlace, shop_url: str, name: str) -> None:
    """A worker process that finishes what is due, seals and leaves."""
    opened = open_worker(name=name, parts=open_fault_parts(place, shop_url))
    opened.worker.drain()
    opened.close()


def fork_server() -> ForkServerContext:
    """Starts processes that have everything imported: a restart costs a fork, not seconds."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["engine.bench.faults_site", "httpx2", "apscheduler"])
    return context


@dataclass
class FaultSite:
    """A running installation; `open_site` makes one."""

    place: FaultPlace
    processes: ForkServerContext
    parts: Parts
    """Of the asking process: its desk is never called."""
    engine: LocalEngine
    shop: ServerProcess
    proxy: ServerProcess
    caller: ShopCaller
    """Straight to the shop."""
    submitted: list[DrillCase] = field(default_factory=list)

    def start_worker(self, name: str) -> ForkServerProcess:
        """Begin a worker whose calls go through the proxy."""
        return self._start(work, self.proxy.url, name)

    def warm_up(self) -> None:
        """Labelled history, without faults, so that the desk's confidence is calibrated.

        Raises:
            EngineError: A worker does not come to its end.
        """
        at = self.parts.clock.now() - timedelta(hours=1)
        right = drill_cases("HR", RIGHT, at)
        wrong = drill_cases("HW", WRONG, at, UNSURE)
        self.submit([*right, *wrong])
        self._drain()
        labels = [
            *(case.labelled(first_of(case)) for case in right),
            *(case.labelled(_another(case)) for case in wrong),
        ]
        self.engine.submit(DESK, list(enumerate(labels, start=2)), submitted_by="bench")
        self._drain()

    def submit(self, cases: Sequence[DrillCase]) -> None:
        """Let the orders be there, then take the cases in."""
        play_orders(self.play, cases)
        rows = [(number, case.row) for number, case in enumerate(cases, start=2)]
        counted = self.engine.submit(DESK, rows, submitted_by="bench")
        if counted.accepted != len(cases):
            raise EngineError(f"{counted.accepted} of {len(cases)} cases were taken in.")
        self.submitted += cases

    def play(self, steps: Sequence[Json]) -> None:
        """Let something happen in the shop."""
        self.caller.do("world.play", steps=list(steps))

    def _drain(self) -> None:
        worker = self._start(drain, self.shop.url, "worker-1")
        worker.join(WARM_S)
        if worker.exitcode != 0:
            worker.kill()
            raise EngineError(f"The worker that warms up ended with {worker.exitcode}.")

    def _start(self, what: object, *arguments: str) -> ForkServerProcess:
        process = self.processes.Process(target=what, args=(self.place, *arguments))  # type: ignore[arg-type]  # both take these
        process.start()
        return process


@contextmanager
def open_site(
    place: FaultPlace, seed: int, rates: Rates, processes: ForkServerContext | None = None
) -> Iterator[FaultSite]:
    """Set up engine, shop and proxy in an empty folder, and take them down.

    Args:
        place: Where.
        seed: Of the proxy's draws.
        rates: How much of what it does.
        processes: Starts the workers; one is made by default.
    """
    parts = open_fault_parts(place, "http://127.0.0.1:9")
    prepare(parts)
    key_name = f"{SYSTEM}.key"
    key = parts.key(key_name)
    assert key is not None
    rates_file = place.folder / "rates.json"
    rates_file.write_text(json.dumps(rates.to_json()))
    url = f"sqlite:///{place.shop_file}"
    with (
        start_shop(url, parts.keys.path / key_name, log=place.log) as shop,
        start_proxy(shop.url, seed, place.proxy_book, rates=rates_file, log=place.log) as proxy,
    ):
        caller = ShopCaller(shop.url, key, clock=SystemClock(), ids=SystemIds())
        site = FaultSite(
            place=place,
            processes=processes or fork_server(),
            parts=parts,
            engine=engine_of(parts),
            shop=shop,
            proxy=proxy,
            caller=caller,
        )
        try:
            play_world(site.play, parts.clock.now())
            yield site
        finally:
            caller.close()
            parts.database.close()


def _another(case: DrillCase) -> Resolution:
    return next(one for one in Resolution if one is not first_of(case))
