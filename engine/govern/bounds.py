"""Bounds: whether one action keeps one limit, and what was seen. Pure; shared by all rules.

Each function gives what broke the limit in words, or an empty text where it is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from types import MappingProxyType
from typing import Any

from engine.domain.budget import BudgetLimit, names_somebody
from engine.domain.money import Money
from engine.govern.limits import ArgumentRule, Hours, Weekday
from engine.govern.request import AuthorizationRequest, Usage

_MIDNIGHT = time(0)
Told = Mapping[str, frozenset[str]]
"""By argument, which facts tell its value, as `attribute@source`."""
_NOTHING_TOLD: Told = MappingProxyType({})


def over_cap(amount: Money | None, cap: int | None, currency: str) -> str:
    """Whether an amount is above a cap; another currency, or less than nothing, is always over."""
    if cap is None or amount is None:
        return ""
    if amount.currency == currency and 0 <= amount.minor <= cap:
        return ""
    return str(amount)


def wrong_argument(
    name: str, rule: ArgumentRule, arguments: Any, told: Told = _NOTHING_TOLD
) -> str:
    """Whether an argument breaks its rule; one that is missing does."""
    if name not in arguments:
        return f"{name} is missing"
    value = arguments[name]
    if rule.one_of is not None and not _is_among(value, rule.one_of):
        return f"{name} is {value!s:.60}"
    if rule.none_of is not None and (not _is_scalar(value) or _is_among(value, rule.none_of)):
        return f"{name} is {value!s:.60}"
    if (rule.at_least is not None or rule.at_most is not None) and not _is_between(value, rule):
        return f"{name} is {value!s:.60}"
    if rule.longest is not None and not (isinstance(value, str) and len(value) <= rule.longest):
        return f"{name} is longer than {rule.longest}"
    if rule.told_by and (untold := untold_by(name, rule, told)):
        return f"{name} is {value!s:.60}, told by no {untold}"
    return ""


def untold_by(name: str, rule: ArgumentRule, told: Told) -> str:
    """The first kind of fact that has to tell an argument's value and does not."""
    there = told.get(name, frozenset())
    return next((one for one in rule.told_by or () if one not in there), "")


def _is_among(value: Any, listed: tuple[Any, ...]) -> bool:
    if value not in listed:
        return False
    # To Python True is 1, but a person who lists 1 does not mean yes; 1.0 is 1 to everybody.
    is_yes_or_no = isinstance(value, bool)
    return any(value == one and isinstance(one, bool) is is_yes_or_no for one in listed)


def _is_scalar(value: Any) -> bool:
    """Whether it can be compared with what a rule lists; not a number (NaN) equals nothing."""
    return isinstance(value, str | int | float) and value == value


def _is_between(value: Any, rule: ArgumentRule) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return (rule.at_least is None or value >= rule.at_least) and (
        rule.at_most is None or value <= rule.at_most
    )


def outside_hours(local: tuple[Weekday, time] | None, hours: Hours) -> str:
    """Whether a moment, by the clock that counts, lies outside; one that is not told does."""
    if local is None:
        return "no time"
    day, clock = local
    is_open = (
        day in hours.days
        and clock >= hours.opens
        and (hours.closes == _MIDNIGHT or clock < hours.closes)
    )
    return "" if is_open else f"{day} {clock:%H:%M}"


def spent_budget(
    limit: BudgetLimit, request: AuthorizationRequest, usage: Usage, currency: str
) -> str:
    """Whether a budget has no room for this action; without a customer nobody can tell."""
    if limit.is_per_customer and not names_somebody(request.customer):
        return "no customer named"
    used = usage.of(limit.key)
    if limit.executions is not None and used.executions >= limit.executions:
        return f"{used.executions} this {limit.period}"
    if limit.amount is None or request.amount is None:
        return ""
    if request.amount.currency != currency or request.amount.minor < 0:
        return str(request.amount)
    if used.amount + request.amount.minor > limit.amount:
        there = Money(minor=used.amount, currency=currency)
        return f"{there} this {limit.period} and {request.amount} more"
    return ""


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
