"""`python -m console.server`: run the web process. `countersign up` starts it this way."""

from __future__ import annotations

import os
import signal
import sys
from argparse import SUPPRESS, ArgumentParser
from threading import Thread

from console.server import Address, serve


def main() -> None:
    """Read the address from the command line and serve."""
    parser = ArgumentParser(prog="python -m console.server", description="Console and API.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--public-url", default="", help="what people type in front of a proxy")
    parser.add_argument("--body-limit-mb", type=float, default=16.0)
    parser.add_argument("--supervised", action="store_true", help=SUPPRESS)
    options = parser.parse_args()
    if options.supervised:
        Thread(target=_stop_with_parent, daemon=True).start()
    address = Address(host=options.host, port=options.port, public_url=options.public_url)
    serve(address, body_limit=int(options.body_limit_mb * 1_000_000))


def _stop_with_parent() -> None:
    """Stop when the input ends: whoever started this process has gone."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
