"""Figures of a comparison credit a reasoner with what it found out, and with nothing else."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from engine.domain.decision import DecisionKind
from engine.domain.run import RunKind, RunStep
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import (
    Answered,
    Finish,
    GiveUp,
    Move,
    ToolReturned,
    UseTool,
    WriteAnswered,
)
from engine.domain.verdict import VerdictKind
from engine.reason.brief import Brief
from engine.service.comparison_rows import ComparisonSlice, Counted, KindFigures
from engine.service.requests import StartRun
from engine.testing.run_scripts import FunctionModel
from engine.testing.stub_desk import ticket_rows
from engine.testing.world import World
from tests.contract.comparison_world import audit
from tests.contract.read_model_world import queries_of
from tests.scenario.stub.running import ask, book, reasoners, submitted, with_reasoners

CASES = 2
TICKETS = [f"T{number:06d}" for number in range(CASES)]
Script = Callable[[Brief, Sequence[RunStep]], Move]


def kn(one: Counted) -> tuple[int, int]:
    return one.k, one.n


def agents(world: World, which: ComparisonSlice | None = None) -> KindFigures:
    row = queries_of(world).comparison(which or ComparisonSlice())
    return row.comparison.by_kind[RunKind.AGENT]


def with_agent(world: World, agent: Script, *, live: bool) -> World:
    """Tickets that belong to north, as the record says a day later."""
    kind = RunKind.AGENT if live else None
    with_reasoners(world, reasoners(FunctionModel(), agent=agent, live=kind))
    known_at = (world.clock.now() + timedelta(days=1)).isoformat()
    rows = ticket_rows(CASES, opened_at=world.clock.now())
    world.submit([(at, {**row, "truth": "north", "known_at": known_at}) for at, row in rows])
    world.work()
    return world


def decide(world: World, kind: DecisionKind, note: str = "") -> None:
    """Ann answers all tickets, and what she said is carried out."""
    world.clock.move(minutes=5)
    for ticket in TICKETS:
        world.decide(world.case(ticket), world.person("ann"), kind, note=note)
    world.clock.move(minutes=5)
    world.work()


def look(world: World, form: str = "form") -> None:
    """Ann lets the agent look at all tickets, beside their way."""
    for ticket in TICKETS:
        case, key = world.case(ticket), f"{form} {ticket}"
        request = StartRun(case_id=case.id, kind=RunKind.AGENT, client_key=key)
        world.execute(request, world.person("ann"))
    world.work()


def record_speaks(world: World) -> None:
    world.clock.move(days=2)
    world.work()


def repeats_the_hint(brief: Brief, steps: Sequence[RunStep]) -> Move:
    """Ask for the wrong one, and then for the last word of a person's no."""
    if not steps:
        return ask("south", number=brief.target)
    match steps[-1].observation:
        case WriteAnswered(answered=Answered.REJECTED, why=why):
            return ask(why.rpartition(" ")[2], number=brief.target)
    return Finish(summary="done")


def copies_the_system(brief: Brief, steps: Sequence[RunStep]) -> Move:
    """Ask for whoever owns the ticket by now."""
    if not steps:
        return UseTool(tool="get_ticket", arguments={"number": brief.target})
    seen = steps[-1].observation
    if isinstance(seen, ToolReturned) and seen.result["owner"]:
        return ask(seen.result["owner"], number=brief.target)
    return Finish(summary="nobody owns it")


def test_what_a_person_told_is_not_merit(stub_world: World) -> None:
    world = with_agent(stub_world, repeats_the_hint, live=True)
    decide(world, DecisionKind.REJECT, note="it has to be north")
    decide(world, DecisionKind.APPROVE)
    record_speaks(world)
    assert [owner for _, owner in book(world)] == ["north"] * CASES
    quality = agents(world).quality
    assert (kn(quality.right), kn(quality.correct)) == ((0, CASES), (0, CASES))
    assert kn(quality.told) == (CASES, CASES)


def test_answer_read_off_the_system_is_hindsight(stub_world: World) -> None:
    world = with_agent(stub_world, copies_the_system, live=False)
    decide(world, DecisionKind.APPROVE)
    assert len(book(world)) == CASES
    look(world)
    record_speaks(world)
    quality = agents(world).quality
    assert (kn(quality.right), kn(quality.correct)) == ((0, 0), (0, 0))
    assert kn(quality.hindsight) == (CASES, CASES)


def test_any_answer_before_is_hindsight(stub_world: World) -> None:
    """A person's no, or a blind answer that the record overrules later."""
    world = with_agent(stub_world, copies_the_system, live=False)
    rejected, audited = TICKETS
    world.decide(world.case(rejected), world.person("ann"), DecisionKind.REJECT)
    world.work()
    audit(world, audited)
    world.clock.move(minutes=5)
    look(world)
    record_speaks(world)
    quality = agents(world).quality
    assert (kn(quality.completed), quality.truth_unknown) == ((CASES, CASES), 0)
    assert kn(quality.correct) == (0, 0)


def test_later_period_makes_no_retry_first(stub_world: World) -> None:
    tried: list[str] = []

    def second_time(brief: Brief, steps: Sequence[RunStep]) -> Move:
        tried.append(brief.target)
        if tried.count(brief.target) > 1:
            return ask("north", number=brief.target)
        return GiveUp(fault=RunFault.NO_PROGRESS, why="not today")

    world = with_agent(stub_world, second_time, live=False)
    look(world, "first")
    world.clock.move(hours=1)
    since = world.clock.now()
    look(world, "again")
    record_speaks(world)
    every, later = agents(world), agents(world, ComparisonSlice(since=since))
    assert (every.runs, every.repeats, kn(every.quality.correct)) == (CASES, CASES, (0, CASES))
    assert (later.runs, later.repeats, kn(later.quality.correct)) == (0, CASES, (0, 0))
    row = queries_of(world).comparison(ComparisonSlice(since=since))
    assert (row.runs, row.comparison.cases, row.replies) == (CASES, 0, ())


def test_refused_reads_are_no_reads(stub_world: World) -> None:
    def pries(brief: Brief, steps: Sequence[RunStep]) -> Move:
        """Ask for somebody else's ticket, and for a tool that is not there."""
        if len(steps) < 2:
            tool = ("get_ticket", "get_everything")[len(steps)]
            return UseTool(tool=tool, arguments={"number": "T000005"})
        return Finish(summary="a person")

    world = submitted(with_reasoners(stub_world, reasoners(FunctionModel(), agent=pries)))
    figures = agents(world)
    assert (figures.tools, figures.effort.tool_calls.most) == ((), 2)
    assert figures.control.verdicts == ((VerdictKind.DENY, 1),)
    replies = queries_of(world).comparison(ComparisonSlice()).replies
    said = [words for one in replies for words in one.said]
    assert "The agent: no tool was read in its runs." in said
