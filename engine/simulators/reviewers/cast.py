"""Cast: who plays in a demonstration, what they may do, and with which habits.

Every name says that its bearer is simulated.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from engine.domain.actor import Role


@dataclass(frozen=True, kw_only=True, slots=True)
class Habits:
    """How somebody reviews; every share is a probability, drawn anew for each case."""

    looks_s: float
    """Seconds over a card, the median."""
    spread: float = 0.5
    """Standard deviation of the logarithm of these seconds."""
    reads: float = 1.0
    """Share of the cards that are really read; the others are approved where they can be."""
    doubts_below: float = 0.75
    """Confidence below which one who reads does not simply approve."""
    trusts_own: float = 0.4
    """Share of doubtful cases in which one's own second choice is done instead."""
    asks: float = 0.25
    """Share of doubtful cases in which something missing is asked for."""
    passes_on_above: int = 40_000
    """Money in minor units above which a doubtful case goes to a senior."""
    second_thoughts: float = 0.05
    """Share of good recommendations that are turned down all the same."""
    holds: float = 0.0
    """Share of veto windows that are held by somebody who watches them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Player:
    """One simulated person."""

    name: str
    """Sign-in name."""
    display_name: str
    roles: frozenset[Role]
    what: str
    """What they do, and how; said to whoever takes their place."""
    habits: Habits | None = None
    """None: no reviewer."""
    begins: time = time(8)
    ends: time = time(17)
    """Working hours, UTC."""


ADMINISTRATOR = Player(
    name="alma",
    display_name="Alma (simulated administrator)",
    roles=frozenset({Role.ADMINISTRATOR}),
    what="Makes accounts; decides nothing.",
)
CAREFUL = Player(
    name="ada",
    display_name="Ada (simulated operator)",
    roles=frozenset({Role.OPERATOR}),
    what="Decides cases. Careful: reads every card, asks, chooses something else when in doubt.",
    habits=Habits(looks_s=110),
)
QUICK = Player(
    name="rob",
    display_name="Rob (simulated operator)",
    roles=frozenset({Role.OPERATOR}),
    what="Decides cases. A rubber stamp: approves almost everything within seconds.",
    habits=Habits(looks_s=9, spread=0.35, reads=0.06, second_thoughts=0.0),
    begins=time(9),
    ends=time(18),
)
SENIOR = Player(
    name="sven",
    display_name="Sven (simulated senior operator)",
    roles=frozenset({Role.OPERATOR, Role.SENIOR_OPERATOR}),
    what="Decides what is passed on, holds what software is about to do. Slow and thorough.",
    habits=Habits(looks_s=420, spread=0.6, doubts_below=0.85, trusts_own=0.6, asks=0.1, holds=0.2),
    begins=time(7),
    ends=time(19),
)
OWNER = Player(
    name="pia",
    display_name="Pia (simulated product owner)",
    roles=frozenset({Role.PRODUCT_OWNER}),
    what="Proposes how far software may go.",
)
OFFICER = Player(
    name="rita",
    display_name="Rita (simulated risk officer)",
    roles=frozenset({Role.RISK_OFFICER}),
    what="Signs or refuses that, pulls the brake, and answers audit cards blind.",
)
ONLOOKER = Player(
    name="vic",
    display_name="Vic (simulated viewer)",
    roles=frozenset({Role.VIEWER}),
    what="Looks on and changes nothing.",
)

CAST = (CAREFUL, QUICK, SENIOR, OWNER, OFFICER, ADMINISTRATOR, ONLOOKER)
"""Everybody, in the order in which their places are offered."""
REVIEWERS = tuple(one for one in CAST if one.habits is not None)


def at_work(player: Player, at: datetime) -> datetime:
    """When somebody is at work: now, or at the next beginning of their hours."""
    today = datetime.combine(at.date(), player.begins, UTC)
    if at < today:
        return today
    if at.time() < player.ends:
        return at
    return today + timedelta(days=1)
