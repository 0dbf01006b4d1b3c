"""CSV as records, one problem a record that cannot be read; the rest goes on.

Memory stays flat: a record that grows past `LONGEST_RECORD`, for example behind a quote that is
never closed, is passed over up to where its quotes close, and the lines lost that way are named.
They are not read as rows of their own: what stands inside a quoted field is data.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import suppress

from engine.errors import IntakeError
from engine.perceive.layout import Layout, check_columns
from engine.perceive.lines import LONGEST_RECORD, BrokenFile, Line, Problem, as_text

Record = tuple[int, list[str] | Problem]
Row = tuple[int, dict[str, str] | Problem]


class _TooLong(Exception):
    """The record in hand is longer than a record may be."""


class _Feed:
    """Lines on their way into the CSV reader, with a look at the record in hand."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self.first = 0
        self.last = 0
        self.problem: Problem | None = None
        self._size = 0
        self._quotes = 0

    def begin_record(self) -> None:
        self.first = self.last + 1
        self.problem = None
        self._size = self._quotes = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._take()
        if self._size > LONGEST_RECORD:
            raise _TooLong
        text = as_text(line)
        if isinstance(text, Problem):
            # The reader still gets the line, so that it finds the end of the record.
            self.problem = self.problem or text
            return line.content.decode("utf-8", "replace")
        return text

    def _take(self) -> Line:
        try:
            line = next(self._lines)
        except BrokenFile as broken:  # what was read of the record in hand is lost with it
            raise BrokenFile(self.first, broken.reason) from None
        self.last = line.number
        self._size += line.size
        self._quotes += line.quotes
        return line

    def pass_over(self) -> None:
        """Go on to the line on which the open quote closes, or to the end."""
        with suppress(StopIteration):
            while self._quotes % 2:
                self._take()

    @property
    def span(self) -> str:
        """The lines of the record in hand, in words; empty for a single one."""
        if self.first == self.last:
            return ""
        return f"; lines {self.first} to {self.last} were passed over"


def csv_records(lines: Iterator[Line]) -> Iterator[Record]:
    """Give each record with the number of its first line; blank lines are left out.

    Raises:
        BrokenFile: The file breaks off.
    """
    feed = _Feed(lines)
    reader = csv.reader(feed, strict=True)
    while True:
        feed.begin_record()
        try:
            fields = next(reader)
        except StopIteration:
            return
        except _TooLong:
            feed.pass_over()
            yield feed.first, Problem(reason=_too_long(feed))
        except csv.Error as error:
            yield feed.first, Problem(reason=_not_csv(str(error), feed))
        else:
            if feed.problem is not None:
                yield feed.first, feed.problem
            elif fields:
                yield feed.first, fields


def csv_rows(lines: Iterator[Line], name: str, layout: Layout) -> Iterator[Row]:
    """Give each row with the number of its first line.

    Raises:
        IntakeError: The header cannot be read, or a column is unknown, missing or there twice.
        BrokenFile: The file breaks off after its header.
    """
    records = csv_records(lines)
    header = _header(records, name)
    check_columns(header, layout)
    for number, fields in records:
        if isinstance(fields, Problem):
            yield number, fields
        elif len(fields) != len(header):
            yield number, Problem(reason=_ragged(len(fields), len(header)))
        else:
            yield number, dict(zip(header, fields, strict=True))


def _header(records: Iterator[Record], name: str) -> list[str]:
    try:
        _, fields = next(records, (0, Problem(reason="it holds no header line")))
    except BrokenFile as broken:
        raise IntakeError(f"{name} cannot be read: {broken.reason}.") from None
    if isinstance(fields, Problem):
        raise IntakeError(f"{name} is not a CSV file: {fields.reason}.")
    if any("\0" in field for field in fields):
        raise IntakeError(f"{name} is not text in UTF-8; save it as CSV in UTF-8.")
    header = [field.strip() for field in fields]
    other = next((sign for sign in (";", "\t") if len(header) == 1 and sign in header[0]), "")
    if other:
        raise IntakeError(f"{name} separates its columns by {other!r}; use a comma.")
    return header


def _ragged(found: int, expected: int) -> str:
    fields = "1 field" if found == 1 else f"{found} fields"
    return f"{fields} where the header has {expected}"


def _too_long(feed: _Feed) -> str:
    return f"longer than {LONGEST_RECORD:,} bytes, or a quoted field that is not closed{feed.span}"


def _not_csv(error: str, feed: _Feed) -> str:
    if "unexpected end" in error:
        return f"a quoted field that is never closed{feed.span}"
    if "new-line character" in error:
        return "a line break inside a field that is not quoted; end lines with LF or CRLF"
    if "expected after" in error:
        return "text behind a closing quote; write a quote inside a quoted field twice"
    return f"not CSV ({error})"
