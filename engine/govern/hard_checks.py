"""Hard checks: whether an action keeps a guardrail or a constraint. Pure.

Made once for a rule, with only those limits the rule names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.domain.budget import BudgetLimit
from engine.domain.verdict import RuleResult, VerdictKind
from engine.govern import bounds
from engine.govern.hard_rules import HardRule
from engine.govern.limits import ArgumentRule
from engine.govern.look import Check, Look
from engine.govern.rule import PUT_BACK

_Bound = tuple[str, Callable[[Look], str]]
"""A limit in words, and what of a request breaks it; empty: nothing."""


def hard_check(hard: HardRule) -> Check:
    """The rule as it is asked for every action."""
    named = tuple(_bounds(hard))
    limit = "; ".join(words for words, _ in named)
    kept = _result(hard, is_kept=True, limit=limit, seen="kept")

    def check(look: Look) -> RuleResult:
        for words, seen_of in named:
            if seen := seen_of(look):
                return _result(hard, is_kept=False, limit=words, seen=seen)
        return kept

    return check


def _result(hard: HardRule, *, is_kept: bool, limit: str, seen: str) -> RuleResult:
    return RuleResult(
        rule=hard.title,
        is_kept=is_kept,
        otherwise=hard.kind,
        limit=limit,
        seen=seen,
        binds_people=hard.kind is VerdictKind.DENY,
    )


def _bounds(hard: HardRule) -> Iterator[_Bound]:
    rule = hard.rule
    if rule.never:
        yield "never", lambda look: "asked for"
    if rule.amount_cap is not None:
        yield _cap(hard, rule.amount_cap)
    if rule.reversible_only:
        yield "reversible only", _not_put_back
    if rule.most_urgent_priority is not None:
        yield _priority(rule.most_urgent_priority)
    for name, one in rule.arguments.items():
        yield bounds.argument_words(name, one), _argument(name, one)
    if rule.hours is not None:
        hours, zone = rule.hours, hard.zone
        yield (
            bounds.hours_words(hours, zone),
            lambda look: bounds.outside_hours(look.local(zone), hours),
        )
    for budget in hard.budgets:
        yield bounds.budget_words(budget, hard.currency), _budget(hard, budget)
    yield from _doubts(hard)


def _cap(hard: HardRule, cap: int) -> _Bound:
    currency = hard.currency
    return (
        bounds.cap_words(cap, currency),
        lambda look: bounds.over_cap(look.request.amount_in_cell, cap, currency),
    )


def _not_put_back(look: Look) -> str:
    effect = look.request.effect_class
    return "" if effect in PUT_BACK else effect


def _priority(urgent: int) -> _Bound:
    return (
        f"priority {urgent} or less urgent",
        lambda look: "" if look.request.priority >= urgent else f"priority {look.request.priority}",
    )


def _argument(name: str, one: ArgumentRule) -> Callable[[Look], str]:
    return lambda look: bounds.wrong_argument(name, one, look.request.arguments, look.request.told)


def _budget(hard: HardRule, budget: BudgetLimit) -> Callable[[Look], str]:
    return lambda look: bounds.spent_budget(budget, look.request, look.usage, hard.currency)


def _doubts(hard: HardRule) -> Iterator[_Bound]:
    rule = hard.rule
    stale, contradictory, unseen = (
        rule.max_stale_facts,
        rule.max_contradictions,
        rule.max_unseen_values,
    )
    if stale is not None:
        yield (
            bounds.count_words(stale, "stale fact"),
            lambda look: bounds.too_many(look.request.stale, stale),
        )
    if contradictory is not None:
        yield (
            bounds.count_words(contradictory, "contradiction"),
            lambda look: bounds.too_many(look.request.contradictory, contradictory),
        )
    if unseen is not None:
        yield (
            bounds.count_words(unseen, "unseen value"),
            lambda look: bounds.too_many(look.request.unseen, unseen),
        )
