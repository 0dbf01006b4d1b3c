"""The stub desk on the loop as a running product: web process, worker, SQLite, one movable clock.

    python -m tests.browser.loop_product web FOLDER PORT
    python -m tests.browser.loop_product work FOLDER

Tests start both; an engine of their own on the same database looks inside and is somebody else.
The clock of all three is the machine's plus what a test lets pass, which it writes into a file:
windows are as long as people need, and nobody waits for them to lapse.
"""

import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event
from typing import IO, TYPE_CHECKING

from console.session import COOKIE
from engine.adapters.system import SystemClock
from engine.bootstrap import Parts, engine_of, open_parts, open_worker, prepare
from engine.bootstrap.engines import people_of
from engine.domain.actor import Person, Role
from engine.domain.case import Case
from engine.domain.case_status import CaseStatus
from engine.domain.phase import Phase
from engine.govern.envelope import EnvelopeDocument
from engine.govern.limits import HandSetThreshold, Wider
from engine.service.engine import Session
from engine.service.requests import AddPerson
from engine.settings import Settings
from engine.testing.stub_desk import DESK, stub_desk, stub_envelope, ticket_rows

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a long enough password"
VETO_S = 90.0
"""Long enough for a browser on a busy machine to be told in its first half."""
STEP_S = 30.0
"""After a minute without a sign of life of the worker its windows lapse into nothing."""
TAKE_BACK_S = 1.0
PATIENCE_S = 120.0
HISTORY = 40
"""Labels after which confidences count as calibrated, and some more."""
SURE = "0.9"


class MovableClock:
    """The machine's time, ahead by the seconds that stand in the folder's file."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "ahead"
        self._wall = SystemClock()

    def now(self) -> datetime:
        """Aware UTC."""
        return self._wall.now() + timedelta(seconds=self._ahead_s())

    def move(self, seconds: float) -> None:
        """Let time pass at once, in every process; it never goes back."""
        begun = self._file.with_suffix(".begun")
        begun.write_text(str(self._ahead_s() + seconds), "ascii")
        begun.replace(self._file)

    def _ahead_s(self) -> float:
        return float(self._file.read_text("ascii")) if self._file.exists() else 0.0


def loop_envelope(phase: Phase = Phase.ON_THE_LOOP) -> EnvelopeDocument:
    """What is beyond a threshold that nothing reaches waits out a veto window."""
    wider = Wider(threshold=HandSetThreshold(min_confidence=0.5), veto_minutes=VETO_S / 60)
    return stub_envelope(phase=phase, min_confidence=0.999, on_the_loop=wider, audit_rate=1.0)


def open_loop_parts(folder: Path) -> Parts:
    """The engine on the folder's database and clock."""
    settings = Settings(
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'countersign.db'}",
        take_back_s=TAKE_BACK_S,
    )
    desk = stub_desk(folder / "tickets.db", envelope=loop_envelope())
    return open_parts(settings, clock=MovableClock(folder), desks={DESK: desk})


@dataclass(frozen=True, kw_only=True)
class LoopProduct:
    """A running product with the stub desk, and a second way in."""

    folder: Path
    url: str
    parts: Parts
    processes: tuple["subprocess.Popen[bytes]", ...]

    def sign_in(self, window: "BrowserContext", name: str = "ada") -> Person:
        """Give a browser window somebody's session."""
        session = engine_of(self.parts).sign_in(name, PASSWORD)
        window.add_cookies([{"name": COOKIE, "value": session.token, "url": self.url}])
        return session.person

    def somebody(self, name: str, *roles: Role) -> Person:
        """Another account, made by the first one."""
        engine = engine_of(self.parts)
        request = AddPerson(
            name=name, display_name=name.title(), password=PASSWORD, roles=frozenset(roles)
        )
        engine.execute(request, engine.sign_in("ada", PASSWORD).person)
        return engine.sign_in(name, PASSWORD).person

    def arrive(self, prefix: str, confidence: str = SURE) -> str:
        """A new ticket; gives its number."""
        rows = ticket_rows(
            1, opened_at=self.parts.clock.now(), prefix=prefix, confidence=confidence
        )
        submitted = engine_of(self.parts).submit(DESK, rows, submitted_by="test")
        assert submitted.accepted == 1, submitted
        return rows[0][1]["number"]

    def case(self, number: str) -> Case:
        """A case as it is now."""
        found = engine_of(self.parts).queries.find_case(number)
        assert found, f"no case {number}"
        return self.parts.store.reader.case(found)

    def wait_until(self, number: str, status: CaseStatus) -> Case:
        """Ask until a case stands so."""
        self.wait_for(f"{number} to be {status}", lambda: self.case(number).status is status)
        return self.case(number)

    def let_windows_lapse(self) -> None:
        """Let as much time pass as a veto window is long, with signs of life on the way."""
        clock = MovableClock(self.folder)
        for _ in range(round(VETO_S / STEP_S)):
            clock.move(STEP_S)
            self.wait_for("a sign of life", partial(self._was_seen_after, clock.now()))

    def _was_seen_after(self, at: datetime) -> bool:
        seen_at = engine_of(self.parts).queries.health().worker_seen_at
        return seen_at is not None and seen_at > at

    def wait_for(self, what: str, is_so: Callable[[], bool]) -> None:
        """Ask until it is so.

        Raises:
            AssertionError: It did not come about, or a process has ended.
        """
        deadline = time.monotonic() + PATIENCE_S
        while not is_so():
            ended = [process.args for process in self.processes if process.poll() is not None]
            assert not ended, f"ended: {ended}\n{self.log}"
            assert time.monotonic() < deadline, f"waited in vain for {what}\n{self.log}"
            time.sleep(0.05)

    @property
    def log(self) -> str:
        """What both processes have said."""
        return (self.folder / "log").read_text("utf-8", errors="replace")

    def owner(self, number: str) -> str:
        """Who owns a ticket, as the outside system's own database says."""
        with closing(sqlite3.connect(self.folder / "tickets.db")) as book:
            row = book.execute("SELECT owner FROM ticket WHERE number = ?", (number,)).fetchone()
        return str(row[0])


