"""Request log: what was asked and what became of it. The key is never in it, only that it came."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Condition
from typing import Any

SETTLES_IN_S = 2.0
"""A caller may have its answer a moment before the server knows that it has."""
_SECRET = frozenset({"authorization", "x-api-key", "cookie"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """One request."""

    path: str
    headers: Mapping[str, str]
    """In lower case; what is secret is only said to be `present`."""
    body: Any
    status: int
    """0: nothing was answered."""
    usage: Mapping[str, int] = field(default_factory=dict)
    """Tokens told at the end of an answer."""
    is_whole: bool = True
    """Whether the caller got all of the answer, as far as the server can know."""

    @property
    def is_streamed(self) -> bool:
        """Whether the answer was asked for in pieces."""
        return isinstance(self.body, dict) and self.body.get("stream") is True


class RequestLog:
    """All requests in the order in which they ended; also a file's lines, where one is named."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._entries: list[Exchange] = []
        self._under_way = 0
        self._change = Condition()

    def begin(self) -> None:
        """One has come."""
        with self._change:
            self._under_way += 1

    def write(self, exchange: Exchange) -> None:
        """It has ended."""
        with self._change:
            self._entries.append(exchange)
            if self._file is not None:
                with self._file.open("a", encoding="utf-8") as lines:
                    lines.write(json.dumps(asdict(exchange), separators=(",", ":")) + "\n")
            self._under_way -= 1
            self._change.notify_all()

    def entries(self) -> tuple[Exchange, ...]:
        """All that have come, once they have ended; what takes too long is left out."""
        with self._change:
            self._change.wait_for(lambda: self._under_way == 0, SETTLES_IN_S)
            return tuple(self._entries)


def shown(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers without their secrets."""
    lowered = {name.lower(): value for name, value in headers.items()}
    return {name: "present" if name in _SECRET else value for name, value in lowered.items()}
