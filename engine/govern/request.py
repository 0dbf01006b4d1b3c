"""What policy looks at: one action with the state of the world it meets, and the budgets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import isfinite
from typing import Any

from engine.domain.actor import Role
from engine.domain.budget import Spent
from engine.domain.money import Money
from engine.domain.phase import Cell
from engine.domain.tool import EffectClass
from engine.govern.limits import MOST_MONEY, OWN


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthorizationRequest:
    """Everything policy looks at; the same request gives the same verdict."""

    cell: Cell
    problem: str = ""
    """What its maker found wrong (unknown tool, bad arguments); empty: nothing. `malformed` says
    what else is."""
    at: datetime | None = None
    """The desk's present; None: not told, and no hours can be shown to hold."""
    is_known_case_type: bool = True
    effect_class: EffectClass = EffectClass.REVERSIBLE
    arguments: Mapping[str, Any] = field(default_factory=dict)
    told: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By argument, the fresh facts that tell its very value, as `attribute@source`."""
    amount: Money | None = None
    """What the action would move; None: no money."""
    moved_in_cell: int = 0
    """What earlier calls of its case moved in its cell and still stands, in minor units of the
    amount's currency: no limit of an amount is kept by cutting the amount into calls."""
    moved: int = 0
    """The same in all cells."""
    customer: str = ""
    """Whom it is for; empty: not known."""
    reasoner: str = OWN
    """Whose recommendation it is; `own`: the desk's own reasoner's."""
    unearned: str = ""
    """Whose it is in full, where the phase is another version's; empty: it is that version's."""
    confidence: float | None = None
    """Calibrated, 0 to 1; None: the reasoner gave none."""
    is_calibrated: bool = False
    score: float | None = None
    """Raw confidence; a rolling rule cuts on it, since a later calibration may not reorder it."""
    rolling_cut: float | None = None
    """Lowest raw confidence the rolling rule allows now; None: it allows none."""
    rolling_threshold: float | None = None
    """The cut as a calibrated confidence, for the words."""
    wider_cut: float | None = None
    """The same for the wider limits of ON_THE_LOOP."""
    wider_threshold: float | None = None
    priority: int = 9
    stale: tuple[str, ...] = ()
    contradictory: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    """Facts whose value the reasoner has never met."""
    named: tuple[str, ...] = ()
    """What its texts name and nobody told the case, each as `argument: words`."""
    in_hand: str = ""
    """Why the case is in people's hands (they told a fact, a role has it); empty: it is not."""
    paused: str = ""
    """Scope of the pause that holds; empty: none does."""
    can_audit: bool = True
    """Whether the key of the audit draw is at hand."""
    person_roles: frozenset[Role] | None = None
    """Roles of the person who acts; None: software acts."""
    approvals: int = 0
    """How many different people have approved this very action."""

    @property
    def amount_in_cell(self) -> Money | None:
        """What its case would have moved in its cell with it; what caps are held to."""
        return _more(self.amount, self.moved_in_cell) if self.moved_in_cell else self.amount

    @property
    def amount_in_all(self) -> Money | None:
        """What its case would have moved in all cells with it; what takes a second person."""
        return _more(self.amount, self.moved) if self.moved else self.amount

    @property
    def malformed(self) -> str:
        """What is wrong with the request itself, whatever the limits are; empty: nothing."""
        if self.problem:
            return self.problem
        amount = self.amount
        if amount is not None:
            if amount.minor < 0:
                return f"{amount} is less than nothing"
            if amount.minor > MOST_MONEY:
                return f"{amount} is more than can be counted"
            if not _CURRENCY.fullmatch(amount.currency):
                return f"{amount.currency!r:.40} is no currency of three capital letters"
        if self.confidence is not None and not 0 <= self.confidence <= 1:
            return f"the confidence {self.confidence:g} is not between 0 and 1"
        if self.score is not None and not isfinite(self.score):
            return f"the raw confidence {self.score:g} is no number"
        return ""


def _more(amount: Money | None, moved: int) -> Money | None:
    """An amount with what was moved before; one that moves nothing makes nothing more."""
    if amount is None or amount.minor <= 0:
        return amount
    return replace(amount, minor=amount.minor + moved)


_CURRENCY = re.compile(r"[A-Z]{3}")
_NOTHING = Spent()


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """How much of the budgets is used, each in the window of the request's moment."""

    spent: Mapping[str, Spent] = field(default_factory=dict)
    """By key of the budget; a budget that is missing is unused."""

    def of(self, key: str) -> Spent:
        """What is used of one budget."""
        return self.spent.get(key, _NOTHING)
