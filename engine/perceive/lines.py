"""Lines: a stream of bytes as numbered lines of bounded length, compressed or not.

Nothing here knows columns or cases. A line that is too long is passed over without being held in
memory, and a file that breaks off is told from one that ends.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from engine.errors import IntakeError

LONGEST_RECORD = 131_072
"""Bytes of one record; longer ones are reported and passed over."""

_GZIP = b"\x1f\x8b"
_PIECE = 65_536


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Why a line did not go in."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One physical line of a file."""

    number: int
    """1 is the first line of the file."""
    content: bytes
    """With its line end; empty where the line is too long."""
    size: int
    """Bytes of the whole line."""
    quotes: int
    """Double quotes in the whole line: an odd sum means that a quoted field is still open."""

    @property
    def is_too_long(self) -> bool:
        """Whether the content was passed over."""
        return self.size > LONGEST_RECORD


class BrokenFile(Exception):
    """The stream failed before its end; what was read before it stands."""

    def __init__(self, line: int, reason: str) -> None:
        """Keep where and why.

        Args:
            line: The first line that could not be read.
            reason: Why, and what to do.
        """
        super().__init__(reason)
        self.line = line
        self.reason = reason


def open_lines(stream: BinaryIO, name: str) -> Iterator[Line]:
    """Give the lines of a seekable stream, unpacked where it is gzip.

    Args:
        stream: At its beginning.
        name: Of the file, for messages and for its ending.

    Raises:
        IntakeError: At once, where the file is empty or not text; the message says what to do.
        BrokenFile: While reading, where the file breaks off.
    """
    head = stream.read(4)
    stream.seek(0)
    if not head:
        raise IntakeError(f"{name} is empty.")
    if head.startswith(_GZIP):
        return _lines(cast("BinaryIO", gzip.GzipFile(fileobj=stream, mode="rb")))
    if name.lower().endswith(".gz"):
        raise IntakeError(f"{name} is not a gzip file, although its name says so.")
    if head.startswith(b"PK\x03\x04"):
        raise IntakeError(f"{name} is an archive or a spreadsheet; save it as CSV in UTF-8.")
    return _lines(stream)


def _lines(stream: BinaryIO) -> Iterator[Line]:
    number = 0
    while True:
        number += 1
        try:
            line = _next_line(stream, number)
        except (EOFError, zlib.error, OSError) as error:
            raise BrokenFile(number, _broken(error)) from error
        if line is None:
            return
        yield line


def _next_line(stream: BinaryIO, number: int) -> Line | None:
    content = stream.readline(LONGEST_RECORD + 1)
    if not content:
        return None
    size, quotes = len(content), content.count(b'"')
    if size > LONGEST_RECORD:
        while not content.endswith(b"\n") and (content := stream.readline(_PIECE)):
            size += len(content)
            quotes += content.count(b'"')
        content = b""
    return Line(number=number, content=content, size=size, quotes=quotes)


def _broken(error: Exception) -> str:
    what = (
        "the compressed file breaks off here"
        if isinstance(error, EOFError)
        else f"the file cannot be read on from here ({error})"
    )
    return (
        f"{what}; the rows before it were read, later ones were not. Send the whole file again: "
        "what is in already is not taken twice"
    )


def as_text(line: Line) -> str | Problem:
    """Decode a line as UTF-8, with or without a byte order mark at the beginning of the file."""
    content = line.content
    if line.number == 1:
        content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        byte = content[error.start]
        return Problem(
            reason=f"not UTF-8 (byte 0x{byte:02x} at position {error.start + 1} of line "
            f"{line.number}); save the file as UTF-8"
        )
