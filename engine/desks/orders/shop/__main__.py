"""`python -m engine.desks.orders.shop`: serves the shop until it is told to stop.

The first line on standard output is the port it answers on; the log goes to standard error.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
import sys
from pathlib import Path
from threading import Thread
from types import FrameType

import uvicorn

from engine.desks.orders.shop.access import Door, read_key
from engine.desks.orders.shop.app import create_app
from engine.desks.orders.shop.booking import Windows
from engine.desks.orders.shop.clocks import FileClock, WallClock
from engine.desks.orders.shop.database import open_database
from engine.desks.orders.shop.operations import Shop
from engine.desks.orders.shop.refusals import Refused
from engine.errors import ConfigError
from engine.settings import read_settings

FAILED = 1
BAD_USAGE = 2
STOPS_IN_S = 5


def main() -> int:
    """Serve; gives the exit code."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="shop %(message)s")
    options = _options().parse_args()
    clock = FileClock(options.clock_file) if options.clock_file else WallClock()
    try:
        key = read_key(options.key_file)
        database = open_database(options.database or _database_of_settings())
        database.prepare()
        listener = _listen(options.host, options.port, is_kept=options.supervised)
    except (ConfigError, Refused) as error:
        sys.stderr.write(f"{error}\n")
        return BAD_USAGE if isinstance(error, ConfigError) else FAILED
    windows = Windows(
        payment_settles_s=options.payment_settles_s, refund_settles_s=options.refund_settles_s
    )
    app = create_app(Shop(database, clock, windows), Door(key, clock))
    config = uvicorn.Config(
        app,
        log_level=logging.WARNING,
        access_log=False,  # paths name orders and keys
        server_header=False,
        timeout_graceful_shutdown=STOPS_IN_S,
    )
    server = uvicorn.Server(config)
    _stop_cleanly(server)
    if options.supervised:
        _stop_with_input()
    port = listener.getsockname()[1]  # alone on its line for a program that asked for any port
    said = f"The shop answers on {options.host}:{port}." if options.supervised else str(port)
    sys.stdout.write(f"{said}\n")
    sys.stdout.flush()
    server.run(sockets=[listener])
    database.close()
    return 0


def _database_of_settings() -> str:
    try:
        return read_settings().shop_database_url
    except ValueError as error:
        raise ConfigError(str(error)) from None


def _stop_cleanly(server: uvicorn.Server) -> None:
    """Hear signals before the server does, and again when it passes them on after its end."""

    def stop(number: int, frame: FrameType | None) -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def _stop_with_input() -> None:
    """Send oneself SIGTERM when the input ends: whoever started this process has gone."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=watch, daemon=True).start()


def _listen(host: str, port: int, *, is_kept: bool = False) -> socket.socket:
    """Listen; on a port that is kept by whoever supervises, beside the socket that keeps it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named: asyncio sends at once (TCP_NODELAY) only where it is, else 40 ms later.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if is_kept and hasattr(socket, "SO_REUSEPORT"):
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise ConfigError(
            f"The shop cannot listen on {host} port {port}: {error.strerror}. "
            "Where another program holds it, end that one or choose another with --port."
        ) from None
    listener.listen(128)
    return listener


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="engine.desks.orders.shop", description=__doc__)
    windows = Windows()
    parser.add_argument(
        "--database",
        help="sqlite:///path or postgresql://…; by default that of COUNTERSIGN_SHOP_DATABASE_URL, "
        "where a password belongs: this machine's other users can read command lines",
    )
    parser.add_argument("--key-file", required=True, type=Path, help="readable by its owner alone")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--clock-file", type=Path, help="take the time from this file (ISO 8601), not the machine"
    )
    parser.add_argument("--supervised", action="store_true", help="end when the input ends")
    parser.add_argument("--payment-settles-s", type=int, default=windows.payment_settles_s)
    parser.add_argument("--refund-settles-s", type=int, default=windows.refund_settles_s)
    return parser


if __name__ == "__main__":
    sys.exit(main())
