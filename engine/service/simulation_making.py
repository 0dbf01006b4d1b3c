"""From the figures of a comparison to the rows that pages draw. No figure is found here."""

from __future__ import annotations

import math
from collections.abc import Iterator
from uuid import UUID

from engine.domain.ids import CaseId
from engine.govern import bounds
from engine.govern.consequences import CellConsequences, Consequences, Flip, Week
from engine.govern.estimate import ErrorEstimate
from engine.govern.forecast import Forecast
from engine.govern.hard_rules import Measure, MeasureKind
from engine.govern.history import NOT_THERE, DecisionHistory
from engine.govern.history_limits import limits_of_history
from engine.govern.local_time import as_moment
from engine.govern.policy_set import PolicySet
from engine.govern.replay_budgets import BudgetHits
from engine.govern.resample import Band
from engine.govern.sides import Side
from engine.govern.workload import KnownTeam, Workload
from engine.service import simulation_rows as rows
from engine.service.simulation_words import sentences


def simulation_row(
    asked: rows.AskSimulation, history: DecisionHistory, found: Consequences, draft: PolicySet
) -> rows.SimulationRow:
    """The rows of one simulation.

    Args:
        asked: What was asked.
        history: What was replayed.
        found: The figures.
        draft: The draft with the documents beside it.
    """
    total, forecast = _cell(found.total, history), _forecast(found.forecast)
    people_now, people = _workload(found.people_now), _workload(found.people)
    team = _team(found.team)
    return rows.SimulationRow(
        desk=asked.desk,
        kind=asked.kind,
        origin=history.origin,
        read_at=history.as_of,
        history=len(history),
        since=found.since,
        until=found.until,
        days=asked.days,
        currency=found.currency,
        total=total,
        cells=tuple(_cell(cell, history) for cell in found.cells),
        flips=tuple(_flip(flip) for flip in found.flips),
        weeks=tuple(_week(week) for week in found.weeks),
        budgets=tuple(_budgets(found)),
        forecast=forecast,
        forecast_now=_forecast(found.forecast_now),
        team=team,
        queue_since=found.queue_since,
        people_now=people_now,
        people=people,
        audits_a_day=found.audits_a_day,
        measures=tuple(_measure(one, found) for one in draft.goals.measures),
        sentences=sentences(total, forecast, (people_now, people), team, found),
        limits=limits_of_history(history, found, draft),
    )


def _week(week: Week) -> rows.WeekSimulationRow:
    return rows.WeekSimulationRow(
        begins=week.begins.isoformat(),
        decisions=week.decisions,
        alone_now=week.alone_now,
        alone=week.alone,
    )


def _cell(found: CellConsequences, history: DecisionHistory) -> rows.CellSimulationRow:
    if found.cell is None:
        moves = history.currency != NOT_THERE
    else:
        its = history.cells.index(found.cell)
        moves = (history.cell == its) & (history.currency != NOT_THERE)
    return rows.CellSimulationRow(
        cell="" if found.cell is None else str(found.cell),
        decisions=found.now.tally.decisions,
        now=_side(found.now),
        draft=_side(found.draft),
        share=_range(found.share),
        to_alone=found.to_alone,
        to_people=found.to_people,
        moves_money=bool(moves.any()),
        worst_day_now=found.worst_day_now,
        worst_day=found.worst_day,
    )


def _side(side: Side) -> rows.SideRow:
    tally = side.tally
    return rows.SideRow(
        at_once=tally.at_once,
        after_window=tally.after_window,
        people=tally.people,
        denied=tally.denied,
        alone=tally.alone,
        share=side.share,
        error=_error(side.error),
        labels=side.error.labels,
        wrong=side.error.labels_wrong,
        is_weighted=_is_weighted(side.error),
        unknown=side.unknown,
        moved=tuple(rows.MoneyRow(minor=one.minor, currency=one.currency) for one in side.moved),
    )


def _error(error: ErrorEstimate) -> rows.RangeRow | None:
    if error.error is None:
        return None
    return rows.RangeRow(value=error.error, low=error.lower, high=error.upper)


def _is_weighted(error: ErrorEstimate) -> bool:
    return error.labels > 0 and not math.isclose(error.n_eff, error.labels)


