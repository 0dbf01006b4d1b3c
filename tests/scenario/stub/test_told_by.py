"""A limit that asks for a fact: a value that only a model says goes to a person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from engine.bootstrap.engines import simulating_of
from engine.domain.case import Attention, Signal
from engine.domain.case_status import CaseStatus
from engine.domain.fact import Fact, Quote
from engine.domain.phase import Phase
from engine.domain.run import RunKind, RunStep
from engine.govern.limits import ArgumentRule
from engine.ports import ReadTool
from engine.reason.brief import Brief
from engine.testing.run_scripts import FunctionModel, FunctionProcedure
from engine.testing.stub_desk import DESK, perceive, ticket_rows
from engine.testing.world import World
from tests.scenario.stub.running import (
    A,
    book,
    journals,
    reasoners,
    submitted,
    sure_agent,
    with_reasoners,
)
from tests.scenario.stub.test_bounded import calibrated

TOLD = {"owner": ArgumentRule(told_by=("owner@intake",))}
WORDS = Quote(field="text", start=0, end=5)


def out_of_a_text(signal: Signal, read: ReadTool, at: datetime) -> Sequence[Fact]:
    """The facts of a ticket, its owner as somebody wrote it."""
    facts = perceive(signal, read, at)
    return [replace(one, quote=WORDS) if one.attribute == "owner" else one for one in facts]


def without_owner(signal: Signal, read: ReadTool, at: datetime) -> Sequence[Fact]:
    """The facts of a ticket that names no owner."""
    return [one for one in perceive(signal, read, at) if one.attribute != "owner"]


@dataclass(frozen=True, kw_only=True)
class Finder(FunctionProcedure):
    """An agent that heard in a text who owns the ticket."""

    def facts(self, brief: Brief, steps: Sequence[RunStep]) -> Sequence[Fact]:
        """See `engine.runtime.runs.reasoners.TellsFacts`."""
        heard = Fact(
            entity="ticket",
            attribute="owner",
            value="north",
            source="intake",
            observed_at=brief.at,
            quote=WORDS,
        )
        return (*brief.facts, heard)


def test_what_no_fact_tells_escalates(make_stub_world: Callable[..., World]) -> None:
    """The agent asks for north, whatever the ticket says."""
    world = calibrated(make_stub_world(phase=Phase.BOUNDED, arguments=TOLD))
    with_reasoners(world, reasoners(FunctionModel(), agent=sure_agent))
    submitted(world, owner="south")
    case = world.case(A)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.OUTSIDE_ENVELOPE)
    assert case.attention_note == (
        "argument_out_of_bounds: owner is north, told by no owner@intake against "
        "owner told by owner@intake"
    )
    assert book(world) == []
    assert journals(world)[0].steps[-1].verdict.startswith("ESCALATE: argument_out_of_bounds")


def test_what_a_fact_tells_runs(make_stub_world: Callable[..., World]) -> None:
    world = calibrated(make_stub_world(phase=Phase.BOUNDED, arguments=TOLD))
    with_reasoners(world, reasoners(FunctionModel(), agent=sure_agent))
    submitted(world, owner="north")
    assert world.case(A).status is CaseStatus.DONE
    assert book(world) == [(A, "north")]
    assert told_in_history(world) == {frozenset({"owner@intake"})}


def told_in_history(world: World) -> set[frozenset[str]]:
    """What told the owner of each past decision, as a replay of policy sees it."""
    history = simulating_of(world.parts).histories.read(world.desk)
    requests = [history.request(row) for row in range(len(history))]
    return {one.told.get("owner", frozenset()) for one in requests}


def test_words_of_a_text_tell_nothing(make_stub_world: Callable[..., World]) -> None:
    """Neither those that a desk perceives nor those that a procedure finds by itself."""
    world = calibrated(make_stub_world(phase=Phase.BOUNDED, arguments=TOLD))
    desk = replace(world.desk, perceive=out_of_a_text)
    made = reasoners(FunctionModel(), agent=sure_agent)
    with_reasoners(world, made)
    world.parts = replace(world.parts, desks={DESK: desk})
    submitted(world, owner="north")
    case = world.case(A)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.OUTSIDE_ENVELOPE)
    assert "told by no owner@intake" in case.attention_note
    assert told_in_history(world) == {frozenset(), frozenset({"owner@intake"})}

    finder = Finder(function=sure_agent)
    with_reasoners(world, replace(made, procedures={(DESK, RunKind.AGENT): finder}))
    world.parts = replace(world.parts, desks={DESK: replace(desk, perceive=without_owner)})
    world.submit(ticket_rows(2, opened_at=world.clock.now()))
    world.work()
    found = world.parts.store.reader.fact_sets([world.case("T000001").id])
    (heard,) = [one for one in found[world.case("T000001").id].facts if one.attribute == "owner"]
    assert (heard.id, heard.value, heard.quote) == ("ticket.owner@intake", "north", WORDS)
    assert "told by no owner@intake" in world.case("T000001").attention_note
    assert book(world) == []
