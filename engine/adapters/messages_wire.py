"""Messages wire: no more of an answer is read than one can have, whatever its server sends.

What an answer may hold is checked once it is read; this bounds what is held until then.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2

from engine.adapters.messages_form import Unreadable

MOST_BYTES = 16_000_000
"""Of one answer as it travels; an event of a stream bears a few characters in a hundred bytes."""


class BoundedBody(httpx2.AsyncByteStream):
    """The body of an answer, to its end or to its bound."""

    def __init__(self, body: httpx2.AsyncByteStream) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Its bytes, as they come.

        Raises:
            Unreadable: There are more than an answer can have.
        """
        left = MOST_BYTES
        async for piece in self._body:
            left -= len(piece)
            if left < 0:
                raise Unreadable(f"it is longer than {MOST_BYTES:,} bytes")
            yield piece

    async def aclose(self) -> None:
        """Let go of the connection."""
        await self._body.aclose()


async def bound(answer: httpx2.Response) -> None:
    """See that no more of an answer is read than one can have."""
    assert isinstance(answer.stream, httpx2.AsyncByteStream)
    answer.stream = BoundedBody(answer.stream)
