"""`authorize`: may this action run, and who says so. Pure, total and deterministic.

Every rule is evaluated and reported. No matching rule means ESCALATE, a malformed request means
DENY, and DENY beats everything. Hard rules (guardrails and constraints) stand beside the envelope;
it cannot widen them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.domain.budget import BudgetLimit
from engine.domain.phase import Cell
from engine.domain.verdict import RuleResult, Verdict, VerdictKind
from engine.govern.envelope import CellEnvelope
from engine.govern.hard_checks import HardChecks
from engine.govern.hard_rules import HardRule
from engine.govern.look import Check, Look
from engine.govern.request import AuthorizationRequest, Usage
from engine.govern.rules import checks_of, not_paused, well_formed


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """A budget with what the document says of it: whose clock, and which money."""

    limit: BudgetLimit
    zone: str
    currency: str


@dataclass(frozen=True, kw_only=True)
class CellPolicy:
    """All that policy says about one cell; what it asks is made when it is asked first."""

    envelope: CellEnvelope | None
    """None where the desk's envelope has no such cell."""
    hard_rules: tuple[HardRule, ...] = ()
    """Those that hold for the cell."""

    @cached_property
    def own_checks(self) -> tuple[Check, ...]:
        """What the envelope asks for an action, in the order in which it is shown."""
        return _WITHOUT if self.envelope is None else checks_of(self.envelope.limits)

    @cached_property
    def hard_checks(self) -> HardChecks:
        """What the hard rules ask; shown after that."""
        return HardChecks(self.hard_rules)

    def budgets(self, *, is_alone: bool) -> tuple[Counted, ...]:
        """The budgets an action takes from.

        An envelope's budgets, and those of rules that only ask for a person, limit software; what
        is denied beyond a budget is denied to people too, so their actions count there.
        """
        own = self.envelope.limits if self.envelope is not None and is_alone else None
        found = _counted(own.budgets, own.zone, own.currency) if own is not None else []
        for hard in self.hard_rules:
            if is_alone or hard.kind is VerdictKind.DENY:
                found += _counted(hard.budgets, hard.zone, hard.currency)
        return tuple(found)


def _counted(budgets: Sequence[BudgetLimit], zone: str, currency: str) -> list[Counted]:
    return [Counted(limit=one, zone=zone, currency=currency) for one in budgets]


def policy_for(cell: Cell, envelope: CellEnvelope | None, rules: Sequence[HardRule]) -> CellPolicy:
    """What holds for one cell."""
    return CellPolicy(
        envelope=envelope, hard_rules=tuple(one for one in rules if one.rule.holds_for(cell))
    )


def authorize(request: AuthorizationRequest, policy: CellPolicy, usage: Usage) -> Verdict:
    """Judge one action.

    Args:
        request: The action and the state of the world it meets.
        policy: The limits of its cell, and the hard rules that hold for it.
        usage: What of the budgets is used at this moment.

    Returns:
        The verdict with every rule, kept or broken.
    """
    look = Look(request, usage)
    own = [check(look) for check in policy.own_checks]
    hard, broken = policy.hard_checks(look)
    kind, would_have = _strictest((*own, *broken), is_person=request.person_roles is not None)
    return Verdict(
        kind=kind,
        would_have=would_have,
        rules=(*own, *hard),
        envelope_hash=policy.envelope.hash if policy.envelope else b"",
    )


def _strictest(rules: Sequence[RuleResult], *, is_person: bool) -> tuple[VerdictKind, VerdictKind]:
    """The answer, and what it would be if the cell were not in COPILOT."""
    kind = would_have = VerdictKind.EXECUTE
    for rule in rules:
        if rule.is_kept or (is_person and not rule.binds_people):
            continue
        kind = kind.at_least(rule.otherwise)
        if rule.rule != "phase_is_copilot":
            would_have = would_have.at_least(rule.otherwise)
    return kind, would_have


_NO_ENVELOPE = RuleResult(
    rule="no_envelope",
    is_kept=False,
    otherwise=VerdictKind.ESCALATE,
    limit="an envelope for the cell",
    seen="none",
)
_WITHOUT: tuple[Check, ...] = (well_formed(), not_paused(), lambda look: _NO_ENVELOPE)
