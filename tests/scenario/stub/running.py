"""Worlds in which runs reason about tickets: a small agent and a small workflow, as functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from engine.domain.model_call import ModelRequest
from engine.domain.recommendation import Draft, Proposal
from engine.domain.run import Journal, RunKind, RunStep
from engine.domain.run_calls import ModelBudgets
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import (
    Answered,
    AskWrite,
    Finish,
    GiveUp,
    ModelFailed,
    ModelSaid,
    Move,
    Recommend,
    ToolReturned,
    UseTool,
    WriteAnswered,
)
from engine.ports import Model
from engine.reason.brief import Brief
from engine.runtime.runs.reasoners import Reasoners
from engine.testing.run_scripts import FunctionProcedure, question
from engine.testing.stub_desk import DESK, ticket_rows
from engine.testing.ticket_book import TicketBook
from engine.testing.world import World

A = "T000000"
NO_LIMITS = ModelBudgets()
Script = Callable[[Brief, Sequence[RunStep]], Move]


def draft(
    owner: str, *, reasoner: str = "agent", number: str = A, confidence: float = 0.9
) -> Draft:
    """Assign the ticket to somebody; said by `stub`, its confidence is as calibrated as that's."""
    proposal = Proposal(tool="assign_owner", arguments={"number": number, "owner": owner})
    return Draft(
        reasoner=reasoner,
        reasoner_version="1",
        proposals=(proposal,),
        label=owner,
        summary=f"Assign to {owner}",
        rationale="The model says so.",
        raw_confidence=confidence,
    )


def ask(
    owner: str = "north", confidence: float = 0.9, reasoner: str = "agent", number: str = A
) -> AskWrite:
    """Put an assignment before policy."""
    wanted = draft(owner, reasoner=reasoner, number=number, confidence=confidence)
    return AskWrite(draft=wanted, use_id="use-1")


def sure_agent(brief: Brief, steps: Sequence[RunStep]) -> Move:
    """The agent, with the calibrated confidence of the desk's own reasoner."""
    move = agent(brief, steps)
    is_ask = isinstance(move, AskWrite)
    return ask("north", reasoner="stub", number=brief.target) if is_ask else move


def agent(brief: Brief, steps: Sequence[RunStep]) -> Move:
    """Ask the model, read the ticket, ask for north, and act on what came of it."""
    if not steps:
        return question(f"Who owns {brief.target}?")
    match steps[-1].observation:
        case ModelSaid():
            return UseTool(tool="get_ticket", arguments={"number": brief.target})
        case ToolReturned():
            return ask(number=brief.target)
        case WriteAnswered(answered=Answered.FACT_GIVEN, result=result):
            return ask(result["owner_before"], number=brief.target)
        case WriteAnswered(answered=Answered.TIMED_OUT | Answered.DENIED | Answered.FAILED as how):
            return GiveUp(fault=RunFault.NO_PROGRESS, why=f"it was {how}")
        case WriteAnswered(answered=how, by=by):
            return Finish(summary=f"{how} by {by}")
        case ModelFailed(fault=fault, why=why):
            return GiveUp(fault=fault, why=why)
    return GiveUp(fault=RunFault.CODE_FAILED, why="the script has no such step")


def workflow(brief: Brief, steps: Sequence[RunStep]) -> Move:
    """Ask the model once and recommend south."""
    if not steps:
        return question(f"South for {brief.target}?")
    if isinstance(steps[-1].observation, ModelSaid):
        return Recommend(draft=draft("south", reasoner="workflow", number=brief.target))
    assert isinstance(steps[-1].observation, ModelFailed)
    return GiveUp(fault=steps[-1].observation.fault, why=steps[-1].observation.why)


def reasoners(
    model: Model,
    *,
    agent: Script = agent,
    workflow: Script | None = None,
    live: RunKind | None = RunKind.AGENT,
    budgets: ModelBudgets = NO_LIMITS,
) -> Reasoners:
    """Who reasons about tickets."""
    scripts = {RunKind.AGENT: agent} | ({RunKind.WORKFLOW: workflow} if workflow else {})
    return Reasoners(
        procedures={
            (DESK, kind): FunctionProcedure(function=script, kind=kind)
            for kind, script in scripts.items()
        },
        live={DESK: live} if live else {},
        model=model,
        budgets=budgets,
    )


def with_reasoners(world: World, made: Reasoners) -> World:
    """The world, in which these reason from now on."""
    world.parts = replace(world.parts, reasoners=made)
    return world


def submitted(world: World, count: int = 1, **fields: str) -> World:
    """Tickets come in, and everything that is due is done."""
    world.submit(ticket_rows(count, opened_at=world.clock.now(), **fields))
    world.work()
    return world


def book(world: World) -> list[tuple[str, str]]:
    """What was really assigned."""
    entries = TicketBook(world.parts.settings.data_dir / "tickets.db").entries()
    return sorted((number, owner) for _, number, owner in entries)


def journals(world: World, source_id: str = A) -> list[Journal]:
    """The journals of a case's runs, oldest first."""
    runs = world.parts.store.runs
    return [runs.journal(run.id) for run in runs.runs_of(world.case(source_id).id)]


def kinds(journal: Journal) -> list[str]:
    """What a run did, step by step."""
    return [step.move.kind for step in journal.steps]


def answers(journal: Journal) -> list[tuple[str, str]]:
    """What came of the writes of a run, and who answered."""
    seen = [step.observation for step in journal.steps]
    return [(one.answered.value, one.by) for one in seen if isinstance(one, WriteAnswered)]


def never_again(request: ModelRequest, cancelled: Callable[[], bool]) -> str:
    """A model that must not be asked."""
    raise AssertionError("the model was asked again")
