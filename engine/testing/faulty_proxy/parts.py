"""Parts of an exchange: the call as it came, an answer, and time that a stop cuts short."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event

from engine.adapters.system import SystemClock
from engine.domain.canonical import Json
from engine.ports import Clock

_SPARED = ("/v1/books", "/world/", "/healthz")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a target says, or what the proxy says in its place."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A call as it came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    """By their names in lower case, without those of the connection."""
    body: bytes

    @property
    def is_spared(self) -> bool:
        """Whether it is no call of a tool: the world moves, and books are read, undisturbed."""
        return self.path.startswith(_SPARED)

    @property
    def claims(self) -> Mapping[str, Json]:
        """What its credential says of itself; nothing is checked here."""
        token = self.headers.get("authorization", "").rpartition(" ")[2]
        payload = token.partition(".")[0]
        try:
            found = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        except (binascii.Error, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def subject(self) -> str:
        """What is asked for, however often and by whom: the same in every run of a campaign.

        Keys are left out: the engine makes new ones in every run.
        """
        path = self.path if self.body else self.path.rpartition("/")[0]
        return f"{self.method} {path} {self.body.hex()}"


@dataclass(frozen=True, slots=True)
class Clockwork:
    """The time, and pauses that end when the proxy stops."""

    clock: Clock = field(default_factory=SystemClock)
    stopping: Event = field(default_factory=Event)

    def sleep(self, seconds: float) -> None:
        """Wait, or wake because the proxy stops."""
        self.stopping.wait(seconds)

    def now(self, *, after_s: float = 0) -> datetime:
        """Aware; so many seconds from now."""
        return self.clock.now() + timedelta(seconds=after_s)
