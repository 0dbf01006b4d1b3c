"""A kill at every boundary of a run's steps: no effect twice, no lost answer, all calls counted."""

from collections.abc import Callable

import pytest

from engine.act.crash_points import RunPoint
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.testing.run_scripts import FunctionModel
from engine.testing.stub_desk import ticket_rows
from engine.testing.world import World
from tests.scenario.stub.boundaries import (
    ANSWER,
    HANDED_OVER,
    WORST,
    Boundaries,
    Boundary,
    assert_all_calls_count,
    assert_all_were_met,
    both_ways,
)
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


class Killed(BaseException):
    """The process ends here."""


def killed_everywhere(world: World, source_id: str, seen: set[Boundary]) -> None:
    """Work until nothing is due; the process ends at every boundary on the way."""

    def is_new(there: Boundary) -> bool:
        is_known = there in seen
        seen.add(there)
        return not is_known

    while is_killed(world, Boundaries(world.parts.database, source_id, is_new=is_new, end=end)):
        world.clock.move(seconds=200)


def end() -> None:
    raise Killed


def is_killed(world: World, boundaries: Boundaries) -> bool:
    """Whether a process ended before all was done."""
    opened = world.open_worker(boundaries.reach)
    try:
        while opened.worker.run_once():
            pass
    except Killed:
        return True
    finally:
        opened.stop()  # gives nothing back: leases and rows are as the kill left them
    return False


def killed_and_approved(world: World, source_id: str) -> set[Boundary]:
    """A ticket goes its way, and every process that works on it is killed again and again."""
    seen = set[Boundary]()
    world.submit(ticket_rows(1, opened_at=world.clock.now(), prefix=source_id[0]))
    killed_everywhere(world, source_id, seen)
    assert world.case(source_id).status is CaseStatus.PENDING
    world.decide(world.case(source_id), world.person("ann"), DecisionKind.APPROVE)
    killed_everywhere(world, source_id, seen)
    assert world.case(source_id).status is CaseStatus.DONE
    return seen


def test_kill_at_every_boundary_repeats_nothing(stub_world: World) -> None:
    model = FunctionModel()
    world = with_reasoners(stub_world, both_ways(model))
    seen = killed_and_approved(world, A)
    made = journals(world)
    assert [kinds(one) for one in made] == [["asked", "use_tool", "ask_write", "finish"]]
    assert answers(made[0]) == [("APPROVED", "ann")]
    assert_all_were_met(seen, made)
    seen = killed_and_approved(world, HANDED_OVER)
    handed_over = journals(world, HANDED_OVER)
    assert [kinds(one) for one in handed_over] == [
        ["asked", "use_tool", "ask_write", "give_up"],
        ["asked", "recommend"],
    ]
    assert answers(handed_over[0]) == [("DENIED", "envelope")]
    assert_all_were_met(seen, handed_over)
    assert book(world) == [(A, "north"), (HANDED_OVER, "south")]
    made += handed_over
    assert_all_calls_count(world.parts.store, made)
    calls = [call for one in made for call in world.parts.store.runs.calls(one.run.id)]
    assert len(made) < len(model.asked) <= len(calls)
    opened = world.open_worker()
    opened.seal()
    opened.stop()
    assert world.engine.verify_ledger().is_intact


def test_answer_lost_by_a_kill_is_paid_twice(stub_world: World) -> None:
    model = FunctionModel()
    world = with_reasoners(stub_world, reasoners(model))
    world.submit(ticket_rows(1, opened_at=world.clock.now()))
    at_answer = Boundaries(
        world.parts.database, A, is_new=lambda there: there.point == RunPoint.AFTER_ANSWER, end=end
    )
    assert is_killed(world, at_answer)
    world.work()
    (journal,) = journals(world)
    calls = world.parts.store.runs.calls(journal.run.id)
    assert [(c.status, c.attempt, c.cost_micro_usd) for c in calls] == [
        ("LOST", 1, WORST),
        ("ANSWERED", 2, ANSWER),
    ]
    assert len(model.asked) == 2
    assert journal.run.cost_micro_usd == WORST + ANSWER


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
