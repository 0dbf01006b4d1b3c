"""The limits of one cell with everything filled in, and their identity."""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.actor import Role
from engine.domain.budget import BudgetLimit
from engine.domain.phase import Cell, Phase
from engine.govern.limits import OWN, ArgumentRule, Closed, Decider, Hours, OnDeadline, Threshold


class WiderLimits(Closed):
    """What ON_THE_LOOP allows beyond the other limits of a cell; never narrower than they are."""

    threshold: Threshold
    most_urgent_priority: int
    amount_cap: int | None
    veto_minutes: float


class CellLimits(Closed):
    """The limits of one cell with everything filled in."""

    case_type: str
    action: str
    phase: Phase = Phase.COPILOT
    threshold: Threshold
    earned_by: tuple[str, ...] = (OWN,)
    most_urgent_priority: int = 3
    amount_cap: int | None = None
    second_person_above: int | None = None
    arguments: tuple[tuple[str, ArgumentRule], ...] = ()
    """All rules of all levels; every one has to be kept."""
    budgets: tuple[BudgetLimit, ...] = ()
    hours: tuple[Hours, ...] = ()
    reversible_only: bool = True
    max_stale_facts: int = 0
    max_contradictions: int = 0
    max_unseen_values: int | None = None
    on_the_loop: WiderLimits | None = None
    audit_rate: float = 0.10
    roles: tuple[Decider, ...] = (Role.OPERATOR, Role.SENIOR_OPERATOR)
    review_minutes: int = 480
    on_deadline: OnDeadline = OnDeadline.ESCALATE
    escalate_to: Decider = Role.SENIOR_OPERATOR
    grant_minutes: int = 15
    currency: str = "EUR"
    zone: str = "UTC"

    @property
    def wider(self) -> WiderLimits | None:
        """What holds beyond the other limits in this phase."""
        return self.on_the_loop if self.phase is Phase.ON_THE_LOOP else None


@dataclass(frozen=True, kw_only=True, slots=True)
class CellEnvelope:
    """The resolved limits of one cell and their identity."""

    cell: Cell
    limits: CellLimits
    hash: bytes
