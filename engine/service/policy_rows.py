"""Rows about hard rules and goals: what the pages of risk and of product owners draw."""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.verdict import VerdictKind


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleRow:
    """One guardrail or constraint in force."""

    title: str
    """As verdicts name it: `guardrail:<name>` or `constraint:<name>`."""
    name: str
    words: str
    """What it limits."""
    where: str
    """The cases and actions it is about."""
    otherwise: VerdictKind
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MeasureRow:
    """One business measure: where it should be, and where it is."""

    kind: str
    title: str
    target: float
    target_words: str
    value: float | None
    """In the unit of the target; None: it cannot be told."""
    value_words: str
    """The value with what it was counted from, or why there is none."""
    is_met: bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class GoalsRow:
    """What a desk is for, how it is judged, and what must hold."""

    desk: str
    goal: str
    measures: tuple[MeasureRow, ...]
    constraints: tuple[RuleRow, ...]
