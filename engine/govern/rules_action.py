"""Rules about who acts, and what is done to which kind of case. Pure."""

from __future__ import annotations

from engine.domain.money import Money
from engine.domain.phase import Phase
from engine.domain.tool import EffectClass
from engine.domain.verdict import RuleResult, VerdictKind
from engine.govern import bounds
from engine.govern.envelope import CellLimits
from engine.govern.look import Check, Look
from engine.govern.rule import PUT_BACK, Rule

NAMES_OTHERS = "text_names_others"
PARTED = "; "
"""Between what it names; nothing that is named holds this."""


def role_may_not_decide(limits: CellLimits) -> Check:
    """Nobody answers without a role that may decide the cell."""
    rule = Rule(name="role_may_not_decide", otherwise=VerdictKind.DENY, binds_people=True)
    limit, allowed = " or ".join(limits.roles), frozenset(limits.roles)
    software = rule.kept(limit, "software")

    def check(look: Look) -> RuleResult:
        roles = look.request.person_roles
        if roles is None:
            return software
        seen = ", ".join(sorted(roles)) or "no role"
        return rule.broken(limit, seen) if roles.isdisjoint(allowed) else rule.kept(limit, seen)

    return check


def second_person_missing(limits: CellLimits) -> Check:
    """Above an amount two people approve, and software never acts alone."""
    rule, currency = Rule(name="second_person_missing", binds_people=True), limits.currency
    above = limits.second_person_above
    if above is None:
        never = rule.kept("one person", "not needed")
        return lambda look: never
    limit = f"two people above {Money(minor=above, currency=currency)}"
    below = rule.kept(limit, "not needed")

    def check(look: Look) -> RuleResult:
        amount, approvals = look.request.amount_in_all, look.request.approvals
        if not bounds.is_over_cap(amount, above, currency):
            return below
        seen = f"{amount}, approved by {approvals}"
        return rule.kept(limit, seen) if approvals >= 2 else rule.broken(limit, seen)

    return check


def case_type_unknown(limits: CellLimits) -> Check:
    """The case is of the type the limits are for, and the desk knows it."""
    rule, limit = Rule(name="case_type_unknown"), "a case type of the desk"
    kept = rule.kept(limit, limits.case_type)

    def check(look: Look) -> RuleResult:
        seen = look.request.cell.case_type
        is_known = look.request.is_known_case_type and seen == limits.case_type
        return kept if is_known else rule.broken(limit, seen)

    return check


def action_not_listed(limits: CellLimits) -> Check:
    """The action is the one the limits are for."""
    rule, limit = Rule(name="action_not_listed"), limits.action
    kept = rule.kept(limit, limit)

    def check(look: Look) -> RuleResult:
        seen = look.request.cell.action_type
        return kept if seen == limit else rule.broken(limit, seen)

    return check


def phase_is_copilot(limits: CellLimits) -> Check:
    """The phase lets software act at all: this version of it, for each earns its own."""
    rule, limit, phase = Rule(name="phase_is_copilot"), "BOUNDED or wider", limits.phase
    if phase is Phase.COPILOT:
        never = rule.broken(limit, phase)
        return lambda look: never
    kept = rule.kept(limit, phase)

    def check(look: Look) -> RuleResult:
        who = look.request.unearned
        return rule.broken(limit, f"COPILOT: {who} has not earned {phase}") if who else kept

    return check


def text_names_others() -> Check:
    """No text of software names what nobody told its case."""
    rule, limit = Rule(name=NAMES_OTHERS), "what systems told the case"
    kept = rule.kept(limit, "nothing else")

    def check(look: Look) -> RuleResult:
        named = look.request.named
        return rule.broken(limit, PARTED.join(named)) if named else kept

    return check


def effect_not_reversible(limits: CellLimits) -> Check:
    """The effect can be put back, where only such effects are allowed."""
    rule = Rule(name="effect_not_reversible")
    allowed = PUT_BACK if limits.reversible_only else frozenset(EffectClass)
    limit = "reversible only" if limits.reversible_only else "any effect"
    said = {
        effect: (rule.kept if effect in allowed else rule.broken)(limit, effect)
        for effect in EffectClass
    }
    return lambda look: said[look.request.effect_class]
