"""Listening: what a model has said so far, kept where somebody who watches the run can see it.

It binds nothing and lasts no longer than the answer takes: what is whole, the journal keeps.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from engine.domain.run_calls import ModelCallId
from engine.errors import StoreUnavailable
from engine.ports import Store
from engine.runtime.runs.journal import Stopwatch

EVERY_US = 500_000
"""Between two writes: as often as a page looks."""
MOST = 4_000
"""Characters that are shown; of a longer answer the last ones."""

log = logging.getLogger("countersign.runs")


@dataclass(slots=True)
class Listener:
    """Hears one answer as it comes."""

    store: Store
    call_id: ModelCallId
    every_us: int = EVERY_US
    _said: str = ""
    _since: Stopwatch | None = field(default=None)

    def __call__(self, piece: str) -> None:
        """Hear a piece; write what was said where the last writing was a while ago."""
        self._said = (self._said + piece)[-MOST:]
        if self._since is not None and self._since.us < self.every_us:
            return
        self._since = Stopwatch()
        try:
            with self.store.begin(is_lasting=False) as unit:
                unit.runs.hear(self.call_id, self._said)
                unit.commit()
        except StoreUnavailable as error:
            log.info("nobody sees what the model says: %s", error.message)
