"""Hard checks: whether an action keeps the guardrails and constraints of its cell. Pure.

Made once for a cell's rules, with only those limits the rules name. Of limits that differ only in
how tight they are the tightest is asked first: who keeps it keeps them all, so that one more rule
of a kind costs nothing until something is broken.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from engine.domain.budget import BudgetLimit
from engine.domain.verdict import RuleResult, VerdictKind
from engine.govern import bounds
from engine.govern.bounds import Broken
from engine.govern.hard_rules import HardRule, NamedRule
from engine.govern.limits import ArgumentRule
from engine.govern.look import Look
from engine.govern.request import AuthorizationRequest
from engine.govern.rule import PUT_BACK, Rule

_Results = tuple[RuleResult, ...]


class HardChecks:
    """All hard rules of a cell, asked together."""

    __slots__ = ("_all_kept", "_rules", "_tightest")

    def __init__(self, rules: Sequence[HardRule]) -> None:
        """Bind the limits to their rules once."""
        self._rules = tuple(map(_hard_check, rules))
        self._all_kept = tuple(one.kept for one in self._rules), ()
        self._tightest = _tightest(bound for one in self._rules for bound in one.bounds)

    def __len__(self) -> int:
        """Rules."""
        return len(self._rules)

    def __call__(self, look: Look) -> tuple[_Results, _Results]:
        """What the rules say, in their order, and what those of them say that are broken."""
        for broken in self._tightest:
            if broken(look):
                return self.one_by_one(look)
        return self._all_kept

    def one_by_one(self, look: Look) -> tuple[_Results, _Results]:
        """The same, every rule asked by itself."""
        said = tuple([one.asked(look) for one in self._rules])
        return said, tuple(one for one in said if not one.is_kept)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Bound:
    """One limit of a hard rule."""

    words: str
    broken: Broken
    kind: Hashable
    """Bounds of one kind differ in nothing but how tight they are."""
    tightness: int = 0
    """What breaks a bound breaks every tighter one of its kind."""


def _tightest(all_of_them: Iterable[_Bound]) -> tuple[Broken, ...]:
    """The bounds that a request keeps only if it keeps all."""
    found: dict[Hashable, _Bound] = {}
    for bound in all_of_them:
        known = found.get(bound.kind)
        if known is None or known.tightness < bound.tightness:
            found[bound.kind] = bound
    return tuple(bound.broken for bound in found.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class _HardCheck:
    """One hard rule as it is asked for an action."""

    rule: Rule
    bounds: tuple[_Bound, ...]
    kept: RuleResult

    def asked(self, look: Look) -> RuleResult:
        """Whether it is kept, and else the first of its limits that is not."""
        for bound in self.bounds:
            if seen := bound.broken(look):
                return self.rule.broken(bound.words, seen)
        return self.kept


def _hard_check(hard: HardRule) -> _HardCheck:
    rule = Rule(name=hard.title, otherwise=hard.kind, binds_people=hard.kind is VerdictKind.DENY)
    named = tuple(_bounds(hard))
    kept = rule.kept("; ".join(bound.words for bound in named), "kept")
    return _HardCheck(rule=rule, bounds=named, kept=kept)


def _bounds(hard: HardRule) -> Iterator[_Bound]:
    rule, zone = hard.rule, hard.zone
    if rule.never:
        yield _Bound(words="never", broken=lambda look: "asked for", kind="never")
    if rule.amount_cap is not None:
        yield _cap(rule.amount_cap, hard.currency)
    if rule.reversible_only:
        yield _Bound(words="reversible only", broken=_not_put_back, kind="effect")
    if rule.most_urgent_priority is not None:
        yield _priority(rule.most_urgent_priority)
    for name, one in rule.arguments.items():
        yield _argument(name, one)
    if rule.hours is not None:
        yield _Bound(
            words=bounds.hours_words(rule.hours, zone),
            broken=bounds.outside_hours(rule.hours, zone),
            kind=(rule.hours, zone),
        )
    for budget in hard.budgets:
        yield _budget(budget, hard.currency)
    yield from _doubts(hard.rule)


def _cap(cap: int, currency: str) -> _Bound:
    return _Bound(
        words=bounds.cap_words(cap, currency),
        broken=lambda look: (
            str(look.amount) if bounds.is_over_cap(look.amount, cap, currency) else ""
        ),
        kind=("cap", currency),
        tightness=-cap,
    )


def _not_put_back(look: Look) -> str:
    effect = look.request.effect_class
    return "" if effect in PUT_BACK else effect


def _priority(urgent: int) -> _Bound:
    return _Bound(
        words=f"priority {urgent} or less urgent",
        broken=lambda look: (
            "" if look.request.priority >= urgent else f"priority {look.request.priority}"
        ),
        kind="priority",
        tightness=urgent,
    )


def _argument(name: str, one: ArgumentRule) -> _Bound:
    wrong = bounds.wrong_argument(name, one)
    return _Bound(
        words=bounds.argument_words(name, one),
        broken=lambda look: wrong(look.request.arguments, look.request.told),
        kind=(name, one),
    )


def _budget(budget: BudgetLimit, currency: str) -> _Bound:
    key, spent = budget.key, bounds.spent_budget(budget, currency)
    return _Bound(
        words=bounds.budget_words(budget, currency),
        broken=lambda look: spent(look.request, look.usage.of(key)),
        kind=(budget, currency),
    )


def _doubts(rule: NamedRule) -> Iterator[_Bound]:
    for most, what, of in (
        (rule.max_stale_facts, "stale fact", attrgetter("stale")),
        (rule.max_contradictions, "contradiction", attrgetter("contradictory")),
        (rule.max_unseen_values, "unseen value", attrgetter("unseen")),
    ):
        if most is not None:
            yield _count(most, what, of)


def _count(most: int, what: str, of: Callable[[AuthorizationRequest], tuple[str, ...]]) -> _Bound:
    return _Bound(
        words=bounds.count_words(most, what),
        broken=lambda look: bounds.too_many(of(look.request), most),
        kind=what,
        tightness=-most,
    )
