"""Limits: the vocabulary in which envelopes, guardrails and constraints are written.

Every field of a level is optional: what a level does not state, the level above says. Lives here:
the words and what is well-formed. Must not live here: how levels meet (`envelope`), which of two
limits is stricter (`strictness`), or whether an action keeps them (`rules`).
"""

from __future__ import annotations

from datetime import time
from enum import StrEnum
from functools import cache
from typing import Annotated, Literal, Self
from unicodedata import category
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from engine.domain.actor import Role
from engine.domain.budget import Period
from engine.domain.phase import Phase


class Closed(BaseModel):
    """Base of everything written in a document: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _known_zone(name: str) -> str:
    if name not in _zones():
        raise ValueError(f"{name!r} is no time zone; use an IANA name such as Europe/Vienna or UTC")
    return name


@cache
def _zones() -> frozenset[str]:
    # These mean whatever the machine is set to, or nothing: two workers would keep other hours.
    return frozenset(available_timezones()) - {"localtime", "Factory", "posixrules"}


def _can_be_shown(text: str) -> str:
    for one in text:
        if category(one) in ("Cc", "Cs") and one not in "\n\t":
            raise ValueError(f"it has a character that cannot be shown (U+{ord(one):04X})")
    return text


MOST_MONEY = 10**15 - 1
"""In minor units. A replay counts no further, and no currency needs more."""
MOST_MINUTES = 366 * 24 * 60
MOST_COUNT = 1_000_000_000

Zone = Annotated[str, AfterValidator(_known_zone)]
"""IANA name of a time zone."""
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
"""Three capital letters (ISO 4217)."""
Minor = Annotated[int, Field(ge=0, le=MOST_MONEY)]
"""Money in the smallest unit of the document's currency."""
Minutes = Annotated[int, Field(ge=1, le=MOST_MINUTES)]
Count = Annotated[int, Field(ge=0, le=MOST_COUNT)]
Number = Annotated[float, Field(ge=-(2**53 - 1), le=2**53 - 1, allow_inf_nan=False)]
"""A number that an argument is compared with; whole ones are exact."""
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_can_be_shown)]
"""Of a desk, case type, action or argument."""
Note = Annotated[str, Field(max_length=2_000), AfterValidator(_can_be_shown)]
Plain = (
    Annotated[str, Field(max_length=200), AfterValidator(_can_be_shown)]
    | bool
    | Annotated[int, Field(ge=-(2**63), lt=2**63)]
    | Annotated[float, Field(allow_inf_nan=False)]
)
"""A value an argument can have."""
MOST_CELLS = 300
MOST_VALUES = 200
MOST_ARGUMENTS = 20


def _allows_something(values: tuple[Plain, ...] | None) -> tuple[Plain, ...] | None:
    if values == ():
        raise ValueError(
            "an empty list allows nothing; so that software never does it set phase: COPILOT, so "
            "that nobody does it write a guardrail with never: true"
        )
    return values


def _names_a_fact(name: str) -> str:
    attribute, _, source = name.partition("@")
    if not attribute.strip() or not source.strip():
        raise ValueError(f"{name!r} names no fact; write attribute@source, as in payee@bank")
    return name


def _forbids_something(values: tuple[Plain, ...] | None) -> tuple[Plain, ...] | None:
    if values == ():
        raise ValueError("an empty list forbids nothing; name a value, or leave none_of out")
    return values


class HandSetThreshold(Closed):
    """A confidence chosen by a person; no evidence stands behind it."""

    kind: Literal["hand_set"] = "hand_set"
    min_confidence: Share


class RollingThreshold(Closed):
    """A threshold chosen anew from the latest resolved predictions, so that the error holds."""

    kind: Literal["rolling"] = "rolling"
    risk_limit: float = Field(gt=0, lt=1, allow_inf_nan=False)
    """Largest tolerated share of wrong actions among those executed alone."""


Threshold = Annotated[HandSetThreshold | RollingThreshold, Field(discriminator="kind")]


class OnDeadline(StrEnum):
    """What happens to a case that nobody decided in time."""

    ESCALATE = "escalate"
    CLOSE = "close"


class Weekday(StrEnum):
    """A day of the week."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


WORKING_DAYS = (Weekday.MON, Weekday.TUE, Weekday.WED, Weekday.THU, Weekday.FRI)


class Hours(Closed):
    """When something may happen, by the clock of the document's zone."""

    days: tuple[Weekday, ...] = Field(default=tuple(Weekday), min_length=1, max_length=7)
    """Every day unless some are named."""
    opens: time = time(0)
    closes: time = time(0)
    """00:00 is the end of the day."""

    @model_validator(mode="after")
    def _opens_first(self) -> Self:
        if self.opens.tzinfo is not None or self.closes.tzinfo is not None:
            raise ValueError("hours are by the clock of the document's zone; name no zone here")
        if self.closes != time(0) and self.closes <= self.opens:
            raise ValueError("hours open before they close; write a night as two levels")
        return self


