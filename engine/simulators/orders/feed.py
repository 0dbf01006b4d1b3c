"""Feed: a simulated world that goes on: a start of some cases, then new ones as time passes.

It keeps no clock of its own and knows no engine: whoever runs it gives the way to the shop and
takes the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engine.simulators.orders.driver import Send, play
from engine.simulators.orders.events import ID_PREFIX, Episode
from engine.simulators.orders.world import draw_world, feed, make_sample

Submit = Callable[[Sequence[Mapping[str, str]]], None]
"""Takes rows of the orders desk's intake, each with the label that time will tell."""

SETTLE_EVERY = timedelta(minutes=5)


@dataclass(kw_only=True, slots=True)
class LiveFeed:
    """Opens the cases whose time has come."""

    seed: int
    start: datetime
    """Of the world; the same for every run over the same shop."""
    send: Send
    submit: Submit
    per_hour: float
    next_number: int = 0
    """Of the first case after a history that was played before; 0: the sample comes first."""
    since: datetime | None = None
    """When that history ended."""
    _episodes: Iterator[Episode] = field(default_factory=lambda: iter(()))
    _next: Episode | None = None
    _settled_at: datetime | None = None

    def begin(self, *, sample: int, hours: float) -> int:
        """Play what is sold, and so many cases of every type within the first hours.

        Run again over the same shop it does nothing twice: calls and rows bear the same names.
        Where a history was played before, it goes on after that.

        Returns:
            How many cases were submitted.
        """
        if self.next_number and self.since is not None:
            self._go_on(self.since, self.next_number)
            return 0
        plan = make_sample(self.seed, sample, self.start, hours=hours)
        play(self.send, plan.prologue, key=f"{ID_PREFIX}{self.seed}-prologue")
        for episode in plan.episodes:
            self._happen(episode)
        # Money that is due settles before anybody looks: later it would change what was seen.
        self.send("world.settle", {}, key=f"{ID_PREFIX}{self.seed}-settle-begin")
        for episode in plan.episodes:
            self._submit(episode)
        self._go_on(self.start + timedelta(hours=hours), sample + 1)
        return len(plan.episodes)

    def _go_on(self, since: datetime, first: int) -> None:
        self._episodes = feed(
            draw_world(self.seed, self.start), since=since, per_hour=self.per_hour, first=first
        )

    def skip_to(self, moment: datetime) -> None:
        """Leave out the cases of a time in which nobody ran the feed."""
        while self._coming().row.opened_at < moment:
            self._next = None

    def advance(self, now: datetime) -> int:
        """Open every case whose time has come; money settles on the way.

        Raises:
            ToolUnavailable: The shop is out of reach; advance again, nothing is lost or doubled.
            ToolError: The shop refuses an event.
        """
        opened = 0
        while self._coming().row.opened_at <= now:
            self._open(self._coming())
            self._next = None
            opened += 1
        if self._settled_at is None or now - self._settled_at >= SETTLE_EVERY:
            self.send("world.settle", {}, key=f"{ID_PREFIX}{self.seed}-settle-{now:%Y%m%dT%H%M%S}")
            self._settled_at = now
        return opened

    def _open(self, episode: Episode) -> None:
        self._happen(episode)
        self._submit(episode)

    def _happen(self, episode: Episode) -> None:
        play(self.send, episode.events, key=f"{ID_PREFIX}{self.seed}-episode-{episode.number}")

    def _submit(self, episode: Episode) -> None:
        self.submit([{**episode.row.columns(), **episode.outcome.columns()}])

    def _coming(self) -> Episode:
        if self._next is None:
            self._next = next(self._episodes)
        return self._next
