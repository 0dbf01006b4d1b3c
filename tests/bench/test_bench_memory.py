"""The bench of memory: what it counts and how it judges, and its direction on a small world."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engine.bench.machine import Machine
from engine.bench.memory_bench import ORDERS_LIMIT, MemoryPart, MemoryReport, bench_memory
from engine.bench.memory_walk import from_share, walk_incidents, walk_signs
from engine.bench.paired import Judged, paired
from engine.errors import InvalidRequest
from engine.simulators.orders.seeds import DEVELOPMENT_SEEDS
from engine.simulators.orders.world import make_plan
from tests.unit.learn.made_cases import PROCEDURE, made_cases

START = datetime(2026, 3, 2, tzinfo=UTC)
MACHINE = Machine(
    processor="Abacus",
    cores=2,
    system="Linux",
    python="3.11.0",
    sqlite="3.40.0",
    libraries=(("numpy", "2.4.6"),),
    load=0.5,
    fsync_us=40.0,
)
ASKED = Judged(source_id="A", calls=2, is_settled=True, is_right=True, is_by_memory=False)
RECALLED = replace(ASKED, calls=0, is_by_memory=True)


def part(with_memory: Sequence[Judged], without: Sequence[Judged]) -> MemoryPart:
    return MemoryPart(
        name="Orders",
        stand_in="an abacus",
        risk_limit=ORDERS_LIMIT,
        with_memory=tuple(with_memory),
        without=tuple(without),
    )


def test_memory_saves_calls_and_is_not_worse() -> None:
    plan = make_plan(DEVELOPMENT_SEEDS[1], START, cases=1200, days=60)
    on, off = (from_share(arm, 0.5) for arm in walk_signs(plan.episodes, ORDERS_LIMIT))
    settled = [one for one in on if one.is_by_memory]
    # The stand-in is the best there can be: whatever memory does worse, it shows.
    assert len(settled) > 0.1 * len(on)
    assert sum(one.calls for one in on) == len(on) - len(settled)
    assert sum(not one.is_right for one in settled) <= ORDERS_LIMIT * len(settled)
    assert part(on, off).is_good


def test_paired_difference_has_its_interval() -> None:
    same = paired([True] * 50 + [False] * 50, [True] * 50 + [False] * 50)
    assert (same.share, same.gained, same.lost) == (0.0, 0, 0)
    assert same.low == -same.high == pytest.approx(-0.01922, abs=1e-5)
    # By hand: (8.5 - 2.5)/102, and 1.95996 * sqrt(11 - 36/102) / 102.
    better = paired([True] * 8 + [False] * 2 + [True] * 90, [False] * 8 + [True] * 92)
    assert (better.share, better.gained, better.lost) == (0.06, 8, 2)
    assert better.low == pytest.approx(0.058824 - 0.062703, abs=1e-5)
    assert better.high == pytest.approx(0.058824 + 0.062703, abs=1e-5)
    with pytest.raises(InvalidRequest):
        paired([], [])
    with pytest.raises(InvalidRequest):
        paired([True], [])


def test_report_says_what_was_wanted() -> None:
    wrong = replace(RECALLED, is_right=False)
    good = part([RECALLED] * 150 + [ASKED] * 150, [ASKED] * 300)
    bad = part([wrong] * 30 + [ASKED] * 270, [ASKED] * 300)
    idle = part([ASKED] * 300, [ASKED] * 300)
    assert (good.is_good, bad.is_good, idle.is_good) == (True, False, False)
    words = MemoryReport(machine=MACHINE, parts=(good, bad)).words()
    assert "2.000 without, 1.000 with memory" in words
    assert "150 (50.0%), 0 of them wrong" in words
    assert "met     difference +0.00 points" in words
    assert "MISSED  difference -10.00 points" in words
    found = bad.to_json()
    assert found["right"] == {"with": 0.9, "without": 1.0}
    assert (found["settled_by_memory"], found["wrong_of_these"]) == (30, 30)


def test_incidents_are_settled_by_their_own_procedure() -> None:
    cases = made_cases(400)
    on, off = walk_incidents(cases, PROCEDURE, 0.3, "asker")
    assert [one.source_id for one in on] == [case.case_id for case in cases]
    assert sum(one.calls for one in off) == len(cases)
    assert 0 < sum(one.calls for one in on) < len(cases)


@pytest.mark.parametrize(("cases", "days"), [(99, 30.0), (100, 9.0)])
def test_bench_of_memory_needs_enough_cases(cases: int, days: float) -> None:
    with pytest.raises(InvalidRequest, match="100 cases over 10 days"):
        bench_memory((1,), cases, days)
