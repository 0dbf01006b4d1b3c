"""Pruning: what gives way where a window has no room for everything. Pure.

Up to the soft limit everything stands that has a claim: the latest results word for word, older
ones in a line, facts up to half the window. Above it the lines of older results go, the oldest
first, and then seen results give way to their line. What the model has not seen yet stays. Above
the hard limit the window is begun anew from facts, decisions and failures, as far as they have
room.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from engine.domain.context import Treatment
from engine.domain.fact import Fact
from engine.reason.agent.parts import Part, facts_part
from engine.reason.brief import Brief
from engine.reason.checks import latest
from engine.reason.window import Treated

_NO_ROOM = "the window is above its soft limit"
_BEGUN_ANEW = "the window was begun anew from its facts"


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """What has a claim on a window beside what always stands there."""

    case: tuple[Part, ...]
    facts: Part
    results: tuple[Part, ...]
    """Oldest first; the older ones are one line already."""
    decisions: tuple[Part, ...] = ()
    failures: tuple[Part, ...] = ()
    gone: tuple[Part, ...] = field(default=())
    """What was put aside before, or has no room; it stands in the ledger alone."""

    @property
    def there(self) -> tuple[Part, ...]:
        """In the order in which they are read."""
        return (*self.case, self.facts, *self.failures, *self.decisions, *self.results)

    @property
    def tokens(self) -> int:
        """Of all that is there."""
        return sum(one.tokens for one in self.there)


def pruned(parts: Parts, room: int) -> Parts:
    """As much of it as has room, by what can best be done without.

    Args:
        parts: What has a claim.
        room: Tokens; what may not give way stays even above it.
    """
    over = parts.tokens - room
    results = list(parts.results)
    for place in _by_use(results):
        if over <= 0:
            break
        part = results[place]
        less = part.digested(_NO_ROOM) if part.short else part.dropped(_NO_ROOM)
        over -= part.tokens - less.tokens
        results[place] = less
    gone = [one for one in results if not one.text]
    kept = tuple(one for one in results if one.text)
    return replace(parts, results=kept, gone=(*parts.gone, *gone))


def begun_anew(parts: Parts, brief: Brief, facts: Sequence[Fact], room: int) -> Parts:
    """Facts, decisions and failures alone, the newest first, as far as they have room.

    It keeps that something failed, and not how the run got there.

    Args:
        parts: What had a claim.
        brief: The task.
        facts: The latest of each name.
        room: Tokens; nothing is there above it.
    """
    decisions, left = _newest(parts.decisions, room)
    stated = facts_that_fit(facts, brief, left)
    failures, _ = _newest(parts.failures, left - stated.tokens)
    there = {one.name for one in (*decisions, *failures)}
    gone = [
        one.dropped(_BEGUN_ANEW)
        for one in (*parts.case, *parts.results, *parts.decisions, *parts.failures)
        if one.name not in there
    ]
    return Parts(
        case=(),
        facts=stated,
        results=(),
        decisions=decisions,
        failures=failures,
        gone=(*parts.gone, *gone),
    )


def facts_that_fit(facts: Sequence[Fact], brief: Brief, room: int) -> Part:
    """The facts part with as many facts as have room.

    The first to stay are those that are fresh, then those of the brief, then the newest.

    Args:
        facts: All facts of the run, oldest first.
        brief: The task.
        room: Tokens.
    """
    rows = tuple(latest(facts).values())
    of_brief = {fact.id for fact in brief.facts}
    by_use = sorted(rows, key=_claim(of_brief, brief.at), reverse=True)
    whole = facts_part(rows, brief.at, len(rows))
    if whole.tokens <= room:
        return whole
    few, many = 0, len(rows)
    while few < many:  # the most that fit
        middle = (few + many + 1) // 2
        if facts_part(by_use[:middle], brief.at, len(rows)).tokens <= room:
            few = middle
        else:
            many = middle - 1
    stays = {fact.id for fact in by_use[:few]}
    part = facts_part([one for one in rows if one.id in stays], brief.at, len(rows))
    why = f"{len(rows) - few} of {len(rows)} facts have no room"
    cut = Treated(treatment=Treatment.CUT, why=why, full_tokens=whole.tokens)
    kept = replace(part, treated=cut)
    return kept if kept.tokens <= room else kept.dropped(why)


def _by_use(results: Sequence[Part]) -> Sequence[int]:
    """Places of results in the order in which they give way; twice where a line does as well."""
    lines = [place for place, one in enumerate(results) if not one.short]
    seen = [place for place, one in enumerate(results) if one.short and not one.is_unseen]
    return [*lines, *seen, *seen]


def _newest(parts: Sequence[Part], room: int) -> tuple[tuple[Part, ...], int]:
    """The newest that have room, oldest first, and the room that is left."""
    kept: list[Part] = []
    for one in reversed(parts):
        if one.tokens <= room:
            kept.insert(0, one)
            room -= one.tokens
    return tuple(kept), room


def _claim(of_brief: set[str], at: datetime) -> Callable[[Fact], tuple[bool, bool, datetime]]:
    return lambda fact: (not fact.is_stale(at), fact.id in of_brief, fact.observed_at)
