"""Servers: the systems of record that ship with desks, started beside whatever needs them."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from time import monotonic, sleep
from typing import TYPE_CHECKING

from engine.cli.supervise import Part
from engine.errors import ConfigError

if TYPE_CHECKING:
    from engine.desk import Desk, ShippedServer

HOST = "127.0.0.1"
"""What ships with a desk is for this machine alone."""
STOP_S = 8.0
START_S = 15.0


def with_ports(desks: Iterable[Desk]) -> dict[ShippedServer, int]:
    """The servers of some desks, each with a free port."""
    return {desk.server: _free_port() for desk in desks if desk.server is not None}


def parts_of_servers(servers: Mapping[ShippedServer, int]) -> list[Part]:
    """The servers as parts of the product."""
    return [
        Part(name=server.name, command=_command(server, port), stop_s=STOP_S)
        for server, port in servers.items()
    ]


def settings_of_servers(servers: Mapping[ShippedServer, int]) -> dict[str, str]:
    """The settings that tell everybody else where the servers answer."""
    return {server.setting: f"http://{HOST}:{port}" for server, port in servers.items()}


@contextmanager
def beside(servers: Mapping[ShippedServer, int]) -> Iterator[None]:
    """Run servers while something else does.

    Raises:
        ConfigError: One does not start.
    """
    with ExitStack() as running:
        for server, port in servers.items():
            running.enter_context(_running(server, port))
        yield


@contextmanager
def _running(server: ShippedServer, port: int) -> Iterator[None]:
    process = subprocess.Popen(
        _command(server, port),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C reaches the one that runs it, which stops it last
    )
    try:
        _wait_for(process, server, port)
        yield
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(process: subprocess.Popen[bytes], server: ShippedServer, port: int) -> None:
    until = monotonic() + START_S
    while monotonic() < until and process.poll() is None:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            sleep(0.05)
        else:
            return
    raise ConfigError(f"The {server.name} that ships with its desk does not start; see above.")


def _command(server: ShippedServer, port: int) -> tuple[str, ...]:
    return (*server.command, "--host", HOST, "--port", str(port), "--supervised")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
