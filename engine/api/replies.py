"""Replies: what was answered to an Idempotency-Key, so that a repeated POST gets it again.

Kept in memory and bounded. After a restart the engine's own guards still hold: a decision carries
its key into the database, everything else names the version it was made on.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from engine.domain.canonical import Json
from engine.errors import Conflict, InvalidRequest

MOST_REPLIES = 10_000
LONGEST_KEY = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kept:
    body: bytes
    """Digest of the request."""
    answer: Json
    """None while the first request is being carried out."""


class Replies:
    """Answers by caller, route and key, the oldest forgotten first."""

    def __init__(self, limit: int = MOST_REPLIES) -> None:
        """Keep up to `limit` answers."""
        self._limit = limit
        self._kept: OrderedDict[tuple[str, ...], _Kept] = OrderedDict()
        self._lock = Lock()

    def begin(self, place: tuple[str, ...], body: bytes) -> Json:
        """Take a place, or give the answer that was already given there.

        Args:
            place: Caller, route and key.
            body: Digest of the request.

        Returns:
            The earlier answer; None where the request is to be carried out now.

        Raises:
            InvalidRequest: The key was used for another request.
            Conflict: The first request with this key is still being carried out.
        """
        with self._lock:
            kept = self._kept.get(place)
            if kept is None:
                self._kept[place] = _Kept(body=body, answer=None)
                if len(self._kept) > self._limit:
                    self._kept.popitem(last=False)
                return None
        if kept.body != body:
            raise InvalidRequest("This Idempotency-Key was used for another request.")
        if kept.answer is None:
            raise Conflict("The first request with this Idempotency-Key is not finished yet.")
        return kept.answer

    def finish(self, place: tuple[str, ...], body: bytes, answer: Json) -> None:
        """Keep the answer."""
        with self._lock:
            self._kept[place] = _Kept(body=body, answer=answer)

    def forget(self, place: tuple[str, ...]) -> None:
        """Free a place whose request was refused, so that it can be tried again."""
        with self._lock:
            self._kept.pop(place, None)
