"""What a policy would have said of a history, told as small stories."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import numpy as np
import pytest

from engine.domain.budget import Period
from engine.domain.money import Money
from engine.domain.phase import Cell, Phase
from engine.domain.verdict import VerdictKind
from engine.govern.hard_rules import NamedRule, Otherwise
from engine.govern.history import DecisionHistory
from engine.govern.limits import (
    Budget,
    HandSetThreshold,
    Hours,
    Limits,
    RollingThreshold,
    Wider,
)
from engine.govern.local_time import as_moment, as_us
from engine.govern.past_decisions import PastDecision
from engine.govern.policy_set import PolicySet
from engine.govern.replay import Replayed, Replaying, replay
from engine.govern.replay_sequence import replay_in_sequence
from engine.govern.replay_sums import NEVER
from tests.unit.govern.pasts import CELL, MONDAY, OTHER, asked, entry, history_of, past, policy

KINDS = tuple(VerdictKind)
EXECUTE, WINDOW, ESCALATE, DENY = KINDS


def both(history: DecisionHistory, of: PolicySet) -> Replayed:
    """The answer of the fast path, after the slow one has said the same."""
    fast, slow = replay(history, of), replay_in_sequence(history, of)
    assert fast.kind.tolist() == slow.kind.tolist()
    assert fast.would_have.tolist() == slow.would_have.tolist()
    assert fast.ran_us.tolist() == slow.ran_us.tolist()
    assert fast.hits == slow.hits
    return fast


def kinds(replayed: Replayed) -> list[VerdictKind]:
    return [KINDS[level] for level in replayed.kind.tolist()]


def test_budget_is_spent_in_event_order() -> None:
    history = history_of(*(asked(minutes) for minutes in (0, 10, 20, 61)))
    found = both(history, policy(entry(budgets=(Budget(per=Period.HOUR, executions=2),))))
    assert kinds(found) == [EXECUTE, EXECUTE, ESCALATE, EXECUTE]
    (hit,) = found.hits
    assert (hit.limit.scope, hit.turned_away, hit.never_fit) == ("cell:d/t/a", 1, 0)
    assert hit.first_us == as_us(MONDAY + timedelta(minutes=20))


def test_what_is_turned_away_takes_from_no_budget() -> None:
    # The first is too unsure, so the third still finds room.
    rows = (asked(0, confidence=0.1), asked(1), asked(2), asked(3))
    found = both(history_of(*rows), policy(entry(budgets=(Budget(per=Period.HOUR, executions=2),))))
    assert kinds(found) == [ESCALATE, EXECUTE, EXECUTE, ESCALATE]


def test_cells_share_the_budget_of_their_desk() -> None:
    history = history_of(asked(0), asked(1, cell=OTHER), asked(2), asked(3, cell=OTHER))
    found = both(
        history,
        policy(
            entry(),
            entry(OTHER),
            limits=Limits(budgets=(Budget(per=Period.DAY, executions=3),)),
        ),
    )
    assert kinds(found) == [EXECUTE, EXECUTE, EXECUTE, ESCALATE]


def test_money_of_each_customer_is_counted_apart() -> None:
    each = Budget(per=Period.DAY, for_each="customer", amount=1000)
    customers = ("ann", "bob", "ann", "ann", "")
    rows = [
        asked(number, cents=600 if number != 3 else 400, customer=name)
        for number, name in enumerate(customers)
    ]
    found = both(history_of(*rows), policy(entry(budgets=(each,))))
    assert kinds(found) == [EXECUTE, EXECUTE, ESCALATE, EXECUTE, ESCALATE]
    assert [(hit.turned_away, hit.never_fit) for hit in found.hits] == [(1, 1)]


def test_days_of_a_budget_follow_the_zone() -> None:
    # 22:30 and 23:30 UTC are two days in Vienna, one in UTC.
    rows = (asked(870), asked(930))
    daily = (Budget(per=Period.DAY, executions=1),)
    utc = both(history_of(*rows), policy(entry(budgets=daily)))
    vienna = both(history_of(*rows), policy(entry(budgets=daily), zone="Europe/Vienna"))
    assert (kinds(utc), kinds(vienna)) == ([EXECUTE, ESCALATE], [EXECUTE, EXECUTE])


def test_copilot_runs_nothing_but_says_what_would() -> None:
    history = history_of(asked(0), asked(1, confidence=0.2))
    found = both(history, policy(entry(phase=Phase.COPILOT)))
    assert kinds(found) == [ESCALATE, ESCALATE]
    assert [KINDS[level] for level in found.would_have.tolist()] == [EXECUTE, ESCALATE]
    assert not found.alone.any()


def calls(*cents: int, cell: Cell = CELL, first: float = 0, **came: Any) -> list[PastDecision]:
    """Calls of one case, a minute apart."""
    return [
        past(asked(first + place, cents=one, cell=cell), 1, **came)
        for place, one in enumerate(cents)
    ]


def test_calls_of_a_case_are_summed() -> None:
    other = past(asked(9, cents=900), 2)
    found = both(history_of(*calls(400, 500, 200, 100), other), policy(entry(amount_cap=1000)))
    assert kinds(found) == [EXECUTE, EXECUTE, ESCALATE, EXECUTE, EXECUTE]

    rows = (*calls(900), *calls(700, cell=OTHER, first=1), *calls(0, -1, first=2))
    above = policy(entry(), entry(OTHER, second_person_above=1500, amount_cap=800))
    assert kinds(both(history_of(*rows), above)) == [EXECUTE, ESCALATE, EXECUTE, DENY]


def test_what_was_carried_out_counts_once() -> None:
    first, second = calls(600, 500)
    told = replace(second, request=replace(second.request, moved=600, moved_in_cell=600))
    never = NamedRule(name="much", why="too much", amount_cap=1000)
    cap = policy(entry(), guardrails=(never,))
    assert kinds(both(history_of(replace(first, acted=True), told), cap)) == [EXECUTE, DENY]
    room = policy(entry(amount_cap=1100))
    assert kinds(both(history_of(replace(first, acted=True), told), room)) == [EXECUTE, EXECUTE]
    # What was put back since was carried out all the same: it is not moved again by a replay.
    assert kinds(both(history_of(replace(first, acted=True), second), cap)) == [EXECUTE, EXECUTE]


def test_open_windows_have_moved_nothing_yet() -> None:
    unsure = [replace(one, request=replace(one.request, confidence=0.45)) for one in calls(600)]
    for minutes, kind in ((20, EXECUTE), (30, ESCALATE)):
        found = both(history_of(*unsure, *calls(600, first=minutes)), on_the_loop(amount_cap=1000))
        assert kinds(found) == [WINDOW, kind]


WIDE = Wider(threshold=HandSetThreshold(min_confidence=0.4), veto_minutes=30)


def on_the_loop(**limits: Any) -> PolicySet:
    return policy(
        entry(
            phase=Phase.ON_THE_LOOP,
            threshold=HandSetThreshold(min_confidence=0.8),
            on_the_loop=WIDE,
            **limits,
        )
    )


def test_windowed_action_counts_when_it_runs() -> None:
    # It is asked for at 8:40 and runs at 9:10, in the hour of the third.
    history = history_of(asked(40, confidence=0.5), asked(50), asked(75), asked(130))
    found = both(history, on_the_loop(budgets=(Budget(per=Period.HOUR, executions=1),)))
    assert kinds(found) == [WINDOW, EXECUTE, ESCALATE, EXECUTE]
    assert as_moment(int(found.ran_us[0])) == MONDAY + timedelta(minutes=70)


def test_window_that_lapses_into_a_spent_budget_escalates() -> None:
    history = history_of(asked(40, confidence=0.5), asked(65))
    found = both(history, on_the_loop(budgets=(Budget(per=Period.HOUR, executions=1),)))
    assert kinds(found) == [WINDOW, EXECUTE]
    assert found.alone.tolist() == [False, True]
    assert found.hits[0].first_us == as_us(MONDAY + timedelta(minutes=70))


def test_a_lapse_comes_before_a_case_of_its_moment() -> None:
    history = history_of(asked(40, confidence=0.5), asked(70))
    found = both(history, on_the_loop(budgets=(Budget(per=Period.HOUR, executions=1),)))
    assert kinds(found) == [WINDOW, ESCALATE]
    assert found.alone.tolist() == [True, False]


def test_window_that_lapses_after_hours_escalates() -> None:
    until_nine = Hours(opens=time(8), closes=time(9))
    history = history_of(asked(10, confidence=0.5), asked(40, confidence=0.5))
    found = both(history, on_the_loop(hours=until_nine))
    assert kinds(found) == [WINDOW, WINDOW]
    assert found.alone.tolist() == [True, False]


def test_guardrail_budget_denies_what_people_may_not_either() -> None:
    daily = NamedRule(
        name="daily", why="the account is empty", budgets=(Budget(per=Period.DAY, executions=1),)
    )
    history = history_of(asked(0), asked(1), asked(2, confidence=0.1))
    found = both(history, policy(guardrails=(daily,)))
    assert kinds(found) == [EXECUTE, DENY, DENY]
    softer = daily.model_copy(update={"otherwise": Otherwise.ESCALATE})
    assert kinds(both(history, policy(guardrails=(softer,)))) == [EXECUTE, ESCALATE, ESCALATE]


def test_cell_without_an_envelope_asks_people() -> None:
    history = history_of(asked(0, cell=OTHER), asked(1, cell=OTHER, problem="no such owner"))
    assert kinds(both(history, policy())) == [ESCALATE, DENY]


def test_rolling_cuts_are_those_of_each_row() -> None:
    cuts = np.array([np.nan, 0.95, 0.9])
    history = history_of(asked(0), asked(1), asked(2))
    of = policy(entry(threshold=RollingThreshold(risk_limit=0.1)))
    assert kinds(replay(history, of, lambda risk_limit: cuts)) == [ESCALATE, ESCALATE, EXECUTE]
    assert kinds(replay(history, of)) == [ESCALATE] * 3


def test_hits_are_counted_from_a_moment_on() -> None:
    history = history_of(*(asked(minutes) for minutes in (0, 1, 2, 60, 61)))
    of = policy(entry(budgets=(Budget(per=Period.HOUR, executions=1),)))
    since = as_us(MONDAY + timedelta(minutes=30))
    found = Replaying(history).under(of, hits_from_us=since)
    assert [hit.turned_away for hit in found.hits] == [1]
    assert found.ran_us.tolist().count(NEVER) == 3


DOLLAR = Money(minor=5, currency="USD")


@pytest.mark.parametrize("amount", [Money(minor=5_000, currency="EUR"), DOLLAR], ids=str)
def test_amount_that_fits_no_budget_is_told_apart(amount: Money) -> None:
    history = history_of(asked(0, amount=amount))
    found = both(history, policy(entry(budgets=(Budget(per=Period.DAY, amount=1_000),))))
    assert kinds(found) == [ESCALATE]
    assert [(hit.turned_away, hit.never_fit) for hit in found.hits] == [(0, 1)]


def test_impossible_requests_are_denied_and_take_nothing() -> None:
    wrong = (asked(0, cents=-900), asked(1, cents=10**15), asked(2, confidence=7.0))
    history = history_of(*wrong, asked(3, cents=1_000), asked(4, cents=1))
    found = both(history, policy(entry(budgets=(Budget(per=Period.DAY, amount=1_000),))))
    assert kinds(found) == [DENY, DENY, DENY, EXECUTE, ESCALATE]


def test_other_money_takes_nothing_of_a_budget() -> None:
    history = history_of(asked(0, amount=DOLLAR), asked(1, cents=1_000), asked(2, amount=DOLLAR))
    found = both(history, policy(entry(budgets=(Budget(per=Period.DAY, amount=1_000),))))
    assert kinds(found) == [ESCALATE, EXECUTE, ESCALATE]


def test_replay_knows_customers_by_every_spelling() -> None:
    names = ("acme", "ACME ", "ac\u200bme", "\u200b", "other")
    history = history_of(*(asked(place, customer=name) for place, name in enumerate(names)))
    each = Budget(per=Period.DAY, for_each="customer", executions=1)
    found = both(history, policy(entry(budgets=(each,))))
    assert kinds(found) == [EXECUTE, ESCALATE, ESCALATE, ESCALATE, EXECUTE]


def test_replay_knows_no_second_midnight() -> None:
    half_past = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 00:30 on the Azores, twice
    moments = (half_past + timedelta(hours=step) for step in (-1, 0, 1, 2, 25))
    history = history_of(*(asked(0, at=at) for at in moments))
    of = policy(entry(budgets=(Budget(per=Period.DAY, executions=1),)), zone="Atlantic/Azores")
    assert kinds(both(history, of)) == [EXECUTE, EXECUTE, ESCALATE, ESCALATE, EXECUTE]


def test_cells_are_named_once_in_a_history() -> None:
    history = history_of(asked(0), asked(1, cell=OTHER), asked(2))
    assert history.cells == (CELL, OTHER)
    assert history.cell.tolist() == [0, 1, 0]
