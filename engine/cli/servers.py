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
from engine.settings import Settings, child_environment

if TYPE_CHECKING:
    from engine.desk import Desk, ShippedServer

HOST = "127.0.0.1"
"""What ships with a desk is for this machine alone."""
STOP_S = 8.0
START_S = 15.0


def servers_of(desks: Iterable[Desk]) -> tuple[ShippedServer, ...]:
    """The servers that have to run for some desks."""
    return tuple(desk.server for desk in desks if desk.server is not None)


@contextmanager
def kept_ports(servers: Iterable[ShippedServer]) -> Iterator[dict[ShippedServer, int]]:
    """Keep a free port for each server, also while it starts anew.

    Everybody else knows the port, and sends credentials there: no other program may get it. What
    keeps it does not listen, so while a server is down its callers are refused at once.
    """
    with ExitStack() as kept:
        yield {server: _keep_port(kept) for server in servers}


def parts_of_servers(servers: Mapping[ShippedServer, int]) -> list[Part]:
    """The servers as parts of the product, which goes on without them."""
    return [
        Part(name=server.name, command=_command(server, port), stop_s=STOP_S, is_vital=False)
        for server, port in servers.items()
    ]


def settings_of_servers(servers: Mapping[ShippedServer, int]) -> dict[str, str]:
    """The settings that tell everybody else where the servers answer."""
    return {server.setting: f"http://{HOST}:{port}" for server, port in servers.items()}


@contextmanager
def beside(servers: Mapping[ShippedServer, int], settings: Settings) -> Iterator[None]:
    """Run servers, which read the settings from their environment, while something else does.

    Raises:
        ConfigError: One does not start.
    """
    with ExitStack() as running:
        for server, port in servers.items():
            running.enter_context(_running(server, port, child_environment(settings)))
        yield


@contextmanager
def _running(server: ShippedServer, port: int, environment: Mapping[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        _command(server, port),
        env=dict(environment),
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


def _keep_port(kept: ExitStack) -> int:
    held = socket.socket()
    kept.enter_context(held)
    may_share = hasattr(socket, "SO_REUSEPORT")
    if may_share:  # with sockets of the same user that ask for it too, as a shipped server does
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    held.bind((HOST, 0))
    port: int = held.getsockname()[1]
    if not may_share:
        held.close()
    return port
