"""The command line `countersign`: one module a group of commands, heavy imports inside them."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from engine.cli.app import app
from engine.cli.logs import log, way_of, where_of
from engine.cli.output import CHECK_FAILED, exit_code_of, report_error, warn
from engine.errors import EngineError

__all__ = ["app", "main"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code: 0 good, 1 a check failed, 2 bad usage."""
    try:
        app(args=list(arguments) if arguments is not None else None, prog_name="countersign")
    except EngineError as error:
        report_error(error)
        sys.exit(exit_code_of(error))
    except BrokenPipeError:  # whoever read the output has gone
        sys.stderr.close()
        sys.exit(1)
    except Exception as error:  # its message may repeat a row, so only its type and place are said
        warn(f"countersign: something unexpected went wrong: {where_of(error)} [INTERNAL]")
        log.debug("the way there:\n%s", way_of(error))
        sys.exit(CHECK_FAILED)
