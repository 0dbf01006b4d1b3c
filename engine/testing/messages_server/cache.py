"""Prompt cache: which prefix of a window was kept by an earlier request, and which is kept now.

As the API documents it: a mark keeps everything before it for five minutes, each use anew; a
request reads the longest prefix that was kept, found by looking back at most twenty parts from one
of its own marks; a short prefix is not kept, and nothing says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from threading import Lock
from time import monotonic

from engine.testing.messages_server.counting import PART_TOKENS, Part

KEPT_S = 300.0
LOOKS_BACK = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class TokensIn:
    """Where the tokens of a window came from."""

    fresh: int
    read: int
    written: int


class PromptCache:
    """What all requests to one server share."""

    def __init__(self, *, shortest: int, now: Callable[[], float] = monotonic) -> None:
        """Keep nothing yet.

        Args:
            shortest: Tokens of the shortest prefix that is kept.
            now: Seconds that only go forward.
        """
        self._shortest = shortest
        self._now = now
        self._kept_until: dict[str, float] = {}
        self._lock = Lock()

    def account(self, model: str, parts: Sequence[Part]) -> TokensIn:
        """Read and keep for one request."""
        sums = list(accumulate(part.tokens for part in parts))
        prefixes = _prefixes(model, parts)
        marks = [
            at for at, part in enumerate(parts) if part.is_marked and sums[at] >= self._shortest
        ]
        with self._lock:
            found = [at for at in range(len(parts)) if self._is_kept(at, prefixes, marks)]
            read = sums[max(found)] if found else 0
            for at in (*marks, *found[-1:]):
                self._kept_until[prefixes[at]] = self._now() + KEPT_S
        written = max(sums[marks[-1]] - read, 0) if marks else 0
        whole = PART_TOKENS + sums[-1]
        return TokensIn(fresh=whole - read - written, read=read, written=written)

    def _is_kept(self, at: int, prefixes: Sequence[str], marks: Sequence[int]) -> bool:
        is_in_sight = any(mark - LOOKS_BACK < at <= mark for mark in marks)
        return is_in_sight and self._kept_until.get(prefixes[at], 0.0) > self._now()


def _prefixes(model: str, parts: Sequence[Part]) -> list[str]:
    """A digest for every prefix, by the part it ends with."""
    running, found = hashlib.sha256(model.encode()), []
    for part in parts:
        running.update(f"\n{len(part.content)} {part.content}".encode())
        found.append(running.hexdigest())
    return found
