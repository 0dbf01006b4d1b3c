"""Process: how a part of the product hears that it should stop, and that it is the only one."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from types import FrameType, ModuleType

from engine.errors import ConfigError


def stop_on_signals() -> Event:
    """An event that SIGINT and SIGTERM set; a second signal ends the process at once."""
    stopping = Event()

    def stop(number: int, frame: FrameType | None) -> None:
        if stopping.is_set():
            raise SystemExit(128 + number)
        stopping.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    return stopping


def stop_with_parent() -> None:
    """Send oneself SIGTERM when the input ends: whoever started this process has gone."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=watch, daemon=True).start()


@contextmanager
def only_worker(file: Path, wait_s: float = 0.0) -> Iterator[None]:
    """Hold the lock of an SQLite file's only worker; it is freed however the process ends.

    Args:
        file: The lock file, beside the database.
        wait_s: How long to wait for one that is just ending.

    Raises:
        ConfigError: Another process holds it, or it cannot be made.
    """
    taken = (
        "Another worker runs on this SQLite file. It lets one process write at a "
        "time, so a second worker only waits for the first; use PostgreSQL for more."
    )
    with _locked(file, taken, wait_s):
        yield


@contextmanager
def only_product(file: Path) -> Iterator[None]:
    """Hold the lock of the only `up` on an SQLite file; it is freed however the process ends.

    Args:
        file: The lock file, beside the database; its folder is made.

    Raises:
        ConfigError: Another process holds it, or it cannot be made.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"The folder {file.parent} cannot be made: {error.strerror}") from None
    taken = (
        f"Another `up` runs on this data ({file.with_suffix('')}). Open that one, or stop it "
        "first. A second product needs a COUNTERSIGN_DATA_DIR and a --port of its own."
    )
    with _locked(file, taken, 0.0):
        yield


@contextmanager
def _locked(file: Path, taken: str, wait_s: float) -> Iterator[None]:
    try:
        import fcntl
    except ImportError:  # a system without it: the database's own lock still holds
        yield
        return
    try:
        handle = file.open("a")
    except OSError as error:
        raise ConfigError(f"The lock {file} cannot be made: {error.strerror}") from None
    with handle:
        until = monotonic() + wait_s
        while not _is_locked(fcntl, handle.fileno()):
            if monotonic() >= until:
                raise ConfigError(taken)
            sleep(0.1)
        yield


def _is_locked(fcntl: ModuleType, descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
