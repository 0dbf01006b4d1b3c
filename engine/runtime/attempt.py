"""Attempt: everything one execution needs, read at one moment, or the reason why it may not run.

What the person or policy saw is what runs: all that a grant binds is compared with what is true
now, and the action is authorised again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.desk import Desk
from engine.domain.actor import POLICY, Actor, DecidedBy
from engine.domain.canonical import Json
from engine.domain.case import Attention, Case
from engine.domain.grant import Grant, GrantBasis
from engine.domain.phase import Cell
from engine.domain.recommendation import Action
from engine.domain.transition import BudgetReserved
from engine.domain.verdict import RuleResult, Verdict, VerdictKind
from engine.govern.authorize import CellPolicy
from engine.ports import EffectTool
from engine.runtime.drifting import drift_words
from engine.runtime.policy import why_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """An execution that may go ahead as far as the reads show."""

    case: Case
    tool: EffectTool
    action: Action
    grant: Grant
    before: Json
    """State of the target now."""
    epoch: int
    """Control epoch under which it was authorised."""
    cell: Cell
    at: datetime
    """The moment all this was read."""
    present: datetime
    """The same moment on the desk's clock, which a replay sets."""
    takings: tuple[BudgetReserved, ...] = ()
    """What it takes of budgets."""

    @property
    def is_alone(self) -> bool:
        """Whether software acts without a person's answer."""
        return self.grant.basis in (GrantBasis.VERDICT, GrantBasis.VETO_LAPSE)

    @property
    def is_undo(self) -> bool:
        """Whether it puts something back."""
        return self.grant.basis in (GrantBasis.UNDO, GrantBasis.COMPENSATION)

    @property
    def actor(self) -> Actor:
        """In whose name it runs."""
        is_own = self.grant.basis is GrantBasis.COMPENSATION and self.grant.actor == POLICY.name
        if self.is_alone or is_own:
            return POLICY
        return Actor(decided_by=DecidedBy.PERSON, name=self.grant.actor)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Why a grant may not be used."""

    attention: Attention
    note: str
    is_settled: bool = False
    """The target was resolved elsewhere."""


_CODES = {
    "paused": Attention.PAUSED,
    "role_may_not_decide": Attention.AUTHORITY_LOST,
    "budget_spent": Attention.BUDGET_SPENT,
    "request_malformed": Attention.CONTRACT_CHANGED,
}


def refusal_of(attempt: Attempt, verdict: Verdict, limits: CellPolicy) -> Refusal:
    """Why it may not run now: the strictest rule that was not kept, by its name."""
    rule = max(_stopping(attempt, verdict), key=lambda one: one.otherwise.strictness)
    why = why_of(rule, limits)
    because = f", because {why}" if why else ""
    return Refusal(
        attention=_code_of(rule, verdict, attempt.action),
        note=f"{rule.rule}: {rule.seen} against {rule.limit}{because}",
    )


def _stopping(attempt: Attempt, verdict: Verdict) -> list[RuleResult]:
    """Broken rules that hold here: a window that is over has answered those that ask for one."""
    is_lapse = attempt.grant.basis is GrantBasis.VETO_LAPSE
    return [
        rule
        for rule in verdict.broken
        if (rule.binds_people or attempt.is_alone)
        and not (is_lapse and rule.otherwise is VerdictKind.VETO_WINDOW)
    ]


def _code_of(rule: RuleResult, verdict: Verdict, action: Action) -> Attention:
    """What has changed: the rules beside the envelope, the envelope, or what they are about."""
    if rule.rule in _CODES:
        return _CODES[rule.rule]
    if rule.otherwise is VerdictKind.DENY:
        return Attention.DENIED
    is_hard = ":" in rule.rule
    if not is_hard and verdict.envelope_hash != action.verdict.envelope_hash:
        return Attention.ENVELOPE_CHANGED
    return Attention.OUTSIDE_ENVELOPE


def drift(code: Attention, action: Action, state: Json, desk: Desk) -> str:
    """What of the target changed, in words; empty where it is something else."""
    if code is not Attention.TARGET_CHANGED:
        return ""
    if action.ordinal > 1:
        return "the target changed since the step before was verified"
    return drift_words(desk, action, state)
