"""What policy looks at: one action with the state of the world it meets, and the budgets."""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.actor import Role
from engine.domain.phase import Cell
from engine.domain.tool import EffectClass


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthorizationRequest:
    """Everything policy looks at; the same request gives the same verdict."""

    cell: Cell
    problem: str = ""
    """Why the request is malformed (unknown tool, bad arguments); empty: it is well-formed."""
    is_known_case_type: bool = True
    effect_class: EffectClass = EffectClass.REVERSIBLE
    confidence: float | None = None
    """Calibrated, 0 to 1; None: the reasoner gave none."""
    is_calibrated: bool = False
    score: float | None = None
    """Raw confidence; a rolling rule cuts on it, since a later calibration may not reorder it."""
    rolling_cut: float | None = None
    """Lowest raw confidence the rolling rule allows now; None: it allows none."""
    rolling_threshold: float | None = None
    """The cut as a calibrated confidence, for the words."""
    priority: int = 9
    stale: tuple[str, ...] = ()
    contradictory: tuple[str, ...] = ()
    paused: str = ""
    """Scope of the pause that holds; empty: none does."""
    can_audit: bool = True
    """Whether the key of the audit draw is at hand."""
    person_roles: frozenset[Role] | None = None
    """Roles of the person who acts; None: software acts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """How much of a cell's budgets is used."""

    executions_this_hour: int = 0
