"""SealLine: a seal as one line of the seal file, with a short list of what it covers. Pure.

The list is what locates an entry whose row *and* seal mark were both rewritten or removed: the
root alone only says that something of the seal is wrong. It has a mac of its own.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from engine.domain.canonical import canonical_text, parse
from engine.domain.seal import Seal, SealedEntry, is_authentic, join_parts
from engine.errors import LedgerError

TAG_BYTES = 8
"""How much of an entry's hash is listed: enough to find a changed entry, the root proves it."""

_TOO_LARGE = 2**31
_PURPOSE = b"countersign seal line 1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """Entries of one stream that follow each other."""

    stream: str
    first: int
    tags: str
    """The first bytes of each entry's hash, in hex, one after the other."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SealLine:
    """One line of the seal file."""

    seal: Seal
    runs: tuple[Run, ...]
    runs_mac: bytes

    def listed(self) -> dict[tuple[str, int], bytes]:
        """The first bytes of each covered entry's hash, by (stream, sequence)."""
        found: dict[tuple[str, int], bytes] = {}
        for run in self.runs:
            tags = bytes.fromhex(run.tags)
            for place in range(len(tags) // TAG_BYTES):
                tag = tags[place * TAG_BYTES : (place + 1) * TAG_BYTES]
                found[run.stream, run.first + place] = tag
        return found

    def text(self) -> str:
        """The line, without its end."""
        seal = self.seal
        return canonical_text(
            {
                "number": seal.number,
                "count": seal.count,
                "root": seal.root,
                "previous_mac": seal.previous_mac,
                "mac": seal.mac,
                "sealed_at": seal.sealed_at,
                "entries": _runs_as_json(self.runs),
                "entries_mac": self.runs_mac,
            }
        )


def tag_of(entry_hash: bytes) -> bytes:
    """What the list keeps of an entry's hash."""
    return entry_hash[:TAG_BYTES]


def make_line(seal: Seal, entries: Iterable[SealedEntry], key: bytes) -> SealLine:
    """The file's line for a seal over these entries."""
    runs = _runs_of(entries)
    return SealLine(seal=seal, runs=runs, runs_mac=_runs_mac(seal, runs, key))


def is_authentic_line(line: SealLine, key: bytes) -> bool:
    """Whether the holder of the key made this seal and listed these entries for it."""
    has_authentic_list = hmac.compare_digest(line.runs_mac, _runs_mac(line.seal, line.runs, key))
    return has_authentic_list and is_authentic(line.seal, key)


def parse_line(text: str) -> SealLine:
    """Read a line.

    Raises:
        LedgerError: It is not exactly what `SealLine.text` writes.
    """
    try:
        said = parse(text)
        line = SealLine(
            seal=Seal(
                number=said["number"],
                count=said["count"],
                root=bytes.fromhex(said["root"]),
                previous_mac=bytes.fromhex(said["previous_mac"]),
                mac=bytes.fromhex(said["mac"]),
                sealed_at=datetime.fromisoformat(said["sealed_at"]),
            ),
            runs=tuple(Run(stream=s, first=f, tags=t) for s, f, t in said["entries"]),
            runs_mac=bytes.fromhex(said["entries_mac"]),
        )
        is_exact = line.text().encode() == text.encode() and _has_right_types(line)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise LedgerError(f"Not a line of a seal file: {error}") from None
    if not is_exact:
        raise LedgerError("Not a line of a seal file: it holds more or less than a seal.")
    return line


def _has_right_types(line: SealLine) -> bool:
    numbers = [line.seal.number, line.seal.count, *(run.first for run in line.runs)]
    has_whole_tags = all(len(bytes.fromhex(run.tags)) % TAG_BYTES == 0 for run in line.runs)
    return has_whole_tags and all(
        type(number) is int and 0 < number < _TOO_LARGE for number in numbers
    )


def _runs_of(entries: Iterable[SealedEntry]) -> tuple[Run, ...]:
    runs: list[tuple[str, int, list[str]]] = []
    for stream, sequence, entry_hash in sorted(entries):
        tag = tag_of(entry_hash).hex()
        if runs and runs[-1][0] == stream and runs[-1][1] + len(runs[-1][2]) == sequence:
            runs[-1][2].append(tag)
        else:
            runs.append((stream, sequence, [tag]))
    return tuple(Run(stream=s, first=f, tags="".join(tags)) for s, f, tags in runs)


def _runs_as_json(runs: tuple[Run, ...]) -> list[list[str | int]]:
    return [[run.stream, run.first, run.tags] for run in runs]


def _runs_mac(seal: Seal, runs: tuple[Run, ...], key: bytes) -> bytes:
    said = join_parts(_PURPOSE, seal.mac, canonical_text(_runs_as_json(runs)).encode())
    return hmac.digest(key, said, "sha256")
