"""What runs in the processes that crash tests kill: the product's own parts over the stub desk.

Each function is one process, forked from a server that has everything imported. Real clock, real
identifiers, real files; the only thing added is where the process ends, by SIGKILL to itself.
"""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from threading import Event
from typing import Any

from engine.act.crash_points import CrashPoint, RunPoint
from engine.adapters import keys
from engine.bootstrap import OpenWorker, Parts, engine_of, open_parts, open_worker
from engine.domain.actor import Person
from engine.domain.budget import Period
from engine.domain.phase import Phase
from engine.errors import ToolError, ToolUnavailable
from engine.govern.limits import Budget
from engine.service.requests import Request
from engine.settings import Settings
from engine.store.seal_file import OpenSealFile, SealFile
from engine.store.seals import seal_now
from engine.store.store import SqlStore
from engine.store.unit_of_work import SqlUnitOfWork
from engine.testing.stub_credit import GrantCredit
from engine.testing.stub_desk import DESK
from engine.testing.stub_plan import plan_desk, plan_envelope
from engine.testing.stub_plan_tools import NOTE, Act
from engine.testing.ticket_book import TicketBook

TIMEOUT_S = 0.5
"""Of the tool: so long an intent without an answer is left alone."""
TAKE_BACK_S = 0.02
MIN_CONFIDENCE = 0.7
REFUSED = "F"
"""Tickets on which the third step of a plan is refused."""


class StorePoint(StrEnum):
    """Instants of every write transaction, whatever it is about."""

    BEFORE_COMMIT = "before_commit"
    """Everything is written, nothing is committed."""
    AFTER_COMMIT = "after_commit"
    """It is durable; the code that asked for it does not know."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Doom:
    """Where a process ends; by default it lives."""

    point: CrashPoint | RunPoint | StorePoint | None = None
    visit: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where an installation lies."""

    folder: Path
    url: str

    @property
    def tickets(self) -> Path:
        """The outside system's file."""
        return self.folder / "tickets.db"

    @property
    def counts(self) -> Path:
        """Where a worker that lived says how often it came by each point."""
        return self.folder / "counts.txt"


Rows = Iterable[tuple[int, dict[str, str]]]


class Fate:
    """Counts the visits of points and ends the process at the one that was chosen."""

    def __init__(self, doom: Doom) -> None:
        self._doom = doom
        self.visits: dict[str, int] = {}

    def reach(self, point: CrashPoint | RunPoint | StorePoint) -> None:
        self.visits[point] = self.visits.get(point, 0) + 1
        if point == self._doom.point and self.visits[point] == self._doom.visit:
            die()


def die() -> None:
    """End this process as the machine would: nothing is flushed, closed or said."""
    os.kill(os.getpid(), signal.SIGKILL)
    signal.pause()


class DoomedUnit(SqlUnitOfWork):
    """A write transaction that says when it is about to commit, and when it has."""

    reach: Callable[[StorePoint], None]

    def commit(self) -> None:
        self.reach(StorePoint.BEFORE_COMMIT)
        super().commit()
        self.reach(StorePoint.AFTER_COMMIT)


class DoomedStore(SqlStore):
    """The store, with such transactions."""

    reach: Callable[[StorePoint], None]

    def begin(self, *, is_lasting: bool = True) -> DoomedUnit:
        unit = DoomedUnit(self.database, self._ids, is_lasting=is_lasting)
        unit.reach = self.reach
        return unit


def open_place(
    place: Place,
    before_call: Callable[[str], None] = lambda key: None,
    take_back_s: float = TAKE_BACK_S,
) -> Parts:
    """The parts of an installation with the stub desk in a BOUNDED cell."""
    budgets = (Budget(per=Period.HOUR, executions=1_000_000),)
    desk = plan_desk(
        place.tickets,
        envelope=plan_envelope(phase=Phase.BOUNDED, min_confidence=MIN_CONFIDENCE, budgets=budgets),
        around=refuse_notes,
        before_call=before_call,
        timeout_s=TIMEOUT_S,
    )
    credit = GrantCredit(TicketBook(place.tickets))
    desk = replace(desk, effect_tools=(*desk.effect_tools, credit))
    settings = Settings(data_dir=place.folder, database_url=place.url, take_back_s=take_back_s)
    return open_parts(settings, desks={DESK: desk})


