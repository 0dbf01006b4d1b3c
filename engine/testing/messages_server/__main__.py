"""`python -m engine.testing.messages_server --script FILE|MODULE:NAME [--log FILE] [--port N]`.

The first line on standard output is the port; it serves until its input ends or SIGTERM comes. A
file has one JSON reply a line; a name is that of a list of replies or of a function.
"""

from __future__ import annotations

import argparse
import importlib
import json
import signal
import sys
from pathlib import Path
from threading import Event, Thread

from engine.errors import ConfigError
from engine.testing.messages_server.answering import ServerWays
from engine.testing.messages_server.replies import Script, said_of
from engine.testing.messages_server.server import MessagesServer

BAD_USAGE = 2


def main() -> int:
    """Serve; gives the exit code."""
    given = _options().parse_args()
    try:
        script = _script(given.script)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return BAD_USAGE
    stopping = Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it stops it
    ways = ServerWays(key=given.key)
    with MessagesServer(script, ways=ways, log=given.log, port=given.port) as server:
        sys.stdout.write(f"{server.port}\n")
        sys.stdout.flush()
        Thread(target=_wait_for_end, args=(stopping,), daemon=True).start()
        stopping.wait()
    return 0


def _script(named: str) -> Script:
    """The script of a file, or of a name in a module.

    Raises:
        ConfigError: There is none.
    """
    try:
        if not Path(named).is_file():
            module, _, name = named.partition(":")
            found: Script = getattr(importlib.import_module(module), name)
            return found
        lines = Path(named).read_text(encoding="utf-8").splitlines()
        return [said_of(json.loads(line)) for line in lines if line.strip()]
    except (AttributeError, ImportError, KeyError, OSError, TypeError, ValueError) as error:
        why = f"{type(error).__name__}: {error}"
    raise ConfigError(f"There is no script in {named}: {why}")


def _wait_for_end(stopping: Event) -> None:
    sys.stdin.read()
    stopping.set()


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="engine.testing.messages_server", description=__doc__)
    parser.add_argument("--script", required=True, help="file of JSON lines, or module:name")
    parser.add_argument("--log", type=Path, help="JSON lines, one a request")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--key", default="", help="the one key it takes; any without it")
    return parser


if __name__ == "__main__":
    sys.exit(main())
