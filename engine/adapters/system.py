"""The machine's clock and identifiers. Randomness for secrets comes from the operating system."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime
from threading import Lock
from uuid import UUID

_COUNTER_BITS = 12
_COUNTER_END = 1 << _COUNTER_BITS
_RANDOM_BITS = 62
_VERSION_7 = 0x7 << 76
_VARIANT = 0x2 << 62


class SystemClock:
    """The wall clock."""

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)


class SystemIds:
    """UUIDv7 (RFC 9562), increasing within the process also inside one millisecond."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._millisecond = 0
        self._counter = 0

    def new(self) -> UUID:
        """A UUIDv7 greater than every one this object gave before."""
        millisecond, counter = self._next()
        return UUID(
            int=(millisecond << 80)
            | _VERSION_7
            | (counter << 64)
            | _VARIANT
            | secrets.randbits(_RANDOM_BITS)
        )

    def token(self, size: int = 16) -> bytes:
        """Random bytes fit for salts and secrets."""
        return secrets.token_bytes(size)

    def _next(self) -> tuple[int, int]:
        """The counter's start leaves half of its range free; a full one borrows a millisecond."""
        with self._lock:
            now = time.time_ns() // 1_000_000
            if now > self._millisecond:
                self._millisecond = now
                self._counter = secrets.randbits(_COUNTER_BITS - 1)
            else:
                self._counter += 1
                if self._counter == _COUNTER_END:
                    self._millisecond += 1
                    self._counter = 0
            return self._millisecond, self._counter
