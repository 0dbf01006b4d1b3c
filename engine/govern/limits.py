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
from zoneinfo import ZoneInfo, available_timezones

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
    ZoneInfo(name)
    return name


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


Zone = Annotated[str, AfterValidator(_known_zone)]
"""IANA name of a time zone."""
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
"""Three capital letters (ISO 4217)."""
Minor = Annotated[int, Field(ge=0)]
"""Money in the smallest unit of the document's currency."""
Plain = str | bool | int | float
"""A value an argument can have."""


class HandSetThreshold(Closed):
    """A confidence chosen by a person; no evidence stands behind it."""

    kind: Literal["hand_set"] = "hand_set"
    min_confidence: float = Field(ge=0, le=1)


class RollingThreshold(Closed):
    """A threshold chosen anew from the latest resolved predictions, so that the error holds."""

    kind: Literal["rolling"] = "rolling"
    risk_limit: float = Field(gt=0, lt=1)
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

    days: tuple[Weekday, ...] = Field(default=WORKING_DAYS, min_length=1)
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


class ArgumentRule(Closed):
    """What one argument of the action may be; a missing argument breaks the rule."""

    one_of: tuple[Plain, ...] | None = None
    none_of: tuple[Plain, ...] | None = None
    at_least: float | None = None
    at_most: float | None = None
    longest: int | None = Field(default=None, ge=0)
    """Characters of a text."""

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
    executions: int | None = Field(default=None, ge=0)
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
    arguments: dict[str, ArgumentRule] = Field(default_factory=dict)
    budgets: Annotated[tuple[Budget, ...], AfterValidator(_each_once)] = ()
    hours: Hours | None = None
    reversible_only: bool | None = None
    most_urgent_priority: int | None = Field(default=None, ge=1, le=9)
    """Cases more urgent than this priority (a smaller number) are outside."""
    max_stale_facts: int | None = Field(default=None, ge=0)
    max_contradictions: int | None = Field(default=None, ge=0)
    max_unseen_values: int | None = Field(default=None, ge=0)
    """Facts whose value the reasoner has never met: how much novelty is allowed."""


class Wider(Closed):
    """What ON_THE_LOOP allows beyond the other limits: such an action waits out a veto window."""

    threshold: Threshold | None = None
    most_urgent_priority: int | None = Field(default=None, ge=1, le=9)
    amount_cap: Minor | None = None
    veto_minutes: float | None = Field(default=None, ge=0, le=10_080)
    """How long people can hold it before it runs; 0: it runs at once."""


class Limits(Bounds):
    """One level of an envelope; what it does not state, the level above says."""

    phase: Phase | None = None
    threshold: Threshold | None = None
    second_person_above: Minor | None = None
    """Above this amount two people have to approve, and software never acts alone."""
    on_the_loop: Wider | None = None
    audit_rate: float | None = Field(default=None, ge=0.05, le=1)
    """Probability with which an action is drawn for audit; never below 5 %."""
    roles: tuple[Role, ...] | None = Field(default=None, min_length=1)
    """Roles that may decide a case of the cell."""
    review_minutes: int | None = Field(default=None, ge=1)
    """How long a case waits for a person before `on_deadline`."""
    on_deadline: OnDeadline | None = None
    escalate_to: Literal[Role.OPERATOR, Role.SENIOR_OPERATOR] | None = None
    """Who decides what nobody decided in time; only these two decide cases at all."""
    grant_minutes: int | None = Field(default=None, ge=1)
    """How long a grant may wait for its execution."""
