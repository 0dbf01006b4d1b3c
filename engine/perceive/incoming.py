"""Incoming lines: rows checked by a desk's format, each identifier once a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Generic, Protocol, TypeVar

from engine.domain.canonical import digest
from engine.domain.case import Signal
from engine.domain.outcome import Label
from engine.errors import IntakeError
from engine.perceive.lines import Problem


class Readable(Protocol):
    """What a desk's format makes of a row."""

    @property
    def signal(self) -> Signal:
        """The signal."""
        ...

    @property
    def label(self) -> Label | None:
        """What the row tells of the truth."""
        ...


T = TypeVar("T", bound=Readable)


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeat:
    """The line says what an earlier line of the same file said; it is not taken again."""

    first_line: int


class IncomingLines(Generic[T]):
    """Numbered rows as signals, problems and repeats, in the order of the file.

    Iterate once. What grows with the file is 200 bytes or so for each identifier seen.
    """

    def __init__(
        self,
        rows: Iterable[tuple[int, Mapping[str, str] | Problem]],
        read: Callable[[Mapping[str, str]], T],
    ) -> None:
        """Read rows with a desk's format.

        Args:
            rows: Numbered rows, as `read_rows` gives them.
            read: Checks a row; raises `IntakeError` with the reason where it is bad.
        """
        self._rows = rows
        self._read = read
        self._seen: dict[bytes, tuple[int, bytes]] = {}

    def __iter__(self) -> Iterator[tuple[int, T | Problem | Repeat]]:
        """Give line number and what became of the line."""
        for number, row in self._rows:
            yield number, row if isinstance(row, Problem) else self._take(number, row)

    def _take(self, number: int, row: Mapping[str, str]) -> T | Problem | Repeat:
        try:
            incoming = self._read(row)
        except IntakeError as error:
            return Problem(reason=error.message.rstrip("."))
        signal = incoming.signal
        key = sha256(f"{signal.source}\0{signal.source_id}".encode()).digest()[:16]
        content = _content(incoming)
        first_line, first_content = self._seen.setdefault(key, (number, content))
        if first_line == number:
            return incoming
        if first_content == content:
            return Repeat(first_line=first_line)
        return Problem(
            reason=f"{signal.source_id} stands in line {first_line} already, with other content; "
            "the earlier line counts"
        )


def _content(incoming: Readable) -> bytes:
    signal, label = incoming.signal, incoming.label
    truth = None if label is None else [label.value, label.known_at]
    return digest([signal.payload, signal.as_of, signal.priority, truth])[:16]
