"""Rule: how a rule of the envelope says what it found, and what only wider limits allow."""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.tool import EffectClass
from engine.domain.verdict import RuleResult, VerdictKind
from engine.govern.envelope import CellLimits
from engine.govern.request import AuthorizationRequest

PUT_BACK = frozenset({EffectClass.READ, EffectClass.REVERSIBLE})
"""Effects after which the world can be as it was."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A rule's name and what happens where it is broken."""

    name: str
    otherwise: VerdictKind = VerdictKind.ESCALATE
    binds_people: bool = False

    def kept(self, limit: str, seen: str) -> RuleResult:
        """The rule was kept."""
        return RuleResult(self.name, True, self.otherwise, limit, seen, self.binds_people)

    def broken(self, limit: str, seen: str) -> RuleResult:
        """The rule was broken."""
        return RuleResult(self.name, False, self.otherwise, limit, seen, self.binds_people)


def wide(
    rule: Rule,
    limits: CellLimits,
    request: AuthorizationRequest,
    limit: str,
    beyond: str,
    seen: str,
) -> RuleResult:
    """What only the wider limit allows, after a veto window."""
    wider = limits.wider
    if wider is None or request.effect_class not in PUT_BACK:
        return rule.broken(limit, seen)
    return Rule(name=rule.name, otherwise=VerdictKind.VETO_WINDOW).broken(
        f"{limit} at once, {beyond} after {wider.veto_minutes:g} minutes", seen
    )
