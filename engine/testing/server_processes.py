"""Servers as processes of their own: the shop, and the faulty proxy before it.

Each says its port on the first line of its output. Nothing here knows what they serve.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from engine.errors import EngineError

STOPS_IN_S = 30.0


class ServerProcess:
    """A started server on this machine."""

    def __init__(self, module: str, arguments: Sequence[str], *, log: Path) -> None:
        """Start it and wait for its port.

        Args:
            module: Run with `python -m`.
            arguments: Its command line.
            log: Where its standard error goes.

        Raises:
            EngineError: It ended instead.
        """
        self._name = module
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,  # Ctrl-C is the caller's; it stops its servers itself
            )
        assert self._process.stdout
        port = self._process.stdout.readline().strip()
        if not port.isdigit():
            self.kill()
            raise EngineError(f"{module} did not start; {log.name} says why.")
        self.port = int(port)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Let it end.

        Raises:
            EngineError: It ended badly or not at all.
        """
        self._process.terminate()
        try:
            self._process.communicate(timeout=STOPS_IN_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise EngineError(f"{self._name} did not stop within {STOPS_IN_S:g} s.") from None
        if self._process.returncode:
            raise EngineError(f"{self._name} ended with {self._process.returncode}.")

    def kill(self) -> None:
        """End it now, where it still runs, and take back its pipes."""
        self._process.kill()
        self._process.communicate()

    def __enter__(self) -> Self:
        """It runs already."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave nothing behind."""
        if self._process.poll() is None:
            self.stop() if kind is None else self.kill()


def start_shop(database_url: str, key_file: Path, *more: str, log: Path) -> ServerProcess:
    """The shop on a free port.

    Args:
        database_url: Of its own database.
        key_file: Readable by its owner alone.
        more: Further words of its command line.
        log: Where its messages go.
    """
    given = ("--database", database_url, "--key-file", str(key_file), *more)
    return ServerProcess("engine.desks.orders.shop", given, log=log)


def start_proxy(
    target: str, seed: int, book: Path, *, rates: Path | None = None, log: Path, port: int = 0
) -> ServerProcess:
    """A faulty proxy on a free port.

    Args:
        target: What it stands in front of.
        seed: Of its draws.
        book: Where it writes what it did.
        rates: How much of what; by default 1 in 40 of each fault.
        log: Where its messages go.
        port: 0 picks a free one.
    """
    given = ["--target", target, "--seed", str(seed), "--book", str(book), "--port", str(port)]
    return ServerProcess(
        "engine.testing.faulty_proxy",
        [*given, *(("--rates", str(rates)) if rates else ())],
        log=log,
    )
