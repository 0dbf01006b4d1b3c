"""Book: what the proxy did to each call, one JSON line a call, for whoever reconciles."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock

from engine.testing.faulty_proxy.faults import Fault


@dataclass(frozen=True, kw_only=True, slots=True)
class BookEntry:
    """One call."""

    number: int
    """In the order in which calls came in, from 1."""
    tool: str
    """As its credential says; the path where there is none."""
    path: str
    key: str
    """Of the call, where it has one."""
    credential_id: str
    permit_id: str
    """What the credential rests on: a grant, or a read permit."""
    case_id: str
    drawn: Fault | None
    """What was drawn."""
    fault: Fault | None
    """What was done: nothing, where the answer had nothing to spoil."""
    variant: str
    statuses: tuple[int, ...]
    """Of the target, one each time it was forwarded; 0: no answer."""
    answered: int
    """The status sent back; 0: none."""
    changed: tuple[str, ...] = ()
    """Places in the answer that are not as the target gave them."""
    took_s: float = 0.0


class ProxyBook:
    """Appends lines to a file, from many threads."""

    def __init__(self, file: Path) -> None:
        """Begin a file, or go on with one."""
        self._handle = file.open("a", encoding="utf-8")
        self._lock = Lock()

    def write(self, entry: BookEntry) -> None:
        """Add a call; it can be read at once."""
        line = json.dumps(asdict(entry), separators=(",", ":"))
        with self._lock:
            self._handle.write(f"{line}\n")
            self._handle.flush()

    def close(self) -> None:
        """No more calls."""
        with self._lock:
            self._handle.close()


def read_book(file: Path) -> tuple[BookEntry, ...]:
    """All calls, in the order in which they ended."""
    return tuple(_entries(file.read_text(encoding="utf-8").splitlines()))


def _entries(lines: Iterable[str]) -> Iterable[BookEntry]:
    for line in lines:
        found = json.loads(line)
        for name in ("drawn", "fault"):
            found[name] = Fault(found[name]) if found[name] else None
        for name in ("statuses", "changed"):
            found[name] = tuple(found[name])
        yield BookEntry(**found)
