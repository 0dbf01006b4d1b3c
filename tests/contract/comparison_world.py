"""A world in which runs of all kinds looked at tickets, with what people and truth made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import update

from engine.bootstrap import engine_of
from engine.domain.case import Origin
from engine.domain.decision import DecisionKind
from engine.domain.grant import GrantBasis
from engine.domain.ids import OutcomeId
from engine.domain.model_call import ModelIdentity, ModelRequest
from engine.domain.outcome import LabelSource, Outcome, OutcomeKind
from engine.domain.run import RunKind, RunStep
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import (
    AskWrite,
    GiveUp,
    ModelSaid,
    Move,
    Recommend,
    ToolReturned,
    UseTool,
)
from engine.domain.transition import Transition
from engine.errors import ModelRefused
from engine.reason.brief import Brief
from engine.service.comparison_rows import ComparisonRow, ComparisonSlice
from engine.service.requests import StartRun
from engine.store import tables
from engine.testing.run_scripts import FunctionModel, question
from engine.testing.stub_desk import ticket_rows
from engine.testing.world import World
from tests.contract.read_model_world import stub_world
from tests.scenario.stub.running import agent, draft, reasoners, with_reasoners

APPROVED, REJECTED, REFUSED, WAITING, OVERRIDDEN = (f"T00000{number}" for number in range(5))
TRUTHS = {
    APPROVED: "north",
    REJECTED: "south",
    REFUSED: "north",
    WAITING: "north",
    OVERRIDDEN: "south",
}


def reading_workflow(brief: Brief, steps: Sequence[RunStep]) -> Move:
    """Read the ticket and one that is not there, ask the model, recommend south."""
    if not steps:
        return UseTool(tool="get_ticket", arguments={"number": brief.target})
    if len(steps) == 1:
        return UseTool(tool="get_ticket", arguments={"number": "nobody's"})
    match steps[-1].observation:
        case ModelSaid():
            wanted = draft("south", reasoner="workflow", number=brief.target, confidence=0.75)
            return Recommend(draft=wanted)
        case ToolReturned():
            return GiveUp(fault=RunFault.CODE_FAILED, why="the ticket that is not there is there")
    if isinstance(steps[-1].move, UseTool):
        return question(f"South for {brief.target}?")
    return GiveUp(fault=RunFault.MODEL_REFUSED, why="the model would not answer.")


def ticket_agent(brief: Brief, steps: Sequence[RunStep]) -> Move:
    """The agent of the runs' own tests, for any ticket."""
    move = agent(brief, steps)
    if not isinstance(move, AskWrite):
        return move
    return replace(move, draft=draft(move.draft.label, number=brief.target))


def answer(request: ModelRequest, cancelled: object) -> str:
    """Say something, but of the one ticket nothing."""
    if REFUSED in str(request):
        raise ModelRefused("the key is wrong", status=401)
    return "well"


def model(*, is_scripted: bool = False) -> FunctionModel:
    """A model with a price, or a stand-in for one."""
    known = FunctionModel()
    name = ModelIdentity(name="m", is_scripted=is_scripted, price=known.identity.price)
    return FunctionModel(function=answer, identity=name)


def compared_world(folder: Path, database_url: str) -> World:
    """Five tickets that the agent reasoned about, live, runs beside them, answers, then the truth.

    One was approved, one rejected, one overridden, of one the model would not answer, and one still
    waits.
    """
    world = stub_world(folder, database_url, take_back_s=0.0)
    made = reasoners(model(), agent=ticket_agent, workflow=reading_workflow)
    with_reasoners(world, made)
    known_at = (world.clock.now() + timedelta(days=1)).isoformat()
    rows = [
        (place, {**row, "truth": truth, "known_at": known_at})
        for (place, row), truth in zip(
            ticket_rows(len(TRUTHS), opened_at=world.clock.now()), TRUTHS.values(), strict=True
        )
    ]
    world.submit(rows)
    world.work()
    for source_id in (APPROVED, REJECTED):
        world.clock.move(minutes=1)
        start(world, RunKind.WORKFLOW, source_id)
        start(world, RunKind.PLAYBOOK, source_id)
        start(world, RunKind.AGENT, source_id)
    world.work()
    world.clock.move(minutes=1)
    world.decide(world.case(APPROVED), world.person("ann"), DecisionKind.APPROVE)
    world.decide(world.case(REJECTED), world.person("ben"), DecisionKind.REJECT)
    instead = {"tool": "assign_owner", "arguments": {"number": OVERRIDDEN, "owner": "south"}}
    world.decide(world.case(OVERRIDDEN), world.person("ben"), DecisionKind.OVERRIDE, **instead)
    world.work()
    world.clock.move(days=1)
    world.work()
    start(world, RunKind.WORKFLOW, WAITING, key="after the truth")
    world.work()
    return world


def start(world: World, kind: RunKind, source_id: str, key: str = "form") -> None:
    """Somebody lets a reasoner look at a ticket; the engine is opened with those of now."""
    request = StartRun(
        case_id=world.case(source_id).id, kind=kind, client_key=f"{key} {kind} {source_id}"
    )
    engine_of(world.parts).execute(request, world.person("ann"))


def start_scripted(world: World) -> None:
    """The same ticket with a scripted model, which reasons about no new case by itself."""
    made = reasoners(model(is_scripted=True), agent=ticket_agent, live=None)
    with_reasoners(world, made)
    start(world, RunKind.AGENT, APPROVED, key="scripted")
    world.work()


def let_run_alone(world: World, source_id: str) -> None:
    """What a person approved was policy's alone, behind the engine's back; an auditor disagrees."""
    audit(world, source_id)
    with world.parts.database.writer.begin() as connection:
        connection.execute(
            update(tables.grants)
            .where(tables.grants.c.case_id == world.case(source_id).id)
            .values(basis=GrantBasis.VERDICT.value)
        )


def audit(world: World, source_id: str) -> None:
    """Somebody who had not seen what was recommended says south."""
    case = world.case(source_id)
    known = world.clock.now()
    blind = Outcome(
        id=OutcomeId(world.parts.ids.new()),
        case_id=case.id,
        recommendation_id=case.recommendation_id,
        kind=OutcomeKind.WRONG,
        is_recommendation_correct=False,
        raw_confidence=None,
        truth="south",
        label_source=LabelSource.PERSON_BLIND,
        known_at=known,
        recorded_at=known,
        origin=case.origin,
        was_seen=False,
    )
    step = Transition(before=case, after=case.noted(), entries=(), records=(blind,))
    with world.parts.store.begin() as unit:
        unit.apply([step])
        unit.commit()


def make_simulated(world: World, source_id: str) -> None:
    """Let a ticket be one of a simulated world, behind the engine's back."""
    with world.parts.database.writer.begin() as connection:
        connection.execute(
            update(tables.cases)
            .where(tables.cases.c.source_id == source_id)
            .values(origin=Origin.SIMULATED.value)
        )


def compared(world: World, **which: Any) -> ComparisonRow:
    """A slice of its runs side by side."""
    return world.engine.queries.comparison(ComparisonSlice(**which))