def refuse_notes(tool: str, arguments: Mapping[str, Any], act: Act) -> None:
    """The outside system takes no notes on some tickets."""
    if tool == NOTE.name and arguments["number"].startswith(REFUSED):
        raise ToolError("no notes on this ticket")
    act()


def _doomed(parts: Parts, fate: Fate) -> Parts:
    store = DoomedStore(parts.database, parts.ids)
    store.reach = fate.reach
    return replace(parts, store=store)


# ---------------------------------------------------------------------------- processes


def work(place: Place, doom: Doom = Doom(), name: str = "worker-1") -> None:
    """A worker: runs until SIGTERM, or until who started it is gone."""
    stopping, parent = Event(), os.getppid()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    with _worker(place, doom, name) as opened:
        opened.worker.run(lambda: stopping.is_set() or os.getppid() != parent)


def drain(
    place: Place, doom: Doom = Doom(), name: str = "worker-1", is_target_away: bool = False
) -> None:
    """A worker that finishes what is due, seals and leaves.

    Args:
        place: The installation.
        doom: Where it dies.
        name: The worker's.
        is_target_away: Every call of the tool finds the outside system out of reach.
    """

    def refuse(key: str) -> None:
        if is_target_away:
            raise ToolUnavailable("no connection")

    with _worker(place, doom, name, refuse) as opened:
        opened.worker.drain()


@contextmanager
def _worker(
    place: Place, doom: Doom, name: str, before_call: Callable[[str], None] = lambda key: None
) -> Iterator[OpenWorker]:
    fate = Fate(doom)
    parts = _doomed(open_place(place, before_call), fate)
    opened = open_worker(name=name, parts=parts, reach=fate.reach)
    yield opened
    opened.close()
    place.counts.write_text(repr(fate.visits))


def submit(place: Place, rows: Rows, doom: Doom = Doom()) -> None:
    """The process of `countersign submit`."""
    parts = _doomed(open_place(place), Fate(doom))
    engine_of(parts).submit(DESK, rows, submitted_by="a file")


def ask(
    place: Place,
    request: Request,
    person: Person,
    doom: Doom = Doom(),
    take_back_s: float = TAKE_BACK_S,
) -> None:
    """The console's process, asked for one thing."""
    parts = _doomed(open_place(place, take_back_s=take_back_s), Fate(doom))
    engine_of(parts).execute(request, person)


def seal(place: Place, bytes_of_line: int) -> None:
    """A sealing that dies once its seal is committed and so much of its line is in the file."""
    parts = open_place(place)
    key = parts.key(keys.SEAL) or b""
    file = CutSealFile(parts.seal_file.path, bytes_of_line)
    seal_now(parts.database, key, file, parts.clock.now())


def set_up(place: Place, bytes_of_file: int) -> None:
    """The keys of a first `migrate`, which dies in the middle of writing the first of them."""
    parts = open_place(place)
    _write_no_file_past(bytes_of_file)
    parts.keys.make_missing()


class CutSealFile(SealFile):
    """The seal file, in a process that dies so many bytes into the next line."""

    def __init__(self, path: Path, more: int) -> None:
        super().__init__(path)
        self._more = more

    @contextmanager
    def locked(self) -> Iterator[OpenSealFile]:
        with super().locked() as opened:
            yield _CutOpenFile(opened, self._more)


class _CutOpenFile(OpenSealFile):
    def __init__(self, opened: OpenSealFile, more: int) -> None:
        super().__init__(opened._descriptor, opened._path)
        self._more = more

    def append(self, texts: Iterable[str]) -> None:
        lines = list(texts)
        if lines:
            _write_no_file_past(self.size + self._more)
        super().append(lines)


def _write_no_file_past(size: int) -> None:
    """From now on the kernel ends this process when it writes a file beyond so many bytes."""
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
