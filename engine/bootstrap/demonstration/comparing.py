"""Comparing: the product owner lets every reasoner look at some cases, beside their way.

Where a model is asked it is the scripted one, so what comes of it shows how reasoners are compared
and nothing of a real model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.bootstrap.demonstration.clockwork import Timeline
from engine.bootstrap.demonstration.world import looked_at
from engine.domain.actor import Person
from engine.domain.run import RunKind
from engine.errors import EngineError
from engine.service import requests as ask
from engine.service.local import LocalEngine
from engine.simulators.orders.events import Episode

EACH = 10
"""Of so many cases one is looked at."""
LATER = timedelta(minutes=2)
"""After a case came in: it is known by then, and seldom decided."""


@dataclass(kw_only=True)
class Comparing:
    """Begins the runs; the worker advances them."""

    engine: LocalEngine
    timeline: Timeline
    owner: Person
    begun: int = 0
    refused: int = 0
    """A reasoner that has learned nothing yet has nothing to say."""

    def plan(self, episodes: Sequence[Episode], until: datetime) -> None:
        """Put one of so many cases on the timeline.

        Args:
            episodes: The cases, in the order in which they come.
            until: What would be looked at later is not.
        """
        for episode in episodes[::EACH]:
            moment = looked_at(episode) + LATER
            if moment < until:
                self.timeline.at(moment, self._looking(episode.row.id))

    def _looking(self, source_id: str) -> Callable[[], None]:
        def look() -> None:
            case_id = self.engine.queries.find_case(source_id)
            if case_id is None:
                return
            for kind in RunKind:
                form = f"simulated-{source_id}-{kind}"
                self._try(ask.StartRun(case_id=case_id, kind=kind, client_key=form))

        return look

    def _try(self, request: ask.StartRun) -> None:
        try:
            self.engine.execute(request, self.owner)
            self.begun += 1
        except EngineError:
            self.refused += 1
