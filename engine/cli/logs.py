"""Logs of a command: what went wrong without a single value of what it was done to.

The message of a foreign error may repeat a row (a database does), so it is never written: only
its type and where it was raised, and the way there once `--debug` asks for it.
"""

from __future__ import annotations

import logging
import traceback
from pathlib import Path
from types import TracebackType

log = logging.getLogger("countersign")

_ROOT = Path(__file__).resolve().parents[2]

ErrorInLog = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


class NoValues(logging.Formatter):
    """One line a record; an error by type and place, its way through the code when debugging."""

    def formatException(self, ei: ErrorInLog) -> str:  # noqa: N802 - the library's name
        """The error of a record, without its message."""
        error = ei[1]
        if error is None:
            return ""
        way = way_of(error) if log.isEnabledFor(logging.DEBUG) else ""
        return f"  {where_of(error)}" + (f"\n{way}" if way else "")


def log_to_stderr(level: int) -> None:
    """Write the log to the error output; the first call decides.

    Args:
        level: Of the product's own log; of libraries only warnings, as their details hold rows.
    """
    root = logging.getLogger()
    if root.handlers:
        return
    handler = logging.StreamHandler()
    handler.setFormatter(NoValues("%(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    log.setLevel(level)


def where_of(error: BaseException) -> str:
    """Type of an error and the last place in the product that it passed."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(_ROOT / "engine")]
    for frame in reversed(own or frames):
        place = _shown(frame.filename)
        return f"{type(error).__name__} at {place}:{frame.lineno} in {frame.name}"
    return type(error).__name__


def way_of(error: BaseException) -> str:
    """The way of an error through the code, file by file, with no message and no value."""
    frames = traceback.extract_tb(error.__traceback__)
    return "\n".join(
        f"    {_shown(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames
    )


def _shown(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(_ROOT)) if path.is_relative_to(_ROOT) else path.name
