"""Driver: plays a world into a shop, and hands its cases and labels on when their time has come.

It keeps no clock: whoever drives says until when. A call that was lost may be made again, as every
call has a key that follows from the world.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Protocol

from engine.desks.orders.shop.operations import Caller, Shop
from engine.desks.orders.shop.refusals import Refused
from engine.desks.orders.shop.toolbox import WORLD, WORLD_SCOPE
from engine.desks.orders.shop.words import AUDIENCE
from engine.desks.orders.shop.world_play import MOST_STEPS
from engine.domain.canonical import Json, canonical_text, digest, parse
from engine.domain.credential import Claims, PermitKind, issue
from engine.errors import ToolError, ToolUnavailable
from engine.ports import Clock
from engine.simulators.orders.events import Episode, IntakeRow, Outcome, WorldEvent

PLAY = "world.play"
_LIFE = timedelta(minutes=5)


class Send(Protocol):
    """Makes one call of the world."""

    def __call__(self, tool: str, arguments: Json, *, key: str) -> Json:
        """Call; the same key again is the same call.

        Raises:
            ToolUnavailable: Nothing happened; try again.
            ToolError: The shop refuses.
        """


class Answer(Protocol):
    """What an HTTP client gives back."""

    status_code: int

    @property
    def content(self) -> bytes:
        """The body."""


class Client(Protocol):
    """The part of an HTTP client that is used; its base URL is the shop's."""

    def post(self, url: str, *, content: bytes, headers: dict[str, str]) -> Any:
        """Send; gives an `Answer`."""


class Sink(Protocol):
    """Where cases and labels go."""

    def take_case(self, row: IntakeRow) -> None:
        """A case was opened."""

    def take_label(self, outcome: Outcome) -> None:
        """It has come out what would have been right."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpShop:
    """Calls a shop over HTTP, with credentials of the world."""

    client: Client
    key: bytes = field(repr=False)
    clock: Clock
    """The shop's, or one that agrees with it: credentials live for minutes."""

    def __call__(self, tool: str, arguments: Json, *, key: str) -> Json:
        """See `Send`."""
        headers = {
            "authorization": f"Bearer {self._credential(tool, arguments, key)}",
            "idempotency-key": key,
            "content-type": "application/json",
        }
        content = canonical_text(arguments).encode()
        path = f"/{tool.replace('.', '/')}"
        answer: Answer = self.client.post(path, content=content, headers=headers)
        if answer.status_code == 503:
            raise ToolUnavailable(f"The shop cannot take {tool} now.")
        if answer.status_code != 200:
            raise ToolError(f"The shop refused {tool}: {answer.content[:300]!r}")
        return parse(answer.content.decode())

    def _credential(self, tool: str, arguments: Json, key: str) -> str:
        now = self.clock.now()
        claims = Claims(
            id=f"{key}-credential",
            audience=AUDIENCE,
            case_id="",
            tool=tool,
            arguments_digest=digest(arguments).hex(),
            scopes=(WORLD_SCOPE,),
            kind=PermitKind.WORLD,
            permit_id="",
            issued_at=now,
            expires_at=now + _LIFE,
        )
        return issue(claims, self.key)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShopInProcess:
    """Calls a shop of this process, without HTTP and credentials."""

    shop: Shop

    def __call__(self, tool: str, arguments: Json, *, key: str) -> Json:
        """See `Send`."""
        caller = Caller(key=key, credential_id=f"{key}-credential", case_id="")
        checked = WORLD[tool].arguments.model_validate(arguments)
        try:
            return parse(self.shop.write(WORLD[tool], checked, caller).text)
        except Refused as refused:
            raise ToolError(f"{refused.code}: {refused.detail} {refused.facts}") from refused


@dataclass(kw_only=True, slots=True)
class Player:
    """Plays episodes as their time comes: first what happened, then the case, later its label."""

    seed: int
    send: Send
    sink: Sink
    episodes: Iterator[Episode]
    _next: Episode | None = None
    _labels: list[tuple[datetime, int, Outcome]] = field(default_factory=list)

    def prepare(self, prologue: Sequence[WorldEvent]) -> None:
        """Play what is there before anything happens."""
        play(self.send, prologue, key=f"SIM-{self.seed}-prologue")

    def advance(self, until: datetime) -> int:
        """Play every episode opened by then, and tell every label known by then.

        Args:
            until: Aware; the shop's clock must have come so far, as it refuses what is to come.

        Returns:
            How many cases were opened.

        Raises:
            ToolUnavailable: The shop is out of reach; advance again, nothing is lost or doubled.
            ToolError: The shop refuses an event.
        """
        opened = 0
        while (episode := self._due(until)) is not None:
            key = f"SIM-{self.seed}-episode-{episode.number}"
            play(self.send, episode.events, key=key)
            self.sink.take_case(episode.row)
            self._next = None  # not before: a call that was lost is made again
            known = (episode.outcome.label_known_at, episode.number, episode.outcome)
            heapq.heappush(self._labels, known)
            opened += 1
        while self._labels and self._labels[0][0] <= until:
            self.sink.take_label(heapq.heappop(self._labels)[2])
        return opened

    def _due(self, until: datetime) -> Episode | None:
        if self._next is None:
            self._next = next(self.episodes, None)
        episode = self._next
        return episode if episode is not None and episode.row.opened_at <= until else None


def play(send: Send, events: Iterable[WorldEvent], *, key: str) -> int:
    """Play events in their order, as few calls as may be; gives how many calls it took.

    Raises:
        ToolUnavailable: What was played stays; play the same again with the same key.
        ToolError: The shop refuses an event.
    """
    left = [
        {"call": event.call, "arguments": dict(event.arguments), "at": event.at.isoformat()}
        for event in events
    ]
    for number in count():
        steps, left = left[:MOST_STEPS], left[MOST_STEPS:]
        if not steps:
            return number
        send(PLAY, {"steps": steps}, key=f"{key}-{number}")
    raise AssertionError("unreachable")
