"""Whatever fails and whenever a worker dies: outside stand all steps, none, or what is shown.

The worker of each round may be killed at any crash point (an exception nothing in the engine
catches ends it there), calls may be refused, lost before or after they act, ignored, or answered
while doing something else. The truth is the outside book.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.act.crash_points import CrashPoint
from engine.domain.case import Case
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.effect import EffectStatus
from engine.domain.plan import StepStatus
from engine.errors import ToolError, ToolOutcomeUnknown, ToolUnavailable
from engine.service.requests import UndoEffect
from engine.testing.stub_desk import DESK, ticket_rows
from engine.testing.stub_plan import plan_desk, plan_envelope
from engine.testing.stub_plan_tools import Act
from engine.testing.ticket_book import FIELDS, TicketBook
from engine.testing.world import World, make_world

A = "T000000"
FIELD_OF = {
    "assign_owner": "owner",
    "pay_credit": "credit",
    "add_note": "note",
    "send_message": "message",
}
WANTED = {"owner": "north", "credit": "4000 EUR", "note": "looked at", "message": "it is done"}
ROUNDS = 40
SETTLED = (CaseStatus.DONE, CaseStatus.PENDING, CaseStatus.NEEDS_REPAIR)


class Killed(BaseException):
    """The process is gone: nothing catches it."""


def refused(act: Act) -> None:
    raise ToolError("no")


def away(act: Act) -> None:
    raise ToolUnavailable("no connection")


def lost_before(act: Act) -> None:
    raise ToolOutcomeUnknown("no answer")


def lost_after(act: Act) -> None:
    act()
    raise ToolOutcomeUnknown("no answer")


def ignored(act: Act) -> None:
    """Says it acted, and did not."""


def well(act: Act) -> None:
    act()


HOW = st.sampled_from([well, well, well, refused, away, lost_before, lost_after, ignored])
PLANS = st.lists(
    st.sampled_from(["assign", "credit", "note"]), min_size=1, max_size=3, unique=True
).flatmap(lambda steps: st.sampled_from([steps, [*steps, "message"]]))
KILLS = st.lists(
    st.tuples(st.sampled_from(list(CrashPoint)), st.integers(min_value=1, max_value=4)), max_size=4
)


class Outside:
    """Gives each call the next fate of the list; afterwards all goes well."""

    def __init__(self, fates: list[Any]) -> None:
        self.fates = fates

    def around(self, tool: str, arguments: Mapping[str, Any], act: Act) -> None:
        (self.fates.pop(0) if self.fates else well)(act)


def work(world: World, kill: tuple[CrashPoint, int] | None) -> None:
    """A worker's life: until nothing is due, or until it is killed."""
    visits = 0

    def reach(point: str) -> None:
        nonlocal visits
        visits += kill is not None and point == kill[0]
        if kill is not None and point == kill[0] and visits == kill[1]:
            raise Killed

    opened = world.open_worker(reach)
    try:
        while opened.worker.run_once():
            pass
    except Killed:
        pass
    finally:
        opened.stop()
    world.clock.move(minutes=3)  # deadlines pass, leases end


def settle(world: World, kills: list[tuple[CrashPoint, int]]) -> Case:
    for _ in range(ROUNDS):
        work(world, kills.pop(0) if kills else None)
        case = world.case(A)
        if not kills and case.status in SETTLED:
            break
    return case


def assert_shown(world: World, book: TicketBook, case: Case) -> None:
    """Outside stand all steps or none of them, or a person is shown exactly what stands."""
    ticket = book.ticket(A)
    steps = world.engine.queries.card(case.id).steps
    planned = [FIELD_OF[step.tool] for step in steps]
    stands = {name for name in FIELDS if ticket[name] == WANTED[name]}
    assert stands <= set(planned)
    if case.status is CaseStatus.DONE:
        assert stands == set(planned)
    elif case.status is CaseStatus.PENDING:
        is_left = {FIELD_OF[step.tool] for step in steps if step.status is StepStatus.VERIFIED}
        assert stands == is_left
        assert is_left <= {"message"}
    else:
        unsure = {FIELD_OF[step.tool] for step in steps if step.status is StepStatus.UNKNOWN}
        wrong = {FIELD_OF[step.tool] for step in steps if step.status is StepStatus.DONE}
        sure = {FIELD_OF[step.tool] for step in steps if step.status is StepStatus.VERIFIED}
        assert case.status is CaseStatus.NEEDS_REPAIR
        assert sure <= stands <= sure | unsure | wrong
        assert all(step.note for step in steps if FIELD_OF[step.tool] in sure | unsure)


def assert_once(world: World, book: TicketBook, case: Case) -> None:
    """Every line of the outside book is one effect, and no key stands for two."""
    effects = {effect.key: effect for effect in world.parts.store.reader.effects(case.id)}
    lines = [line for line in book.lines() if line[1] == A]
    assert {key for key, *_ in lines} <= effects.keys()
    grants = [effect.grant_id for effect in effects.values()]
    assert len(grants) == len(set(grants))
    undone = [one.undoes for one in effects.values() if one.undoes]
    failed = [one.undoes for one in effects.values() if one.status is EffectStatus.FAILED]
    assert len([one for one in undone if one not in failed]) == len(
        {one for one in undone if one not in failed}
    )


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plan=PLANS, fates=st.lists(HOW, max_size=8), kills=KILLS, is_undone=st.booleans())
def test_outside_is_all_nothing_or_shown(
    plan: list[str], fates: list[Any], kills: list[tuple[CrashPoint, int]], is_undone: bool
) -> None:
    outside = Outside(list(fates))
    with tempfile.TemporaryDirectory() as folder:
        world = make_world(
            Path(folder),
            lambda folder, clock: {
                DESK: plan_desk(
                    folder / "tickets.db", envelope=plan_envelope(), around=outside.around
                )
            },
        )
        try:
            world.submit(ticket_rows(1, opened_at=world.clock.now(), plan=" ".join(plan)))
            work(world, None)
            world.decide(world.case(A), world.person("ann"), DecisionKind.APPROVE)
            case = settle(world, list(kills))
            book = TicketBook(Path(folder) / "tickets.db")
            if is_undone and case.status is CaseStatus.DONE and plan != ["message"]:
                undo = UndoEffect(case_id=case.id, version=case.version, reason="a test")
                world.execute(undo, world.person("ann"))
                case = settle(world, list(kills))
            assert_shown(world, book, case)
            assert_once(world, book, case)
        finally:
            world.close()
