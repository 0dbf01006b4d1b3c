"""Bounds: whether one action keeps one limit, and what was seen. Pure; shared by all rules.

Each function gives what broke the limit in words, or an empty text where it is kept. Where a limit
has parts the function is made once for it, and asked for every action.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import time
from typing import Any

from engine.domain.budget import BudgetLimit, Spent, names_somebody
from engine.domain.money import Money
from engine.govern.limits import ArgumentRule, Hours, Weekday
from engine.govern.look import Look
from engine.govern.request import AuthorizationRequest

Arguments = Mapping[str, Any]
Told = Mapping[str, frozenset[str]]
"""By argument, which facts tell its value, as `attribute@source`."""
Broken = Callable[[Look], str]
"""What of a request breaks one limit, in words; empty: nothing does."""

_DAYS = tuple(Weekday)
_MIDNIGHT = time(0)


def is_over_cap(amount: Money | None, cap: int | None, currency: str) -> bool:
    """Whether an amount is above a cap; another currency, or less than nothing, is always over."""
    if cap is None or amount is None:
        return False
    return amount.currency != currency or not 0 <= amount.minor <= cap


def wrong_argument(name: str, rule: ArgumentRule) -> Callable[[Arguments, Told], str]:
    """What tells whether an argument breaks its rule; one that is missing does.

    Args:
        name: Of the argument.
        rule: Its rule, taken apart here once.

    Returns:
        A function of all arguments of a call, and of the facts that tell them.
    """
    breaking, longest, told_by = tuple(_breaking(rule)), rule.longest, rule.told_by

    def wrong(arguments: Arguments, told: Told) -> str:
        if name not in arguments:
            return f"{name} is missing"
        value = arguments[name]
        for breaks in breaking:
            if breaks(value):
                return f"{name} is {value!s:.60}"
        if longest is not None and not (isinstance(value, str) and len(value) <= longest):
            return f"{name} is longer than {longest}"
        if told_by and (untold := untold_by(name, rule, told)):
            return f"{name} is {value!s:.60}, told by no {untold}"
        return ""

    return wrong


def untold_by(name: str, rule: ArgumentRule, told: Told) -> str:
    """The first kind of fact that has to tell an argument's value and does not."""
    there = told.get(name, frozenset())
    return next((one for one in rule.told_by or () if one not in there), "")


_Test = Callable[[Any], bool]


def _breaking(rule: ArgumentRule) -> Iterator[_Test]:
    """What breaks a rule by the value itself."""
    if rule.one_of is not None:
        is_listed = _among(rule.one_of)
        yield lambda value: not is_listed(value)
    if rule.none_of is not None:
        is_forbidden = _among(rule.none_of)
        yield lambda value: not _is_scalar(value) or is_forbidden(value)
    if rule.at_least is not None or rule.at_most is not None:
        yield lambda value: not _is_between(value, rule)


def _among(listed: tuple[Any, ...]) -> _Test:
    texts = frozenset(one for one in listed if isinstance(one, str))

    def is_among(value: Any) -> bool:
        if type(value) is str:
            return value in texts
        # To Python True is 1, but a person who lists 1 does not mean yes; 1.0 is 1 to everybody.
        is_yes_or_no = isinstance(value, bool)
        return any(value == one and isinstance(one, bool) is is_yes_or_no for one in listed)

    return is_among


def _is_scalar(value: Any) -> bool:
    """Whether it can be compared with what a rule lists; not a number (NaN) equals nothing."""
    return isinstance(value, (str, int, float)) and value == value


def _is_between(value: Any, rule: ArgumentRule) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return (rule.at_least is None or value >= rule.at_least) and (
        rule.at_most is None or value <= rule.at_most
    )


def outside_hours(hours: Hours, zone: str) -> Broken:
    """Whether a moment, by the clock of a zone, lies outside; one that is not told does."""
    is_open_on = tuple(day in hours.days for day in _DAYS)
    opens, closes = hours.opens, None if hours.closes == _MIDNIGHT else hours.closes

    def outside(look: Look) -> str:
        local = look.local(zone)
        if local is None:
            return "no time"
        day, clock = local
        if is_open_on[day] and opens <= clock and (closes is None or clock < closes):
            return ""
        return f"{_DAYS[day]} {clock:%H:%M}"

    return outside


def spent_budget(limit: BudgetLimit, currency: str) -> Callable[[AuthorizationRequest, Spent], str]:
    """Whether a budget has no room for an action; without a customer nobody can tell.

    Returns:
        A function of the request, and of what of the budget is used.
    """
    executions, most, is_per_customer = limit.executions, limit.amount, limit.is_per_customer

    def spent(request: AuthorizationRequest, used: Spent) -> str:
        if is_per_customer and not names_somebody(request.customer):
            return "no customer named"
        if executions is not None and used.executions >= executions:
            return f"{used.executions} this {limit.period}"
        amount = request.amount
        if most is None or amount is None:
            return ""
        if amount.currency != currency or amount.minor < 0:
            return str(amount)
        if used.amount + amount.minor > most:
            there = Money(minor=used.amount, currency=currency)
            return f"{there} this {limit.period} and {amount} more"
        return ""

    return spent


def too_many(names: tuple[str, ...], most: int | None) -> str:
    """Whether more is wrong than is allowed."""
    return "" if most is None or len(names) <= most else ", ".join(names)


# --- limits in words ---------------------------------------------------------------------


def cap_words(cap: int | None, currency: str) -> str:
    """A cap for a person."""
    return "any amount" if cap is None else f"at most {Money(minor=cap, currency=currency)}"


def argument_words(name: str, rule: ArgumentRule) -> str:
    """A rule for an argument in words."""
    said = []
    if rule.one_of is not None:
        only = "only" if len(rule.one_of) == 1 else "one of"
        said.append(f"{only} {', '.join(str(one) for one in rule.one_of)}")
    if rule.none_of is not None:
        said.append("none of " + ", ".join(str(one) for one in rule.none_of))
    if rule.at_least is not None:
        said.append(f"at least {rule.at_least:.16g}")
    if rule.at_most is not None:
        said.append(f"at most {rule.at_most:.16g}")
    if rule.longest is not None:
        said.append(f"at most {rule.longest} characters")
    if rule.told_by is not None:
        said.append(f"told by {' and '.join(rule.told_by)}")
    return f"{name} {' and '.join(said)}"


def hours_words(hours: Hours, zone: str) -> str:
    """Opening hours in words."""
    closes = "24:00" if hours.closes == _MIDNIGHT else f"{hours.closes:%H:%M}"
    return f"{', '.join(hours.days)} {hours.opens:%H:%M} to {closes} {zone}"


def budget_words(limit: BudgetLimit, currency: str) -> str:
    """A budget in words."""
    said = []
    if limit.executions is not None:
        said.append(str(limit.executions))
    if limit.amount is not None:
        said.append(str(Money(minor=limit.amount, currency=currency)))
    each = " for each customer" if limit.is_per_customer else ""
    article = "an" if limit.period == "hour" else "a"
    return f"{' and '.join(said)} {article} {limit.period}{each}"


def count_words(most: int | None, what: str) -> str:
    """How many of something are allowed, in words."""
    if most is None:
        return f"any {what}"
    return f"no {what}" if most == 0 else f"at most {most} {what}s"
