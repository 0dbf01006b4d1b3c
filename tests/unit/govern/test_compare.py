"""What a draft changes against the policy in force, in figures and sentences."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from engine.domain.budget import Period
from engine.domain.case import Origin
from engine.domain.money import Money
from engine.domain.phase import Phase
from engine.domain.verdict import VerdictKind
from engine.errors import InvalidRequest
from engine.govern.compare import compare
from engine.govern.consequences import Asked, Consequences
from engine.govern.estimate import estimate_error
from engine.govern.hard_rules import NamedRule
from engine.govern.history import DecisionHistory, Happened, Truth
from engine.govern.history_limits import EXPLORES, SIMULATED, limits_of_history
from engine.govern.limits import Budget, HandSetThreshold, Limits
from engine.govern.past_decisions import PastDecision
from engine.govern.policy_set import PolicySet
from engine.govern.replay import Replaying
from engine.govern.resample import Band
from engine.govern.sides import Tally
from engine.govern.workload import Team
from tests.unit.govern.pasts import MONDAY, OTHER, asked, entry, history_of, past, policy

DAY = 24 * 60
TRUTHS = (Truth.CORRECT, Truth.CORRECT, Truth.CORRECT, Truth.WRONG, Truth.UNKNOWN)


def strict(**fields: Any) -> PolicySet:
    return policy(entry(threshold=HandSetThreshold(min_confidence=0.85)), entry(OTHER), **fields)


def wide(**fields: Any) -> PolicySet:
    return policy(entry(threshold=HandSetThreshold(min_confidence=0.6)), entry(OTHER), **fields)


def row(number: int, **came: Any) -> PastDecision:
    """Ten cases a day, every other one less sure, one of five without a truth."""
    at = (number // 10) * DAY + (number % 10) * 30
    request = asked(at, cents=100 * (number % 3), confidence=0.9 if number % 2 else 0.7, score=0.9)
    truth = TRUTHS[number % 5]
    known_at = MONDAY + timedelta(minutes=at + 60)
    return past(request, number, truth=truth, known_at=known_at, **came)


def month(days: int = 30, **beside: Any) -> DecisionHistory:
    return history_of(*(row(number) for number in range(10 * days)), **beside)


def compared(
    history: DecisionHistory, draft: PolicySet, active: PolicySet, **how: Any
) -> Consequences:
    return compare(Replaying(history), draft, active, Asked(**how))


def test_draft_is_held_against_what_is_in_force() -> None:
    found = compared(month(), wide(), strict(), days=None)
    total = found.total
    assert total.now.tally == Tally(at_once=150, after_window=0, people=150, denied=0)
    assert total.draft.tally == Tally(at_once=300, after_window=0, people=0, denied=0)
    assert (total.to_alone, total.to_people) == (150, 0)
    assert total.draft.share == 1.0
    assert [cell.cell for cell in found.cells] == [row(0).request.cell]


def test_checks_that_hold_back_are_counted() -> None:
    found = compared(month(), strict(), wide(), days=None)
    assert found.held == (("confidence_below_threshold", 150),)
    assert compared(month(), strict(), wide(), days=7).held == (("confidence_below_threshold", 35),)
    raw = [replace(asked(minute), is_calibrated=False) for minute in range(3)]
    held = compared(history_of(*raw), wide(), strict(), days=None).held
    assert held == (("confidence_uncalibrated", 3),)
    assert compared(month(), wide(), strict(), days=None).held == ()


def test_only_the_last_days_are_looked_at() -> None:
    found = compared(month(), wide(), strict(), days=7)
    assert found.total.now.tally.decisions == 70
    assert found.since == MONDAY + timedelta(days=23)
    assert sum(week.decisions for week in found.weeks) == 300
    assert [week.decisions for week in found.weeks][-1] == 70


def test_flips_tell_wrong_ones_first() -> None:
    found = compared(month(), wide(), strict(), days=7)
    assert len(found.flips) == 35
    first = found.flips[0]
    assert (first.truth, first.was, first.becomes, first.runs_alone) == (
        Truth.WRONG,
        VerdictKind.ESCALATE,
        VerdictKind.EXECUTE,
        True,
    )
    wrong = [flip.truth is Truth.WRONG for flip in found.flips]
    assert wrong == sorted(wrong, reverse=True)
    back = compared(month(), strict(), wide(), days=7)
    assert not any(flip.runs_alone for flip in back.flips)
    assert back.total.to_people == 35


def test_error_is_of_what_would_run_alone() -> None:
    side = compared(month(), wide(), strict(), days=None).total.draft
    assert (side.error.labels, side.error.labels_wrong, side.unknown) == (240, 60, 60)
    assert side.error.error == pytest.approx(0.25)


def test_drawn_labels_are_weighed_by_their_chance() -> None:
    rows = [
        replace(row(number), label_probability=0.5 if number % 10 == 3 else 1.0)
        for number in range(300)
    ]
    side = compared(history_of(*rows), wide(), strict(), days=None).total.draft
    known = [one for one in rows if one.truth is not Truth.UNKNOWN]
    expected = estimate_error(
        [one.truth is Truth.WRONG for one in known], [one.label_probability for one in known]
    )
    assert side.error == expected
    assert expected.error != pytest.approx(0.25)


def test_money_is_summed_and_bounded() -> None:
    capped = wide(
        limits=Limits(amount_cap=500, budgets=(Budget(per=Period.HOUR, executions=4),)),
    )
    total = compared(month(), capped, strict(), days=None).total
    assert total.draft.moved == (Money(minor=30_000, currency="EUR"),)
    # The whole desk shares four actions an hour of at most five euros.
    assert total.worst_day == 24 * 4 * 500
    assert total.worst_day_now is None


def test_hits_are_those_of_the_days_looked_at() -> None:
    tight = wide(limits=Limits(budgets=(Budget(per=Period.DAY, executions=6),)))
    found = compared(month(), tight, strict(), days=7)
    assert [(hit.limit.scope, hit.turned_away) for hit in found.hits] == [("desk:d", 28)]
    assert found.hits_now == ()


def test_people_get_less_to_do() -> None:
    team = Team(people=2, minutes_per_case=12)
    found = compared(month(), wide(), strict(), days=28, team=team)
    assert (found.people_now.cases, found.people.cases) == (140, 0)
    assert found.people_now.queue is not None
    # Five cases a day of 12 minutes, over 28 days, on 20 working days.
    assert found.people_now.queue.hours_per_day.value == pytest.approx(1.4, rel=0.25)
    assert found.people.latency is not None
    assert found.people.latency.median_s == 1.0
    assert found.people_now.deadline_minutes == 480


def test_team_is_taken_from_history_and_goals() -> None:
    decided = [row(number, happened=Happened.PERSON, decide_ms=120_000) for number in range(40)]
    history = history_of(*decided, deciders=3)
    measured = compared(history, wide(), strict()).team
    assert measured.staffing.people == 3
    assert measured.staffing.minutes_per_case == 2.0
    assert measured.minutes_from == "the median of 40 measured decisions"
    told = compared(history, wide(goals={"minutes_per_decision": 9.0}), strict()).team
    assert (told.staffing.minutes_per_case, told.minutes_from) == (9.0, "from the desk's goals")
    given = compared(history, wide(), strict(), team=Team(people=1, minutes_per_case=4)).team
    assert (given.people_from, given.minutes_from) == ("as given", "as given")
    assert compared(month(), wide(), strict()).team.people_from.startswith("assumed")


def test_a_few_decisions_measure_nothing() -> None:
    quick = [row(number, happened=Happened.PERSON, decide_ms=1_500) for number in range(29)]
    rest = [row(number) for number in range(29, 300)]
    found = compared(history_of(*quick, *rest, deciders=1), wide(), strict())
    assert found.team.staffing.minutes_per_case == 5.0
    assert found.team.minutes_from == ("assumed: 29 of the 30 decisions it takes were measured")
    assert found.team.people_from.startswith("assumed")


def test_late_cases_are_counted_by_day() -> None:
    """The share of a smaller rest may grow while fewer cases are late."""
    found = compared(month(), wide(), strict(), team=Team(people=1, minutes_per_case=20))
    days = (found.until - found.queue_since).days + 1
    queue, late = found.people_now.queue, found.people_now.late_a_day
    assert queue
    assert late
    assert late.value == pytest.approx(queue.breaches.value / days, rel=0.1)
    assert late.value > 0
    assert found.people.late_a_day == Band(value=0.0, lower=0.0, upper=0.0)


def test_price_of_an_hour_gives_the_cost() -> None:
    goals = {"cost_per_hour": 6_000}
    team = Team(people=2, minutes_per_case=6)
    found = compared(month(), wide(goals=goals), strict(goals=goals), team=team)
    assert (found.people_now.cost_per_decision, found.people.cost_per_decision) == (300.0, 0.0)


def test_forecast_expects_what_has_been_steady() -> None:
    forecast = compared(month(), strict(), strict(), future_days=7).forecast
    assert forecast.decisions == 70
    assert forecast.share is not None
    assert (forecast.share.value, forecast.share_was_off) == (0.5, 0.0)
    assert forecast.error is not None
    assert forecast.error.lower < 0.25 < forecast.error.upper


def test_forecast_is_as_wide_as_it_was_off() -> None:
    rows = [row(number) for number in range(300)]
    moved = [
        replace(one, request=replace(one.request, confidence=0.2)) if number < 160 else one
        for number, one in enumerate(rows)
    ]
    forecast = compared(history_of(*moved), wide(), strict()).forecast
    assert forecast.share is not None
    assert forecast.share_was_off == 1.0
    assert (forecast.share.lower, forecast.share.upper) == (0.0, 1.0)


def test_audits_come_with_what_runs_alone() -> None:
    assert compared(month(), wide(), strict(), days=10).audits_a_day == pytest.approx(1.0)


def test_empty_history_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="Nothing was recommended"):
        compared(history_of(), wide(), strict())


@pytest.mark.parametrize("how", [{"days": 0}, {"future_days": 0}])
def test_days_are_counted_from_one(how: dict[str, int]) -> None:
    with pytest.raises(InvalidRequest):
        compared(month(2), wide(), strict(), **how)


# --- what history cannot tell ----------------------------------------------------------------


def limits(history: DecisionHistory, draft: PolicySet) -> str:
    return "\n".join(limits_of_history(history, compared(history, draft, strict()), draft))


def test_limits_begin_with_what_a_replay_is() -> None:
    said = limits(month(), wide())
    assert said.startswith(EXPLORES)
    assert SIMULATED not in said
    assert SIMULATED in limits(month(origin=Origin.SIMULATED), wide())


def test_missing_truths_are_counted() -> None:
    said = limits(month(), wide())
    assert "Of the 280 that would run alone 56 have no truth" in said
    nothing_known = history_of(*(replace(row(n), truth=Truth.UNKNOWN) for n in range(100)))
    assert "no truth is known" in limits(nothing_known, wide())


def test_anchored_and_drawn_labels_are_named() -> None:
    rows = [replace(row(number), label_probability=0.25) for number in range(100)]
    said = limits(history_of(*rows, anchored=12, left_out=3), wide())
    assert "Of 12 decisions" in said
    assert "80 truths were drawn for audit" in said
    assert "3 recommendations are left out" in said


def test_budgets_that_bind_people_are_named() -> None:
    daily = NamedRule(name="daily", why="x", budgets=(Budget(per=Period.DAY, executions=99),))
    assert "the budgets of guardrail:daily" in limits(month(), wide(guardrails=(daily,)))


def test_veto_windows_are_assumed_to_be_left_alone() -> None:
    looped = policy(
        entry(
            phase=Phase.ON_THE_LOOP,
            threshold=HandSetThreshold(min_confidence=0.95),
            on_the_loop={"threshold": {"kind": "hand_set", "min_confidence": 0.6}},
        ),
        entry(OTHER),
    )
    history = month()
    assert compared(history, looped, strict()).total.draft.tally.after_window == 280
    assert "Nobody is taken to hold an action" in limits(history, looped)


def test_figures_do_not_depend_on_the_moment_of_asking() -> None:
    first, second = (compared(month(), wide(), strict()) for _ in range(2))
    assert first == second
    assert np.isfinite(first.audits_a_day)