_Values = Annotated[tuple[Plain, ...], Field(max_length=MOST_VALUES)] | None
FactName = Annotated[Name, AfterValidator(_names_a_fact)]
"""`attribute@source`: which facts, whatever they are about."""


class ArgumentRule(Closed):
    """What one argument of the action may be; a missing argument breaks the rule."""

    one_of: Annotated[_Values, AfterValidator(_allows_something)] = None
    """Texts are equal letter by letter, numbers by what they are; yes and no are no numbers."""
    none_of: Annotated[_Values, AfterValidator(_forbids_something)] = None
    """Likewise; a list, a mapping or nothing at all breaks the rule too."""
    at_least: Number | None = None
    at_most: Number | None = None
    longest: Count | None = None
    """Characters of a text."""
    told_by: Annotated[tuple[FactName, ...], Field(min_length=1, max_length=20)] | None = None
    """Facts of the case that have to tell this very value, one of each name; what only a text or a
    model says is told by none: a fact that quotes a text does not count. Equal means what it means
    for `one_of`."""

    def __eq__(self, other: object) -> bool:
        """Whether two rules say the same; to Python 1 and yes would be equal."""
        return isinstance(other, ArgumentRule) and self._identity == other._identity

    def __hash__(self) -> int:
        """Equal for equal rules."""
        return hash(self._identity)

    @property
    def _identity(self) -> str:
        return self.model_dump_json()

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if all(getattr(self, name) is None for name in type(self).model_fields):
            raise ValueError("an argument's rule names at least one limit")
        return self


class Budget(Closed):
    """How many actions, or how much money, in one clock hour or one calendar day.

    It is counted where it is written: a desk's budget is shared by all its cells.
    """

    per: Period
    for_each: Literal["customer"] | None = None
    """Counted for every customer apart."""
    executions: Count | None = None
    amount: Minor | None = None

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if self.executions is None and self.amount is None:
            raise ValueError("a budget limits executions, amount, or both")
        return self


def _each_once(budgets: tuple[Budget, ...]) -> tuple[Budget, ...]:
    seen = [(budget.per, budget.for_each) for budget in budgets]
    if len(set(seen)) < len(seen):
        raise ValueError("two budgets of one level are for the same period and customers")
    return budgets


class Bounds(Closed):
    """Limits on an action and its facts: the words that envelopes and hard rules share."""

    amount_cap: Minor | None = None
    """Most money one action may move."""
    arguments: dict[Name, ArgumentRule] = Field(default_factory=dict, max_length=MOST_ARGUMENTS)
    budgets: Annotated[tuple[Budget, ...], AfterValidator(_each_once)] = ()
    hours: Hours | None = None
    reversible_only: bool | None = None
    most_urgent_priority: int | None = Field(default=None, ge=1, le=9)
    """Cases more urgent than this priority (a smaller number) are outside."""
    max_stale_facts: Count | None = None
    max_contradictions: Count | None = None
    max_unseen_values: Count | None = None
    """Facts whose value the reasoner has never met: how much novelty is allowed."""


class Wider(Closed):
    """What ON_THE_LOOP allows beyond the other limits: such an action waits out a veto window."""

    threshold: Threshold | None = None
    most_urgent_priority: int | None = Field(default=None, ge=1, le=9)
    amount_cap: Minor | None = None
    veto_minutes: float | None = Field(default=None, ge=1, le=10_080, allow_inf_nan=False)
    """How long people can hold it before it runs; in less than a minute nobody could."""


Decider = Literal[Role.OPERATOR, Role.SENIOR_OPERATOR]
"""Only these two decide cases at all."""


OWN = "own"
"""The desk's own reasoner, whatever its name."""


def _each_reasoner_once(names: tuple[Name, ...] | None) -> tuple[Name, ...] | None:
    if names is not None and len(set(names)) < len(names):
        raise ValueError("a reasoner is named twice")
    return names


_Reasoners = Annotated[tuple[Name, ...], Field(min_length=1, max_length=10)] | None


class Limits(Bounds):
    """One level of an envelope; what it does not state, the level above says."""

    phase: Phase | None = None
    threshold: Threshold | None = None
    earned_by: Annotated[_Reasoners, AfterValidator(_each_reasoner_once)] = None
    """Whose recommendations software may act on alone: `own` for the desk's reasoner, else by name,
    as `agent`. The labels of these alone are evidence; all others' recommendations escalate."""
    second_person_above: Minor | None = None
    """Above this amount two people have to approve, and software never acts alone."""
    on_the_loop: Wider | None = None
    audit_rate: float | None = Field(default=None, ge=0.05, le=1, allow_inf_nan=False)
    """Probability with which an action is drawn for audit; never below 5 %."""
    roles: tuple[Decider, ...] | None = Field(default=None, min_length=1, max_length=2)
    """Roles that may decide a case of the cell."""
    review_minutes: Minutes | None = None
    """How long a case waits for a person before `on_deadline`."""
    on_deadline: OnDeadline | None = None
    escalate_to: Decider | None = None
    """Who decides what nobody decided in time."""
    grant_minutes: Minutes | None = None
    """How long a grant may wait for its execution."""
