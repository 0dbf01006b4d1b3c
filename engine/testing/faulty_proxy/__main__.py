"""`python -m engine.testing.faulty_proxy --target URL --seed N --book FILE [--rates FILE]`.

The first line on standard output is the port; it serves until its input ends or SIGTERM comes.
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from threading import Event, Thread

from engine.errors import ConfigError
from engine.testing.faulty_proxy.faults import Rates, read_rates
from engine.testing.faulty_proxy.server import FaultyProxy, Harm
from engine.testing.faulty_proxy.shop_words import SHOP_WORDS

BAD_USAGE = 2


def main() -> int:
    """Serve; gives the exit code."""
    given = _options().parse_args()
    try:
        rates = read_rates(given.rates) if given.rates else Rates()
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return BAD_USAGE
    harm = Harm(target=given.target, seed=given.seed, rates=rates, vocabularies=SHOP_WORDS)
    stopping = Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the campaign's; it closes the input
    with FaultyProxy(harm, given.book, port=given.port) as proxy:
        sys.stdout.write(f"{proxy.port}\n")
        sys.stdout.flush()
        Thread(target=_wait_for_end, args=(stopping,), daemon=True).start()
        stopping.wait()
    return 0


def _wait_for_end(stopping: Event) -> None:
    sys.stdin.read()
    stopping.set()


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="engine.testing.faulty_proxy", description=__doc__)
    parser.add_argument("--target", required=True, help="http://host:port of the real server")
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--book", required=True, type=Path, help="JSON lines, one a call")
    parser.add_argument("--rates", type=Path, help="JSON; 1 in 40 of each fault without it")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    return parser


if __name__ == "__main__":
    sys.exit(main())
