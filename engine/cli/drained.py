"""What `countersign work --drain` says at the end: where the cases stand and what was done.

Every figure comes from the scorecard and the health counts; nothing is computed here but what is
left of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.cli.output import say, say_json
from engine.domain.case_status import CaseStatus
from engine.domain.effect import EffectStatus

if TYPE_CHECKING:
    from engine.service.queries import Queries
    from engine.service.rows import CellScore, Share

_NOT_REASONED = frozenset({CaseStatus.RECEIVED, CaseStatus.PERCEIVED, CaseStatus.REASONING})

_EFFECT: dict[str, str] = {
    EffectStatus.INTENDED: "about to be called",
    EffectStatus.RETRYING: "to be called again",
    EffectStatus.SUCCEEDED: "succeeded",
    EffectStatus.FAILED: "refused by the tool",
    EffectStatus.UNKNOWN: "outcome not known yet",
}

_WITHDRAWN = "Withdrawn, resolved elsewhere before anybody decided: their later truth became known"


@dataclass(frozen=True, kw_only=True, slots=True)
class CellDrained:
    """What was done in one cell on one reasoner's recommendations, under its kind of data."""

    cell: str
    origin: str
    reasoner: str
    """Empty: what rests on no recommendation."""
    executed_alone: int
    executed_by_decision: int
    undone: int
    verified: Share
    """Effects whose read-back showed what was asked for, among all that completed."""
    realised_error: Share
    """Wrong ones among the actions executed alone whose truth is known; 95 % interval."""
    recommendation_correct: Share
    """Recommendations that later truth confirmed, among those whose truth is known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Drained:
    """How things stand when nothing is due any more."""

    cases_by_status: Mapping[str, int]
    effects_by_result: Mapping[str, int]
    cells: tuple[CellDrained, ...]
    without_recommendation: int
    """Cases past reasoning that have none, be it that nobody had learned enough for one yet."""
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
    scores = queries.scores()
    found = Drained(
        cases_by_status=health.cases_by_status,
        effects_by_result=health.effects_by_result,
        cells=tuple(_cell(score) for score in scores),
        without_recommendation=_without(health.cases_by_status, scores),
        unsealed_entries=health.unsealed_entries,
    )
    if as_json:
        say_json(found)
    else:
        _say(found)


def _without(statuses: Mapping[str, int], scores: tuple[CellScore, ...]) -> int:
    """Cases past reasoning that the scorecard, which counts those with one, leaves out."""
    past = sum(n for status, n in statuses.items() if status not in _NOT_REASONED)
    return max(0, past - sum(score.cases for score in scores))


def _cell(score: CellScore) -> CellDrained:
    return CellDrained(
        cell=score.cell,
        origin=score.origin.value,
        reasoner=score.reasoner,
        executed_alone=score.executed_alone,
        executed_by_decision=score.executed_by_decision,
        undone=score.undone,
        verified=score.verified,
        realised_error=score.realised_error,
        recommendation_correct=score.recommendation_correct,
    )


def _say(found: Drained) -> None:
    from engine.service import words

    statuses = words.STATUS | {CaseStatus.WITHDRAWN: _WITHDRAWN}
    _say_counts("cases", found.cases_by_status, {str(code): statuses[code] for code in statuses})
    if found.without_recommendation:
        say(f"          {found.without_recommendation:,} of them had no recommendation")
    _say_counts("effects", found.effects_by_result, _EFFECT)
    for cell in found.cells:
        _say_cell(cell)
    say(f"ledger    {found.unsealed_entries:,} entries not sealed yet")


def _say_counts(title: str, counts: Mapping[str, int], words: Mapping[str, str]) -> None:
    """One line a state: the count first, then what it means."""
    lines = [f"{n:,} {_lower(words.get(code, code))}" for code, n in sorted(counts.items()) if n]
    for place, line in enumerate(lines or ["none"]):
        say(f"{'' if place else title:<10}{line}")


def _say_cell(cell: CellDrained) -> None:
    whose = f", {cell.reasoner}" if cell.reasoner else ""
    say(f"cell      {cell.cell}, {cell.origin} data{whose}")
    say(
        f"          {cell.executed_alone:,} executed alone, "
        f"{cell.executed_by_decision:,} by a person's decision, {cell.undone:,} undone; "
        f"{cell.verified.k:,} of {cell.verified.n:,} verified"
    )
    if cell.executed_alone:
        wrong = _share(cell.realised_error, "none of their truths is known yet")
        say(f"          realised error among executed alone: {wrong}")
    right = _share(cell.recommendation_correct, "no truth is known yet")
    say(f"          recommendations that later truth confirmed: {right}")


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _share(share: Share, nothing: str) -> str:
    if share.value is None:
        return nothing
    return (
        f"{share.k:,} of {share.n:,} whose truth is known, {share.value:.1%} "
        f"(95 % interval {share.low:.1%} to {share.high:.1%})"
    )
