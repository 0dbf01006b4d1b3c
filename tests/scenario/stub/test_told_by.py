"""A limit that asks for a fact: a value that only a model says goes to a person."""

from collections.abc import Callable

from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.phase import Phase
from engine.govern.limits import ArgumentRule
from engine.store.read_history import HistoryReads
from engine.testing.run_scripts import FunctionModel
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
    parts = world.parts
    reads = HistoryReads(parts.database, clock=parts.clock, desk_time=parts.store.reader.desk_time)
    history = reads.read(world.desk)
    assert {history.request(row).told["owner"] for row in range(len(history))} == {
        frozenset({"owner@intake"})
    }
