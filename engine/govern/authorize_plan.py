"""`authorize_plan`: may these actions run together? Pure, made of `authorize`.

Each action is judged in its own cell. Beyond that a plan is one thing: what its earlier actions
take of budgets is not there for the later ones, and no limit of an amount is kept by cutting the
amount into steps. Caps and hard rules see the sum of what a cell's actions move; the second person
is asked for above the sum of all money of one currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.domain.budget import Spent
from engine.domain.money import Money
from engine.domain.verdict import RuleResult, Verdict
from engine.govern.authorize import CellPolicy, authorize
from engine.govern.request import AuthorizationRequest, Usage
from engine.govern.taking import takings

_CAP = "amount_over_cap"
_SECOND = "second_person_missing"


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanStep:
    """One action as it is judged: the request, and what holds for its cell."""

    request: AuthorizationRequest
    policy: CellPolicy


def authorize_plan(steps: Sequence[PlanStep], usage: Usage) -> tuple[Verdict, ...]:
    """Judge the actions of a plan, each with a view of all.

    Args:
        steps: In the order in which they run.
        usage: What of all their budgets is used at this moment.

    Returns:
        One verdict an action; the plan's is the strictest. Of one action it is `authorize`'s.
    """
    if len(steps) == 1:
        return (authorize(steps[0].request, steps[0].policy, usage),)
    verdicts, before = [], usage
    for step in steps:
        verdict = authorize(step.request, step.policy, before)
        verdicts.append(_with_sums(verdict, step, steps, usage))
        before = _after(before, step)
    return tuple(verdicts)


def strictest(verdicts: Sequence[Verdict]) -> int:
    """Place of the verdict that is the plan's.

    Where several are as strict it is the one that would be strict without the phase as well: it has
    more to say.
    """
    places = range(len(verdicts))
    return max(
        places,
        key=lambda n: (verdicts[n].kind.strictness, verdicts[n].would_have.strictness, -n),
    )


def _after(usage: Usage, step: PlanStep) -> Usage:
    """What is used of budgets once a step has run."""
    spent = dict(usage.spent)
    for one in takings(step.policy, step.request):
        used = spent.get(one.limit.key, Spent())
        spent[one.limit.key] = Spent(
            executions=used.executions + 1, amount=used.amount + one.taken.amount
        )
    return Usage(spent=spent)


def _with_sums(
    verdict: Verdict, step: PlanStep, steps: Sequence[PlanStep], usage: Usage
) -> Verdict:
    own = step.request.amount
    if own is None:
        return verdict
    of_cell = _sum(own, [one for one in steps if one.request.cell == step.request.cell])
    of_plan = _sum(own, steps)
    broken = [
        rule
        for rule in _broken_by(of_cell, own, step, usage)
        if rule.rule == _CAP or ":" in rule.rule
    ]
    broken += [rule for rule in _broken_by(of_plan, own, step, usage) if rule.rule == _SECOND]
    return _stricter(verdict, broken, is_person=step.request.person_roles is not None)


def _sum(own: Money, steps: Sequence[PlanStep]) -> Money:
    amounts = [one.request.amount for one in steps]
    same = [one.minor for one in amounts if one is not None and one.currency == own.currency]
    return replace(own, minor=sum(max(minor, 0) for minor in same))


def _broken_by(amount: Money, own: Money, step: PlanStep, usage: Usage) -> Sequence[RuleResult]:
    """The rules that a step breaks if it moves so much."""
    if amount == own:
        return ()
    return authorize(replace(step.request, amount=amount), step.policy, usage).broken


def _stricter(verdict: Verdict, broken: Sequence[RuleResult], *, is_person: bool) -> Verdict:
    """A verdict in which these rules are broken as well."""
    instead = {rule.rule: rule for rule in broken}
    kept = {rule.rule for rule in verdict.rules if rule.is_kept}
    kind, would_have = verdict.kind, verdict.would_have
    for rule in broken:
        if rule.rule in kept and (rule.binds_people or not is_person):
            kind, would_have = kind.at_least(rule.otherwise), would_have.at_least(rule.otherwise)
    rules = tuple(instead.get(rule.rule, rule) if rule.is_kept else rule for rule in verdict.rules)
    return replace(verdict, kind=kind, would_have=would_have, rules=rules)
