"""Rules about how urgent, how much, how, when and how often. Pure."""

from __future__ import annotations

from engine.domain.verdict import RuleResult
from engine.govern import bounds
from engine.govern.envelope import CellLimits
from engine.govern.look import Check, Look
from engine.govern.rule import Rule, wide


def priority_too_urgent(limits: CellLimits) -> Check:
    """The case is not too urgent for software."""
    rule, wider = Rule(name="priority_too_urgent"), limits.wider
    urgent = limits.most_urgent_priority
    limit = f"priority {urgent} or less urgent"
    beyond = f"priority {wider.most_urgent_priority} or less urgent" if wider else ""

    def check(look: Look) -> RuleResult:
        request = look.request
        seen = f"priority {request.priority}"
        if request.priority >= urgent:
            return rule.kept(limit, seen)
        if wider is None or request.priority < wider.most_urgent_priority:
            return rule.broken(limit, seen)
        return wide(rule, limits, request, limit, beyond, seen)

    return check


def amount_over_cap(limits: CellLimits) -> Check:
    """The action, with what its case moved so before, moves no more money than one may."""
    rule, wider, currency = Rule(name="amount_over_cap"), limits.wider, limits.currency
    limit = bounds.cap_words(limits.amount_cap, currency)
    beyond = bounds.cap_words(wider.amount_cap, currency) if wider else ""
    without = rule.kept(limit, "no money")

    def check(look: Look) -> RuleResult:
        request = look.request
        amount = request.amount_in_cell
        if amount is None:
            return without
        over = bounds.over_cap(amount, limits.amount_cap, currency)
        if not over:
            return rule.kept(limit, str(amount))
        if wider is None or bounds.over_cap(amount, wider.amount_cap, currency):
            return rule.broken(limit, over)
        return wide(rule, limits, request, limit, beyond, over)

    return check


def argument_out_of_bounds(limits: CellLimits) -> Check:
    """Every argument keeps its rules."""
    rule = Rule(name="argument_out_of_bounds")
    said = [(name, one, bounds.argument_words(name, one)) for name, one in limits.arguments]
    kept = rule.kept("; ".join(words for _, _, words in said) or "any arguments", "kept")

    def check(look: Look) -> RuleResult:
        for name, one, limit in said:
            request = look.request
            if wrong := bounds.wrong_argument(name, one, request.arguments, request.told):
                return rule.broken(limit, wrong)
        return kept

    return check


def outside_hours(limits: CellLimits) -> Check:
    """It is the time for it."""
    rule = Rule(name="outside_hours")
    said = [(hours, bounds.hours_words(hours, limits.zone)) for hours in limits.hours]
    kept = rule.kept("; ".join(words for _, words in said) or "any time", "inside")

    def check(look: Look) -> RuleResult:
        for hours, limit in said:
            if wrong := bounds.outside_hours(look.local(limits.zone), hours):
                return rule.broken(limit, wrong)
        return kept

    return check


def budget_spent(limits: CellLimits) -> Check:
    """Every budget has room for one more."""
    rule, currency = Rule(name="budget_spent"), limits.currency
    said = [(budget, bounds.budget_words(budget, currency)) for budget in limits.budgets]
    limit = "; ".join(words for _, words in said) or "no budget"

    def check(look: Look) -> RuleResult:
        for budget, words in said:
            if wrong := bounds.spent_budget(budget, look.request, look.usage, currency):
                return rule.broken(words, wrong)
        used = max((look.usage.of(budget.key).executions for budget, _ in said), default=0)
        return rule.kept(limit, f"{used} so far")

    return check
