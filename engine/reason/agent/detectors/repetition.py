"""Repetition: the same call with the same result again and again, or back and forth between two.

A loop: one call has told the same so often that asking on is pointless. It is counted over the
whole run, whatever lies between, and anew where the call brought news (`taken`): a fact read again
because it had grown too old is no repetition, nor is a look after somebody answered a write. A
write that is answered the same way again and again is one, though each answer is news.

Alternation: the newest calls go back and forth between two, whatever they tell. With equal results
the loop is seen first; alternation is for two whose results differ each time.

What neither can see: calls that differ in an argument without meaning, and circles of three and
more whose results differ.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.domain.run_fault import RunFault
from engine.domain.run_moves import GiveUp
from engine.reason.agent.detectors.taken import Taken


def loop(taken: Sequence[Taken], limit: int) -> GiveUp | None:
    """The end of a run one of whose calls told the same `limit` times.

    Source: `evidence.md` section 7.
    """
    rows: dict[str, tuple[str, int]] = {}
    for one in taken:
        came, times = rows.get(one.call, ("", 0))
        is_same = came == one.came and (one.is_write or not one.is_news)
        rows[one.call] = (one.came, times + 1 if is_same else 1)
        if rows[one.call][1] >= limit:
            why = f"It called {one.tool} {limit} times with the same arguments and result."
            return GiveUp(fault=RunFault.LOOP, why=why)
    return None


def alternation(taken: Sequence[Taken], limit: int) -> GiveUp | None:
    """The end of a run whose newest `limit` calls go back and forth between two.

    Source: `evidence.md` section 7.
    """
    calls = [one.call for one in taken[-limit:]]
    is_full = len(calls) == limit and limit >= 4
    if (
        not is_full
        or calls[0] == calls[1]
        or any(a != b for a, b in zip(calls, calls[2:], strict=False))
    ):
        return None
    one, other = taken[-2].tool, taken[-1].tool
    why = f"Its last {limit} calls went back and forth between {one} and {other}."
    return GiveUp(fault=RunFault.LOOP, why=why)
