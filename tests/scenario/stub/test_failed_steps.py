"""Every failed step is noted with its code: read back from a real database, and in the ledger."""

from collections.abc import Callable
from typing import Any

import pytest

from engine.act.crash_points import CrashPoint
from engine.domain.actor import Role
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.failure import FailureCode
from engine.domain.phase import Phase
from engine.errors import ToolError, ToolOutcomeUnknown, ToolUnavailable
from engine.service.failure_rows import FailureFilter
from engine.service.requests import PauseScope, SettleRepair
from engine.testing.stub_desk import DESK, ticket_rows
from engine.testing.ticket_book import TicketBook
from engine.testing.world import START, World
from tests.scenario.stub.test_bounded import calibrated, submit

A = "T000000"
C = FailureCode
ALL = FailureFilter()


def noted(world: World) -> dict[FailureCode, tuple[int, int]]:
    """Failed steps by code, and those of them that brought a case to people."""
    return {row.code: (row.steps, row.stood) for row in world.engine.queries.failures(ALL)}


def last_entry(world: World) -> Any:
    return world.engine.queries.ledger(stream=f"case:{world.case(A).id}", limit=1).rows[0]


def bounded(make: Callable[..., World], before_call: Callable[[str], None]) -> World:
    return submit(calibrated(make(phase=Phase.BOUNDED, before_call=before_call)))


def approved(world: World) -> World:
    world.submit(ticket_rows(1, opened_at=START))
    world.work()
    world.decide(world.case(A), world.person("ann"), DecisionKind.APPROVE)
    return world


def released(world: World) -> World:
    world.clock.move(seconds=9)
    world.work()
    return world


def test_good_case_leaves_no_row(make_stub_world: Callable[..., World]) -> None:
    world = released(approved(make_stub_world(take_back_s=8)))
    assert world.case(A).status is CaseStatus.DONE
    assert noted(world) == {}


def test_changed_target_is_noted_with_its_code(make_stub_world: Callable[..., World]) -> None:
    world = approved(make_stub_world(take_back_s=8))
    TicketBook(world.parts.settings.data_dir / "tickets.db").assign(A, "south", "somebody else")
    released(world)
    assert noted(world) == {C.TARGET_CHANGED: (1, 1)}
    assert last_entry(world).payload["failure"] == C.TARGET_CHANGED
    card = world.engine.queries.card(world.case(A).id)
    assert card.failure is not None
    assert card.failure.title == "The target changed before it ran"
    (row,) = world.engine.queries.failed_cases(C.TARGET_CHANGED, ALL).rows
    assert (row.source_id, row.note, row.is_recovered) == (A, "Owner was empty, is south", False)


def test_pause_after_the_decision_is_a_failure(make_stub_world: Callable[..., World]) -> None:
    world = approved(make_stub_world(take_back_s=8))
    world.execute(PauseScope(scope="all", reason="drill"), world.person("rita", Role.RISK_OFFICER))
    released(world)
    assert world.case(A).attention is Attention.PAUSED
    assert noted(world) == {C.PAUSED: (1, 1)}
    card = world.engine.queries.card(world.case(A).id)
    assert card.failure is not None
    assert card.failure.code is C.PAUSED


def test_pause_before_the_verdict_is_none(make_stub_world: Callable[..., World]) -> None:
    world = make_stub_world()
    world.execute(PauseScope(scope="all", reason="drill"), world.person("rita", Role.RISK_OFFICER))
    submit(world)
    assert world.case(A).attention is Attention.PAUSED
    assert noted(world) == {}
    assert world.engine.queries.card(world.case(A).id).failure is None


def test_unavailable_tool_is_one_recovered_step_a_try(
    make_stub_world: Callable[..., World],
) -> None:
    seen: list[str] = []

    def fail_twice(key: str) -> None:
        seen.append(key)
        if len(seen) < 3:
            raise ToolUnavailable("no connection")

    world = bounded(make_stub_world, fail_twice)
    for _ in range(3):
        world.clock.move(seconds=30)
        world.work()
    assert world.case(A).status is CaseStatus.DONE
    assert noted(world) == {C.TOOL_UNAVAILABLE: (2, 0)}


def test_refusal_keeps_the_systems_reason(make_stub_world: Callable[..., World]) -> None:
    def refuse(key: str) -> None:
        raise ToolError("the ticket is locked")

    world = bounded(make_stub_world, refuse)
    assert noted(world) == {C.TARGET_REFUSED: (1, 1)}
    (row,) = world.engine.queries.failed_cases(C.TARGET_REFUSED, ALL).rows
    assert (row.note, row.tool, row.desk) == ("the ticket is locked", "assign_owner", DESK)


def test_refused_credential_is_told_apart(make_stub_world: Callable[..., World]) -> None:
    def refuse(key: str) -> None:
        raise ToolError("the credential is for another call", code="CREDENTIAL_SCOPE")

    assert noted(bounded(make_stub_world, refuse)) == {C.CREDENTIAL_REFUSED: (1, 1)}


def test_unanswered_call_is_recovered_by_its_key(make_stub_world: Callable[..., World]) -> None:
    seen: list[str] = []

    def vanish_once(key: str) -> None:
        seen.append(key)
        if len(seen) == 1:
            raise ToolOutcomeUnknown("the connection broke")

    world = bounded(make_stub_world, vanish_once)
    world.clock.move(seconds=30)
    world.work()
    assert world.case(A).status is CaseStatus.DONE
    assert noted(world) == {C.TOOL_NO_ANSWER: (1, 0)}


def test_lost_worker_is_noted_by_the_next(make_stub_world: Callable[..., World]) -> None:
    world = calibrated(make_stub_world(phase=Phase.BOUNDED))
    world.submit(ticket_rows(1, opened_at=world.clock.now()))

    class Killed(BaseException):
        pass

    def die(point: str) -> None:
        if point == CrashPoint.AFTER_CALL:
            raise Killed

    opened = world.open_worker(die)
    opened.worker.run_once()  # perceives and judges it
    with pytest.raises(Killed):
        opened.worker.run_once()
    opened.stop()
    world.clock.move(minutes=5)
    world.work()
    assert world.case(A).status is CaseStatus.DONE
    assert noted(world) == {C.WORKER_LOST: (1, 0)}


def test_silent_reasoner_is_noted_once(make_stub_world: Callable[..., World]) -> None:
    world = submit(make_stub_world(), owner="none")
    assert noted(world) == {C.NO_RECOMMENDATION: (1, 1)}


def test_persons_finding_adds_no_failure(make_stub_world: Callable[..., World]) -> None:
    def vanish(key: str) -> None:
        raise ToolOutcomeUnknown("the connection broke")

    world = bounded(make_stub_world, vanish)
    for _ in range(8):
        world.clock.move(seconds=60)
        world.work()
    case = world.case(A)
    assert (case.status, case.attention) == (CaseStatus.NEEDS_REPAIR, Attention.OUTCOME_UNKNOWN)
    before = noted(world)
    assert before[C.OUTCOME_UNKNOWN] == (1, 1)
    assert before[C.TOOL_NO_ANSWER][1] == 0
    found = SettleRepair(case_id=case.id, version=case.version, is_done=False, note="not there")
    world.execute(found, world.person("ann"))
    assert world.case(A).attention is Attention.TOOL_FAILED
    assert noted(world) == before
