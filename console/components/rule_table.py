"""Table of hard rules: guardrails and constraints in force, with what happens where one breaks."""

from __future__ import annotations

from collections.abc import Sequence

from console import format as words
from console.components import text_table
from console.components.text_table import Cell, Column
from engine.domain.verdict import VerdictKind
from engine.service.policy_rows import RuleRow

_COLUMNS = (
    Column(label="Rule", width="18%"),
    Column(label="What it limits", width="21%"),
    Column(label="Where", width="19%"),
    Column(label="Otherwise", width="12%"),
    Column(label="Why", width="30%"),
)


def draw(rules: Sequence[RuleRow], *, key: str, label: str, empty: str) -> None:
    """Draw the rules, or what is said where there is none."""
    text_table.draw(_COLUMNS, [_row(rule) for rule in rules], key=key, label=label, empty=empty)


def _row(rule: RuleRow) -> list[Cell | str]:
    is_denied = rule.otherwise is VerdictKind.DENY
    return [
        Cell(text=rule.name.replace("_", " "), tone="strong", hint=rule.title),
        words.tidy(rule.words),
        Cell(text=rule.where.replace("_", " "), tone="dim"),
        Cell(
            text="refused" if is_denied else "a person decides",
            tone="bad" if is_denied else "warn",
            hint="Binds people too" if is_denied else "Binds software alone",
        ),
        rule.why,
    ]
