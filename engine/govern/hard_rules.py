"""Hard rules: named limits that no envelope widens, and the documents they stand in.

Guardrails are risk's, constraints are part of a desk's goals; both are written in the words of
`limits` and judged by `authorize` beside the envelope. Where one is broken the answer is DENY
unless the rule asks for a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from engine.domain.budget import BudgetLimit
from engine.domain.phase import Cell
from engine.domain.verdict import VerdictKind
from engine.govern.documents import PolicyDocument
from engine.govern.envelope import budget_limit
from engine.govern.limits import MOST_MINUTES, MOST_MONEY, Bounds, Closed, Minor, Name, Note

_SLUG = re.compile(r"[a-z][a-z0-9_]{0,39}")


def _is_slug(name: str) -> str:
    if not _SLUG.fullmatch(name):
        raise ValueError("a name has 1 to 40 small letters, digits and underscores")
    return name


class Otherwise(StrEnum):
    """What happens where a hard rule is broken."""

    DENY = "DENY"
    """Nobody may do it."""
    ESCALATE = "ESCALATE"
    """Software may not do it alone."""


class NamedRule(Bounds):
    """One hard rule as written: where it holds, what it limits, and why."""

    name: Annotated[str, AfterValidator(_is_slug)]
    """What verdicts call it."""
    why: Annotated[Note, Field(min_length=1, max_length=300)]
    """The reason in words, for everybody whom it stops."""
    case_type: Name | None = None
    """Only cases of this type; all by default."""
    action: Name | None = None
    """Only this action; all by default."""
    never: bool = False
    """Forbid it altogether."""
    otherwise: Otherwise = Otherwise.DENY

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        bounds = (getattr(self, name) for name in Bounds.model_fields)
        if not self.never and not any(_limits(bound) for bound in bounds):
            raise ValueError(f"the rule {self.name} limits nothing; name a limit, or never: true")
        return self

    def holds_for(self, cell: Cell) -> bool:
        """Whether a cell is one of those it is about."""
        return self.case_type in (None, cell.case_type) and self.action in (None, cell.action_type)


def _limits(bound: object) -> bool:
    """Whether a stated limit limits anything; a count of 0 does, a no does not."""
    return bound is not None and bound is not False and bound not in ((), {})


def _named_once(rules: tuple[NamedRule, ...]) -> tuple[NamedRule, ...]:
    seen: set[str] = set()
    for rule in rules:
        if rule.name in seen:
            raise ValueError(f"the rule {rule.name} stands twice")
        seen.add(rule.name)
    return rules


MOST_RULES = 200
NamedRules = Annotated[
    tuple[NamedRule, ...], Field(max_length=MOST_RULES), AfterValidator(_named_once)
]


class GuardrailDocument(PolicyDocument):
    """The guardrails of one desk; risk officers write and sign it."""

    guardrails: NamedRules = ()


class MeasureKind(StrEnum):
    """What a desk can be judged by."""

    LATENCY_TO_DECISION = "latency_to_decision"
    """Minutes from the case's arrival to its decision, the median."""
    CORRECTNESS = "correctness"
    """Share of actions that later truth confirmed."""
    COST_PER_DECISION = "cost_per_decision"
    """Money for people's and models' work on one case, in minor units."""


class Measure(Closed):
    """One business measure with its target."""

    kind: MeasureKind
    target: float = Field(ge=0, le=MOST_MONEY, allow_inf_nan=False)
    """Minutes, a share from 0 to 1, or minor units."""
    note: Note = ""

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        if self.kind is MeasureKind.CORRECTNESS and self.target > 1:
            raise ValueError("correctness is a share from 0 to 1; write 0.9 for nine of ten")
        return self


class GoalsDocument(PolicyDocument):
    """What a desk is for, how it is judged, and what must hold whatever the envelope says."""

    goal: Annotated[Note, Field(min_length=1, max_length=500)]
    measures: tuple[Measure, ...] = Field(default=(), max_length=20)
    minutes_per_decision: float | None = Field(
        default=None, ge=0.01, le=MOST_MINUTES, allow_inf_nan=False
    )
    """What a person needs for one case, where it is known better than from the clicks."""
    cost_per_hour: Minor | None = None
    """What an hour of a person costs, in minor units."""
    constraints: NamedRules = ()


@dataclass(frozen=True, kw_only=True)
class HardRule:
    """A hard rule in force for one desk, ready to be judged."""

    title: str
    """`guardrail:<name>` or `constraint:<name>`: what a verdict names."""
    rule: NamedRule
    kind: VerdictKind
    currency: str
    zone: str
    budgets: tuple[BudgetLimit, ...]


def hard_rules(document: GuardrailDocument | GoalsDocument) -> tuple[HardRule, ...]:
    """The rules of a document."""
    if isinstance(document, GuardrailDocument):
        return tuple(_in_force(document, "guardrail", document.guardrails))
    return tuple(_in_force(document, "constraint", document.constraints))


def _in_force(
    document: PolicyDocument, word: str, rules: tuple[NamedRule, ...]
) -> Iterable[HardRule]:
    for rule in rules:
        scope = f"{word}:{document.desk}/{rule.name}"
        yield HardRule(
            title=f"{word}:{rule.name}",
            rule=rule,
            kind=VerdictKind(rule.otherwise),
            currency=document.currency,
            zone=document.zone,
            budgets=tuple(budget_limit(scope, budget) for budget in rule.budgets),
        )
