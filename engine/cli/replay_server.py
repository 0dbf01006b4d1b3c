"""`python -m engine.cli.replay_server`: answers simulations of a web process, one JSON line each.

No command of people: the web process starts it at the first question. It ends with its input, or
when nobody has asked for some minutes.
"""

from __future__ import annotations

import logging
import sys
from datetime import timedelta

from engine.adapters.json_lines import JsonLines
from engine.adapters.replay_process import serve
from engine.bootstrap import simulating_of
from engine.cli.logs import log_to_stderr
from engine.cli.opening import opened_parts
from engine.cli.output import exit_code_of, report_error
from engine.errors import EngineError

FRESH_FOR = timedelta(seconds=60)
"""For so long a history is used as it was read: a person who drags a threshold asks often."""


def main() -> None:
    """Answer until nobody asks any more."""
    log_to_stderr(logging.WARNING)
    try:
        simulating = simulating_of(opened_parts(), fresh_for=FRESH_FOR)
    except EngineError as error:
        report_error(error)
        sys.exit(exit_code_of(error))
    serve(JsonLines(sys.stdin.fileno(), sys.stdout.fileno()), simulating)


if __name__ == "__main__":
    main()
