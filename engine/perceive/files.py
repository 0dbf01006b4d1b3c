"""Files: CSV and JSON lines, plain or gzip, as numbered rows of text fields.

What the columns mean is a desk's; what becomes of a row is the service's.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from engine.errors import IntakeError
from engine.perceive.csv_rows import Row, csv_rows
from engine.perceive.json_rows import json_rows
from engine.perceive.layout import Layout
from engine.perceive.lines import BrokenFile, Line, Problem, open_lines

_CSV = (".csv",)
_JSON = (".jsonl", ".ndjson")
_WIDE = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def read_rows(path: Path, layout: Layout) -> Iterator[Row]:
    """Read a file row by row; memory does not grow with the file.

    Args:
        path: `.csv` or `.jsonl`, with `.gz` behind it or not.
        layout: The columns there may be; an intake format is one.

    Yields:
        Line number (1 is the first line of the file, a header included) and the row, or the
        problem that keeps this line out. A file that breaks off ends with a problem.

    Raises:
        IntakeError: With the first row: the file is not there, empty, not text or of another
            format, or a column is unknown, missing or there twice.
    """
    try:
        stream = path.open("rb")
    except FileNotFoundError:
        raise IntakeError(f"There is no file {path}.", path=str(path)) from None
    except IsADirectoryError:
        raise IntakeError(f"{path} is a folder; give a file.", path=str(path)) from None
    except OSError as error:
        raise IntakeError(f"{path} cannot be opened: {error.strerror}.", path=str(path)) from None
    with stream:
        yield from rows_of(stream, path.name, layout)


def rows_of(stream: BinaryIO, name: str, layout: Layout) -> Iterator[Row]:
    """Read rows as `read_rows` does, from a seekable stream at its beginning.

    Args:
        stream: Bytes; left open.
        name: Of the file; its ending says the format.
        layout: The columns there may be.

    Raises:
        IntakeError: As in `read_rows`.
    """
    ending = Path(name.lower().removesuffix(".gz")).suffix
    if ending not in _CSV + _JSON:
        raise IntakeError(
            f"{name} is of a kind that cannot be read: give .csv or .jsonl, also with .gz."
        )
    encoding = _WIDE.get(stream.read(2))
    stream.seek(0)
    if encoding is not None:
        raise IntakeError(f"{name} is {encoding}; save it as UTF-8.")
    lines = open_lines(stream, name)
    rows = csv_rows(lines, name, layout) if ending in _CSV else json_rows(lines, layout)
    return _until_broken(rows)


def _until_broken(rows: Iterator[Row]) -> Iterator[Row]:
    try:
        yield from rows
    except BrokenFile as broken:
        yield broken.line, Problem(reason=broken.reason)


__all__ = ["Line", "Problem", "Row", "read_rows", "rows_of"]
