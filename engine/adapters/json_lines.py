"""JSON lines between two processes, each read with a time limit. POSIX pipes only."""

from __future__ import annotations

import json
import os
import select
from time import monotonic

from engine.domain.canonical import Json

_CHUNK = 65_536


class Ended(Exception):
    """The other side has closed its end."""


class TooSlow(Exception):
    """Nothing whole came in time."""


class JsonLines:
    """Both directions of one conversation."""

    def __init__(self, incoming: int, outgoing: int) -> None:
        """Talk over two file descriptors, which belong to somebody else."""
        self._incoming, self._outgoing = incoming, outgoing
        self._rest = b""

    def write(self, value: Json) -> None:
        """Send one value.

        Raises:
            Ended: Nobody reads any more.
        """
        line = json.dumps(value, ensure_ascii=False).encode() + b"\n"
        try:
            while line:
                line = line[os.write(self._outgoing, line) :]
        except BrokenPipeError:
            raise Ended from None

    def read(self, within_s: float) -> Json:
        """The next value.

        Raises:
            Ended: There is none.
            TooSlow: It did not come in time.
            ValueError: It is not JSON.
        """
        until = monotonic() + within_s
        while b"\n" not in self._rest:
            left_s = max(0.0, until - monotonic())
            ready, _, _ = select.select([self._incoming], [], [], left_s)
            if not ready:
                raise TooSlow
            more = os.read(self._incoming, _CHUNK)
            if not more:
                raise Ended
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\n")
        return json.loads(line)
