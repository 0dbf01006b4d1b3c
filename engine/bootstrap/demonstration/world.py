"""World: the simulated orders of a history, played into the shop and handed in as cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from engine.bootstrap.demonstration.clockwork import Timeline
from engine.domain.case import Origin
from engine.service.local import LocalEngine
from engine.simulators.orders.driver import Send, play
from engine.simulators.orders.events import ID_PREFIX, Episode, Plan

LOOKS_EVERY = timedelta(minutes=15)
"""So often the shop's exceptions are handed in, as a scheduled intake would."""
SUBMITTED_BY = "simulated world"


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """Lets the cases of a world come in; each brings the label that time will tell."""

    engine: LocalEngine
    send: Send
    desk: str

    def begin(self, plan: Plan, timeline: Timeline, until: datetime) -> int:
        """Play what is sold, and put every intake on the timeline; gives how many cases come."""
        play(self.send, plan.prologue, key=f"{ID_PREFIX}{plan.seed}-prologue")
        coming = [one for one in plan.episodes if looked_at(one) < until]
        for moment, group in groupby(coming, looked_at):
            timeline.at(moment, self._coming(plan.seed, tuple(group)))
        return len(coming)

    def _coming(self, seed: int, episodes: Sequence[Episode]) -> Callable[[], None]:
        def come() -> None:
            events = [event for one in episodes for event in one.events]
            numbers = f"{episodes[0].number}-{episodes[-1].number}"
            play(self.send, events, key=f"{ID_PREFIX}{seed}-episodes-{numbers}")
            self._submit([{**one.row.columns(), **one.outcome.columns()} for one in episodes])

        return come

    def _submit(self, rows: Sequence[Mapping[str, str]]) -> None:
        self.engine.submit(
            self.desk,
            [(number, dict(row)) for number, row in enumerate(rows, start=1)],
            origin=Origin.SIMULATED,
            submitted_by=SUBMITTED_BY,
        )


def looked_at(episode: Episode) -> datetime:
    """When the intake finds a case: at the next look after it was opened."""
    opened_at = episode.row.opened_at
    midnight = opened_at.replace(hour=0, minute=0, second=0, microsecond=0)
    looks = (opened_at - midnight) // LOOKS_EVERY + 1
    return midnight + looks * LOOKS_EVERY