def _range(band: Band | None) -> rows.RangeRow | None:
    return None if band is None else _sure(band)


def _sure(band: Band) -> rows.RangeRow:
    return rows.RangeRow(value=band.value, low=band.lower, high=band.upper)


def _flip(flip: Flip) -> rows.FlipRow:
    return rows.FlipRow(
        case_id=CaseId(UUID(flip.case_id)),
        text=flip.text,
        cell=str(flip.cell),
        at=flip.at,
        was=flip.was,
        becomes=flip.becomes,
        runs_alone=flip.runs_alone,
        confidence=flip.confidence,
        truth=flip.truth.value,
    )


def _budgets(found: Consequences) -> Iterator[rows.BudgetHitRow]:
    now = {hit.limit.key: hit.turned_away for hit in found.hits_now}
    for hit in found.hits:
        yield _budget(hit, now.get(hit.limit.key, 0))


def _budget(hit: BudgetHits, now: int) -> rows.BudgetHitRow:
    return rows.BudgetHitRow(
        budget=hit.limit.scope,
        words=bounds.budget_words(hit.limit, hit.currency),
        turned_away=hit.turned_away,
        first_at=None if hit.first_us is None else as_moment(hit.first_us),
        never_fit=hit.never_fit,
        turned_away_now=now,
    )


def _forecast(found: Forecast) -> rows.ForecastRow:
    return rows.ForecastRow(
        basis_days=found.basis_days,
        future_days=found.future_days,
        decisions=found.decisions,
        share=_range(found.share),
        error=_range(found.error),
        labels=found.labels,
        share_was_off=found.share_was_off,
        error_was_off=found.error_was_off,
    )


def _team(team: KnownTeam) -> rows.TeamRow:
    hours = team.staffing.hours
    closes = "24:00" if f"{hours.closes:%H:%M}" == "00:00" else f"{hours.closes:%H:%M}"
    return rows.TeamRow(
        people=team.staffing.people,
        people_from=team.people_from,
        hours=f"{', '.join(hours.days)} {hours.opens:%H:%M} to {closes} {hours.zone}",
        hours_from=team.hours_from,
        minutes_per_case=team.staffing.minutes_per_case,
        minutes_from=team.minutes_from,
    )


def _workload(found: Workload) -> rows.WorkloadRow:
    queue, latency = found.queue, found.latency
    return rows.WorkloadRow(
        cases=found.cases,
        deadline_minutes=found.deadline_minutes,
        queue=None
        if queue is None
        else rows.QueueSimulationRow(
            hours_per_day=_sure(queue.hours_per_day),
            busy=_sure(queue.busy_share),
            wait_median_s=queue.wait_median_s,
            wait_p90_s=queue.wait_p90_s,
            decision_median_s=queue.decision_median_s,
            decision_p90_s=queue.decision_p90_s,
            breaches=_sure(queue.breach_share),
            breaches_unavoidable=queue.breaches_unavoidable,
            waiting_at_end=queue.waiting_at_end.value,
        ),
        latency_median_s=None if latency is None else latency.median_s,
        latency_p90_s=None if latency is None else latency.p90_s,
        cost_per_decision=found.cost_per_decision,
        late_a_day=_range(found.late_a_day),
    )


def _measure(measure: Measure, found: Consequences) -> rows.MeasureSimulationRow:
    now, draft = (
        _measured(measure.kind, found, is_draft=False),
        _measured(measure.kind, found, is_draft=True),
    )
    return rows.MeasureSimulationRow(
        kind=measure.kind.value, target=measure.target, now=now, draft=draft
    )


def _measured(kind: MeasureKind, found: Consequences, *, is_draft: bool) -> float | None:
    people = found.people if is_draft else found.people_now
    match kind:
        case MeasureKind.LATENCY_TO_DECISION:
            return None if people.latency is None else people.latency.median_s / 60.0
        case MeasureKind.CORRECTNESS:
            error = (found.total.draft if is_draft else found.total.now).error.error
            return None if error is None else 1.0 - error
        case MeasureKind.COST_PER_DECISION:
            return people.cost_per_decision
