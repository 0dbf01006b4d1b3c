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
    usual = {one: rule.kept(limit, f"priority {one}") for one in range(urgent, 10)}

    def check(look: Look) -> RuleResult:
        request = look.request
        if kept := usual.get(request.priority):
            return kept
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
    cap, limit = limits.amount_cap, bounds.cap_words(limits.amount_cap, currency)
    beyond = bounds.cap_words(wider.amount_cap, currency) if wider else ""
    without = rule.kept(limit, "no money")

    def check(look: Look) -> RuleResult:
        amount = look.amount
        if amount is None:
            return without
        seen = str(amount)
        if not bounds.is_over_cap(amount, cap, currency):
            return rule.kept(limit, seen)
        if wider is None or bounds.is_over_cap(amount, wider.amount_cap, currency):
            return rule.broken(limit, seen)
        return wide(rule, limits, look.request, limit, beyond, seen)

    return check


def argument_out_of_bounds(limits: CellLimits) -> Check:
    """Every argument keeps its rules."""
    rule = Rule(name="argument_out_of_bounds")
    said = [
        (bounds.argument_words(name, one), bounds.wrong_argument(name, one))
        for name, one in limits.arguments
    ]
    kept = rule.kept("; ".join(words for words, _ in said) or "any arguments", "kept")

    def check(look: Look) -> RuleResult:
        for limit, wrong_in in said:
            if wrong := wrong_in(look.request.arguments, look.request.told):
                return rule.broken(limit, wrong)
        return kept

    return check


def outside_hours(limits: CellLimits) -> Check:
    """It is the time for it."""
    rule, zone = Rule(name="outside_hours"), limits.zone
    said = [
        (bounds.hours_words(one, zone), bounds.outside_hours(one, zone)) for one in limits.hours
    ]
    kept = rule.kept("; ".join(words for words, _ in said) or "any time", "inside")

    def check(look: Look) -> RuleResult:
        for limit, outside in said:
            if wrong := outside(look):
                return rule.broken(limit, wrong)
        return kept

    return check


def budget_spent(limits: CellLimits) -> Check:
    """Every budget has room for one more."""
    rule, currency = Rule(name="budget_spent"), limits.currency
    said = [
        (one.key, bounds.budget_words(one, currency), bounds.spent_budget(one, currency))
        for one in limits.budgets
    ]
    limit = "; ".join(words for _, words, _ in said) or "no budget"

    def check(look: Look) -> RuleResult:
        most = 0
        for key, words, spent in said:
            used = look.usage.of(key)
            if wrong := spent(look.request, used):
                return rule.broken(words, wrong)
            if used.executions > most:
                most = used.executions
        return rule.kept(limit, f"{most} so far")

    return check
