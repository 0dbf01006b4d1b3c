"""A kill at every boundary of a run's steps: no effect twice, no lost answer, all calls counted."""

from collections import Counter
from collections.abc import Callable

import pytest

from engine.act.crash_points import CrashPoint, RunPoint
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.run import RunStatus
from engine.testing.run_scripts import FunctionModel
from engine.testing.world import World
from tests.scenario.stub.running import (
    A,
    answers,
    book,
    journals,
    kinds,
    reasoners,
    submitted,
    with_reasoners,
)

POINTS = [*RunPoint, CrashPoint.AFTER_INTAKE, CrashPoint.BEFORE_RESULT, CrashPoint.AFTER_RESULT]


class Killed(BaseException):
    """The process ends here."""


def killed_at(world: World, point: str, visit: int) -> bool:
    """Work until done, or until that visit of a point ends the process; gives whether it did."""
    visits: Counter[str] = Counter()

    def reach(reached: str) -> None:
        visits[reached] += 1
        if reached == point and visits[reached] == visit:
            raise Killed

    opened = world.open_worker(reach)
    try:
        while opened.worker.run_once():
            pass
    except Killed:
        return True
    finally:
        opened.stop()  # gives nothing back: leases and rows are as the kill left them
    return False


def killed_again_and_again(world: World, point: str) -> int:
    """Kill at the first visit, after the restart at the second, and so on until one lives."""
    kills = 0
    while killed_at(world, point, kills + 1):
        kills += 1
        world.clock.move(seconds=200)
    return kills


@pytest.mark.parametrize("point", POINTS, ids=str)
def test_kill_on_the_way_repeats_and_loses_nothing(stub_world: World, point: str) -> None:
    model = FunctionModel()
    world = with_reasoners(stub_world, reasoners(model))
    world.submit([(2, {"number": A, "opened_at": world.clock.now().isoformat()})])
    kills = killed_again_and_again(world, point)
    assert journals(world)[0].run.status is RunStatus.SUSPENDED
    world.decide(world.case(A), world.person("ann"), DecisionKind.APPROVE)
    kills += killed_again_and_again(world, point)
    (journal,) = journals(world)
    assert kills >= 1
    assert kinds(journal) == ["asked", "use_tool", "ask_write", "finish"]
    assert answers(journal) == [("APPROVED", "ann")]
    assert (world.case(A).status, book(world)) == (CaseStatus.DONE, [(A, "north")])
    assert_all_calls_count(world, model)
    opened = world.open_worker()
    opened.seal()
    opened.stop()
    assert world.engine.verify_ledger().is_intact


def assert_all_calls_count(world: World, model: FunctionModel) -> None:
    """Each call that left has its row; a lost one costs the most it can, an answered one its own.

    One that was lost before it left is counted too: nobody can know.
    """
    (journal,) = journals(world)
    calls = world.parts.store.runs.calls(journal.run.id)
    lost = [call for call in calls if call.status == "LOST"]
    assert [call.status for call in calls if call not in lost] == ["ANSWERED"]
    assert len(model.asked) <= len(calls)
    assert journal.run.cost_micro_usd == 328 + 750 * len(lost)
    assert journal.steps[0].cost_micro_usd == 328 + 750 * len(lost)


def test_answer_lost_by_a_kill_is_paid_twice(stub_world: World) -> None:
    model = FunctionModel()
    world = with_reasoners(stub_world, reasoners(model))
    world.submit([(2, {"number": A, "opened_at": world.clock.now().isoformat()})])
    assert killed_at(world, RunPoint.AFTER_ANSWER, 1)
    world.work()
    (journal,) = journals(world)
    calls = world.parts.store.runs.calls(journal.run.id)
    assert [(c.status, c.attempt, c.cost_micro_usd) for c in calls] == [
        ("LOST", 1, 750),
        ("ANSWERED", 2, 328),
    ]
    assert len(model.asked) == 2
    assert journal.run.cost_micro_usd == 750 + 328


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (DecisionKind.APPROVE, CaseStatus.DONE),
        (DecisionKind.REJECT, CaseStatus.CLOSED_NO_ACTION),
    ],
)
def test_suspended_run_goes_on_in_another_process(
    make_stub_world: Callable[..., World], kind: DecisionKind, status: CaseStatus
) -> None:
    world = submitted(with_reasoners(make_stub_world(take_back_s=5.0), reasoners(FunctionModel())))
    world.decide(world.case(A), world.person("ann"), kind)
    world.clock.move(days=3)
    fresh = reasoners(FunctionModel())  # nothing is shared but the database
    with_reasoners(world, fresh).work()
    assert world.case(A).status is status
    assert [answered for answered, _ in answers(journals(world)[0])] in (["APPROVED"], ["REJECTED"])
