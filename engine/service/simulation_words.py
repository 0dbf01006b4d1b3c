"""Words of a simulation: its figures as sentences, and the short form kept with a version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.domain.canonical import Json
from engine.domain.money import Money
from engine.domain.percent import percent
from engine.govern.consequences import Consequences
from engine.service import simulation_rows as rows
from engine.service.words import BROKEN

WEIGHED = ", each weighed by how likely it was known"
"""Why an error is no plain share of the truths it stands beside."""


def sentences(
    total: rows.CellSimulationRow,
    forecast: rows.ForecastRow,
    people: tuple[rows.WorkloadRow, rows.WorkloadRow],
    team: rows.TeamRow,
    found: Consequences,
) -> tuple[str, ...]:
    """The figures in words, the most telling first.

    Args:
        total: All cells together.
        forecast: Of the draft.
        people: What the documents in force leave to people, and what the draft does.
        team: Who they are taken to be.
        found: What holds decisions back under the draft, and the currency of its envelope.
    """
    return (
        *_of_share(total),
        *_of_held(found.held),
        *_of_error(total.draft),
        *_of_money(total, found.currency),
        *_of_people(*people, team),
        *_of_forecast(forecast),
    )


def _of_share(total: rows.CellSimulationRow) -> Iterator[str]:
    now, draft = total.now, total.draft
    yield (
        f"Of {total.decisions:,} decisions {draft.alone:,} would run alone"
        f"{_share(draft)}, {now.alone:,} do now{_share(now)}."
    )
    if draft.after_window:
        yield f"{draft.after_window:,} of them would wait out a veto window first."
    if total.to_alone or total.to_people:
        yield (
            f"{total.to_alone:,} would no longer reach a person, "
            f"{total.to_people:,} would reach one again."
        )
    else:
        yield "No decision goes another way."
    if draft.denied != now.denied:
        yield f"{draft.denied:,} would be forbidden to everybody, {now.denied:,} are now."


def _of_held(held: Sequence[tuple[str, int]]) -> Iterator[str]:
    if held:
        each = "; ".join(f"{count:,} x {BROKEN[name].lower()}" for name, count in held)
        yield f"What the draft's limits hold back, a decision under each check it fails: {each}."


def _share(side: rows.SideRow) -> str:
    return "" if side.share is None else f" ({percent(side.share)})"


def _of_error(draft: rows.SideRow) -> Iterator[str]:
    error = draft.error
    if error is not None:
        yield (
            f"Of those with a known truth {percent(error.value, 1)} would have been wrong "
            f"(between {percent(error.low, 1)} and {percent(error.high, 1)}, "
            f"{draft.wrong:,} of {draft.labels:,} truths{WEIGHED if draft.is_weighted else ''})."
        )


def _of_money(total: rows.CellSimulationRow, currency: str) -> Iterator[str]:
    if not total.moves_money:
        return
    moved = ", ".join(
        str(Money(minor=one.minor, currency=one.currency)) for one in total.draft.moved
    )
    yield f"Without a person {moved or 'no money'} would have moved."
    if total.worst_day is None:
        yield "Nothing bounds the money that could move in a day: no budget, or no cap, is set."
    else:
        worst = Money(minor=total.worst_day, currency=currency)
        yield f"At worst {worst} could move in a day before every budget is spent."


def _of_people(now: rows.WorkloadRow, then: rows.WorkloadRow, team: rows.TeamRow) -> Iterator[str]:
    if now.queue is None or then.queue is None:
        return
    late = ""
    if then.late_a_day is not None and now.late_a_day is not None:
        late = (
            f"; {then.late_a_day.value:.1f} cases a day would miss the deadline, "
            f"{now.late_a_day.value:.1f} now"
        )
    yield (
        f"People would work {then.queue.hours_per_day.value:.1f} hours on a working day, "
        f"{now.queue.hours_per_day.value:.1f} now{late} ({team_words(team)})."
    )
    if then.latency_median_s is not None and now.latency_median_s is not None:
        yield (
            f"Half of all decisions would be taken within {duration(then.latency_median_s)}, "
            f"now within {duration(now.latency_median_s)}."
        )


def team_words(team: rows.TeamRow) -> str:
    """Who decides what is left, and where that comes from."""
    people = "one person" if team.people == 1 else f"{team.people:,} people"
    return (
        f"{people}, {team.people_from}; {team.minutes_per_case:.3g} minutes a case, "
        f"{team.minutes_from}"
    )


def duration(seconds: float) -> str:
    """A length of time in the unit that fits it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def _of_forecast(forecast: rows.ForecastRow) -> Iterator[str]:
    share, error = forecast.share, forecast.error
    if share is None:
        return
    wrong = (
        ""
        if error is None
        else f", {percent(error.low, 1)} to {percent(error.high, 1)} of those wrong"
    )
    yield (
        f"In the next {forecast.future_days} days expect {percent(share.low)} to "
        f"{percent(share.high)} of about {forecast.decisions:,.0f} decisions to run alone{wrong}."
    )


def summary(row: rows.SimulationRow) -> Json:
    """The figures that are kept with a version: counts and sentences, no case.

    What a version was proposed with must stay readable when histories have grown.
    """
    return {
        "read_at": row.read_at.isoformat(),
        "since": row.since.isoformat(),
        "until": row.until.isoformat(),
        "origin": row.origin.value,
        "total": _counts(row.total),
        "cells": {cell.cell: _counts(cell) for cell in row.cells},
        "budgets": {
            f"{one.budget} ({one.words})": one.turned_away + one.never_fit for one in row.budgets
        },
        "sentences": list(row.sentences),
        "limits": list(row.limits),
    }


def _counts(cell: rows.CellSimulationRow) -> Json:
    draft = cell.draft
    return {
        "decisions": cell.decisions,
        "alone_now": cell.now.alone,
        "alone": draft.alone,
        "after_window": draft.after_window,
        "people": draft.people,
        "denied": draft.denied,
        "to_alone": cell.to_alone,
        "to_people": cell.to_people,
        "error": None
        if draft.error is None
        else [draft.error.value, draft.error.low, draft.error.high],
        "labels": draft.labels,
        "unknown": draft.unknown,
        "worst_day": cell.worst_day if cell.moves_money else 0,
    }
