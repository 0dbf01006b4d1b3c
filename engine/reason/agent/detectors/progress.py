"""No progress: calls in a row that brought no news (see `taken` for what is news).

What it cannot see: whether what is new has anything to do with the goal.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from engine.domain.run_fault import RunFault
from engine.domain.run_moves import GiveUp
from engine.reason.agent.detectors.taken import Taken


def calls_without_news(taken: Sequence[Taken]) -> int:
    """How many of the newest calls, one after the other, brought none."""
    return sum(1 for _ in takewhile(lambda one: not one.is_news, reversed(taken)))


def no_progress(taken: Sequence[Taken], limit: int) -> GiveUp | None:
    """The end of a run whose newest `limit` calls brought no news.

    Source: `evidence.md` section 7.
    """
    if calls_without_news(taken) < limit:
        return None
    why = f"Its last {limit} calls brought neither a new fact nor a new result."
    return GiveUp(fault=RunFault.NO_PROGRESS, why=why)
