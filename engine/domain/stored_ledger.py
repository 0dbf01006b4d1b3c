"""What a ledger looks like where it is stored, as the check reads it. No check lives here.

These values are what a database and a file *claim*; nothing in them has been verified.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from engine.domain.seal import Seal, SealedEntry


class StoredEntry(NamedTuple):
    """A row of the ledger with its seal mark; a tuple, because there are very many."""

    stream: str
    sequence: int
    kind: str
    decided_by: str
    actor: str
    at: datetime
    salt: bytes | None
    payload_digest: bytes
    hash: bytes
    payload: str | None
    """Canonical JSON text; None where it was erased."""
    seal_number: int | None
    """The seal that covers it; None where none does yet."""
    sealed_hash: bytes | None
    """Its hash when it was sealed."""


class Head(NamedTuple):
    """Where a stream's row says it ends."""

    sequence: int
    hash: bytes


class MissingRun(NamedTuple):
    """Sealed entries that are gone, following each other in one stream."""

    stream: str
    first: int
    last: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FileLine:
    """One line of the seal file."""

    number: int
    """1 for the first line."""
    text: str
    is_whole: bool
    """Whether the line has its end."""


class StoredLedger(Protocol):
    """Reads one unchanging picture of a stored ledger."""

    def entries(self) -> Iterator[StoredEntry]:
        """All entries; those of a stream together and by number."""
        ...

    def heads(self, streams: Sequence[str]) -> Mapping[str, Head]:
        """Head rows of these streams, where there are any."""
        ...

    def heads_without_entries(self) -> Iterator[tuple[str, Head]]:
        """Head rows that count entries, of streams that have none."""
        ...

    def orphan_marks(self) -> Iterator[tuple[str, int]]:
        """Seal marks (stream, sequence) without an entry, by stream and number."""
        ...

    def last_sequence(self, stream: str) -> int:
        """Number of the last entry of a stream, 0 where it has none."""
        ...

    def entry_hash(self, stream: str, sequence: int) -> bytes | None:
        """Hash of an entry, where there is one."""
        ...

    def marked_hash(self, stream: str, sequence: int) -> bytes | None:
        """Hash an entry had when it was sealed, where it has a mark."""
        ...

    def seals(self) -> Iterator[Seal]:
        """All seals by number."""
        ...

    def marks(self) -> Iterator[tuple[int, SealedEntry]]:
        """All seal marks with their seal's number, by that number."""
        ...

    def lines(self) -> Iterator[FileLine] | None:
        """The seal file's lines; None where there is no file."""
        ...
