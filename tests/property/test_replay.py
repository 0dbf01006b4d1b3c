"""The vectorised replay says what `authorize` says, row by row and in the order of events."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.budget import Period, window_start
from engine.domain.case import Origin
from engine.domain.verdict import VerdictKind
from engine.govern.authorize import authorize
from engine.govern.history import DecisionHistory
from engine.govern.local_time import as_moment, as_us, local_times, window_starts
from engine.govern.past_decisions import PastDecision, PastDecisions
from engine.govern.policy_set import PolicySet
from engine.govern.replay import Replayed, Replaying, replay
from engine.govern.replay_sequence import replay_in_sequence
from engine.govern.request import Usage
from engine.service.words import BROKEN
from tests.property.replays import DESK, START, ZONES, cuts_of, histories, policies, request
from tests.property.replays_lived import lived, without_budgets


def plain(replayed: Replayed) -> dict[str, object]:
    return {
        "kind": replayed.kind.tolist(),
        "would_have": replayed.would_have.tolist(),
        "ran_us": replayed.ran_us.tolist(),
        "hits": replayed.hits,
    }


@settings(max_examples=120)
@given(histories(), policies())
def test_both_paths_agree_row_by_row(history: DecisionHistory, policy: PolicySet) -> None:
    cuts = cuts_of(history)
    fast, slow = replay(history, policy, cuts), replay_in_sequence(history, policy, cuts)
    assert plain(fast) == plain(slow)


@settings(max_examples=40)
@given(st.integers(0, 10**6), policies(), policies())
def test_own_envelope_gives_the_same_verdicts(
    seed: int, policy: PolicySet, other: PolicySet
) -> None:
    policy = without_budgets(policy)
    history, verdicts, alone = lived(Random(seed), policy)
    assert plain(replay(history, other)) == plain(replay_in_sequence(history, other))
    assert history.repeated
    for replayed in (replay(history, policy), replay_in_sequence(history, policy)):
        assert replayed.kind.tolist() == verdicts
        assert replayed.alone.tolist() == alone


@settings(max_examples=25)
@given(histories(), policies(), policies())
def test_earlier_replays_change_no_later_one(
    history: DecisionHistory, first: PolicySet, second: PolicySet
) -> None:
    replaying = Replaying(history, cuts_of(history))
    replaying.under(first)
    assert plain(replaying.under(second)) == plain(replay(history, second, cuts_of(history)))


@settings(max_examples=60)
@given(st.integers(0, 10**6), policies())
def test_history_answers_as_its_requests_did(seed: int, policy: PolicySet) -> None:
    chance, past = Random(seed), PastDecisions()
    asked = [request(chance, START + timedelta(minutes=7 * row), 0.1) for row in range(40)]
    for row, one in enumerate(asked):
        past.add(PastDecision(request=one, case_id=f"case {row}", text=""))
    history = past.history(desk=DESK, origin=Origin.SIMULATED, as_of=START)
    told = policy.of(history.cells)
    escalating: Counter[str] = Counter()
    are_people_asked = np.zeros(len(asked), dtype=bool)
    for row, one in enumerate(asked):
        limits = told[int(history.cell[row])]
        before = authorize(one, limits, Usage())
        after = authorize(history.request(row), limits, Usage())
        assert (before.kind, before.would_have) == (after.kind, after.would_have)
        are_people_asked[row] = before.kind is VerdictKind.ESCALATE
        for rule in before.broken if are_people_asked[row] else ():
            escalating[rule.rule] += rule.otherwise is VerdictKind.ESCALATE
    counted = dict(Replaying(history).held_back(told, are_people_asked))
    told_by_moment = {"confidence_below_threshold", *BESIDE}
    assert {name: count for name, count in counted.items() if name not in told_by_moment} == {
        name: count
        for name, count in escalating.items()
        if count and name in BROKEN and name not in told_by_moment
    }


BESIDE = {"outside_hours", "budget_spent", "paused", "audit_key_missing", "role_may_not_decide"}
"""Checks that are not counted as limits that hold back."""
CHANGES = [(3, 29), (10, 25), (4, 4), (10, 3), (3, 8), (11, 1)]
"""Days of 2026 on or before which clocks change somewhere."""
near = st.builds(
    lambda day, seconds: datetime(2026, day[0], day[1], tzinfo=UTC) + timedelta(seconds=seconds),
    st.sampled_from(CHANGES),
    st.integers(-90_000, 90_000),
)
some = st.integers(0, 2 * 10**9).map(lambda seconds: as_moment(seconds * 1_000_003))
zones = st.sampled_from(
    [
        *ZONES,
        "Asia/Kathmandu",
        "Atlantic/Azores",
        "America/Havana",
        "America/St_Johns",
        "Africa/Casablanca",
    ]
)


@given(st.lists(near, min_size=1, max_size=6) | st.lists(some, min_size=1, max_size=3), zones)
def test_columns_tell_time_as_datetime_does(aware: list[datetime], zone: str) -> None:
    columns = np.array([as_us(moment) for moment in aware])
    assert [as_moment(us) for us in columns.tolist()] == aware
    shown = local_times(columns, zone)
    there = [moment.astimezone(ZoneInfo(zone)) for moment in aware]
    assert shown.weekday.tolist() == [moment.weekday() for moment in there]
    clocks = [timedelta(microseconds=us) for us in shown.time_us.tolist()]
    midnight = [datetime.combine(moment.date(), datetime.min.time()) for moment in there]
    assert clocks == [
        moment.replace(tzinfo=None) - start for moment, start in zip(there, midnight, strict=True)
    ]
    assert shown.is_second.tolist() == [bool(moment.fold) for moment in there]
    for period in Period:
        starts = window_starts(period, columns, zone).tolist()
        assert starts == [as_us(window_start(period, moment, zone)) for moment in aware]