PartsOf = Callable[[Path], Parts]


@contextmanager
def running_loop(
    folder: Path,
    *,
    parts_of: PartsOf = open_loop_parts,
    module: str = "tests.browser.loop_product",
    before: Callable[[Parts], None] = lambda parts: None,
) -> Iterator[LoopProduct]:
    """Start web process and worker over a calibrated desk; stop them as Ctrl-C does.

    Args:
        folder: Where its data goes.
        parts_of: The engine on that folder.
        module: Which starts the processes over the same engine.
        before: What else has happened before they start.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        parts = parts_of(folder)
        stack.callback(parts.database.close)
        prepare(parts)
        _first_account(parts)
        _calibrate(parts)
        before(parts)
        log = stack.enter_context((folder / "log").open("wb"))
        port = _free_port()
        commands = (("work", str(folder)), ("web", str(folder), str(port)))
        processes = tuple(_start(module, command, log) for command in commands)
        for process in processes:
            stack.callback(_stop, process)
        product = LoopProduct(
            folder=folder, url=f"http://127.0.0.1:{port}", parts=parts, processes=processes
        )
        product.wait_for("the web process", lambda: _answers(port))
        yield product


def _first_account(parts: Parts) -> Session:
    token = people_of(parts).issue_setup()
    return engine_of(parts).set_up(token, "ada", "Ada Ahlgren", PASSWORD)


def _calibrate(parts: Parts) -> None:
    """A history of right recommendations, so that a confidence means something."""
    opened_at = parts.clock.now() - timedelta(minutes=10)
    opened = open_worker(parts=parts)
    for truth in ({}, {"truth": "north"}):  # known only after the recommendations were made
        rows = ticket_rows(HISTORY, opened_at=opened_at, prefix="H", confidence=SURE, **truth)
        engine_of(parts).submit(DESK, rows, submitted_by="test")
        while opened.worker.run_once():
            pass
    opened.seal()
    opened.stop()


def _start(module: str, command: tuple[str, ...], log: IO[bytes]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", module, *command],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
    )


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


# ---------------------------------------------------------------------------- the processes


def serve(folder: Path, port: int, parts_of: PartsOf) -> None:
    """The web process."""
    from console.server import Address, create_app, streamlit_settings

    parts = parts_of(folder)
    app = create_app(lambda: engine_of(parts), now=parts.clock.now)
    app.run(config=streamlit_settings(Address(port=port)))


def work(folder: Path, parts_of: PartsOf) -> None:
    """The worker, until it is told to stop."""
    stopping = Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    opened = open_worker(parts=parts_of(folder))
    opened.worker.run(stopping.is_set)
    opened.close()


def main(parts_of: PartsOf) -> None:
    """Be the process that the command line names."""
    if sys.argv[1] == "web":
        serve(Path(sys.argv[2]), int(sys.argv[3]), parts_of)
    else:
        work(Path(sys.argv[2]), parts_of)


if __name__ == "__main__":
    main(open_loop_parts)
