"""What `countersign work --drain` says at the end: where the cases stand and what was done.

Every figure comes from the scorecard and the health counts; nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.cli.output import say, say_json

if TYPE_CHECKING:
    from engine.service.queries import Queries
    from engine.service.rows import CellScore, Share


@dataclass(frozen=True, kw_only=True, slots=True)
class CellDrained:
    """What was done in one cell, under its kind of data."""

    cell: str
    origin: str
    executed_alone: int
    executed_by_decision: int
    undone: int
    verified: Share
    """Effects whose read-back showed what was asked for, among all that completed."""
    realised_error: Share
    """Wrong ones among the actions executed alone whose truth is known; 95 % interval."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Drained:
    """How things stand when nothing is due any more."""

    cases_by_status: Mapping[str, int]
    effects_by_result: Mapping[str, int]
    cells: tuple[CellDrained, ...]
    unsealed_entries: int


def say_drained(queries: Queries, as_json: bool) -> None:
    """Say how things stand.

    Args:
        queries: The reads.
        as_json: As JSON instead of words.

    Raises:
        StoreUnavailable: The database is out of reach.
    """
    health = queries.health()
    found = Drained(
        cases_by_status=health.cases_by_status,
        effects_by_result=health.effects_by_result,
        cells=tuple(_cell(score) for score in queries.scores()),
        unsealed_entries=health.unsealed_entries,
    )
    if as_json:
        say_json(found)
    else:
        _say(found)


def _cell(score: CellScore) -> CellDrained:
    return CellDrained(
        cell=score.cell,
        origin=score.origin.value,
        executed_alone=score.executed_alone,
        executed_by_decision=score.executed_by_decision,
        undone=score.undone,
        verified=score.verified,
        realised_error=score.realised_error,
    )


def _say(found: Drained) -> None:
    say(f"cases     {_counts(found.cases_by_status)}")
    say(f"effects   {_counts(found.effects_by_result)}")
    for cell in found.cells:
        say(f"cell      {cell.cell}, {cell.origin} data")
        say(
            f"          {cell.executed_alone:,} executed alone, "
            f"{cell.executed_by_decision:,} by a person's decision, {cell.undone:,} undone; "
            f"{cell.verified.k:,} of {cell.verified.n:,} verified"
        )
        say(f"          realised error among executed alone: {_error(cell.realised_error)}")
    say(f"ledger    {found.unsealed_entries:,} entries not sealed yet")


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {n:,}" for name, n in sorted(counts.items())) or "none"


def _error(share: Share) -> str:
    if share.value is None:
        return "none has a known truth yet"
    return (
        f"{share.value:.1%}, 95 % interval {share.low:.1%} to {share.high:.1%} "
        f"({share.k:,} of {share.n:,} whose truth is known)"
    )
