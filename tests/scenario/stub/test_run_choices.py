"""A run asks for what a person could choose: all else is denied, and put before nobody."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.recommendation import Draft, Proposal
from engine.domain.run import RunKind, RunStatus, RunStep
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import AskWrite, Finish, Move, Recommend, WriteAnswered
from engine.reason.brief import Brief
from engine.store.read_history import HistoryReads
from engine.testing.run_scripts import FunctionModel
from engine.testing.world import World
from tests.scenario.stub.running import (
    A,
    answers,
    draft,
    journals,
    reasoners,
    submitted,
    with_reasoners,
)

MONEY = {"amount": 100, "currency": "EUR"}
Wrong = tuple[str, dict[str, Any], str]
WRONG: list[Wrong] = [
    ("assign_owner", {"number": A, "owner": "east"}, "'east' is not one of the known owners."),
    ("assign_owner", {"number": "T000001", "owner": "north"}, "T000001 cannot be acted on here."),
    ("grant_credit", {"number": A, **MONEY}, "so nobody may choose it."),
]


def calling(tool: str, arguments: dict[str, Any]) -> Draft:
    return replace(draft("east"), proposals=(Proposal(tool=tool, arguments=arguments),))


def of_tools(brief: Brief) -> list[str]:
    return [one.name for one in brief.writes]


@pytest.mark.parametrize("wrong", WRONG, ids=["value", "target", "tool"])
def test_agent_is_told_what_nobody_could_choose(stub_world: World, wrong: Wrong) -> None:
    tool, arguments, problem = wrong

    def script(brief: Brief, steps: Sequence[RunStep]) -> Move:
        assert of_tools(brief) == ["assign_owner"]
        if brief.target != A:
            return Finish(summary="another ticket")
        if not steps:
            return AskWrite(draft=calling(tool, arguments), use_id="use-1")
        seen = steps[-1].observation
        assert isinstance(seen, WriteAnswered)
        return Finish(summary=seen.why)

    world = submitted(with_reasoners(stub_world, reasoners(FunctionModel(), agent=script)), 2)
    case, (journal,) = world.case(A), journals(world)
    assert answers(journal) == [("DENIED", "envelope")]
    assert journal.run.status is RunStatus.ENDED
    assert journal.run.end_note.startswith("DENY: request_malformed (")
    assert problem in journal.run.end_note
    # Nobody is asked about it, and the decision log has it.
    assert (case.status, case.recommendation_id) == (CaseStatus.PENDING, None)
    assert case.attention is Attention.NO_RECOMMENDATION
    assert world.kinds(case.id).count("VERDICT_GIVEN") == 1
    # A replay of history meets it as it was judged.
    reads = HistoryReads(
        world.parts.database,
        clock=world.clock,
        desk_time=lambda desk: None,
        versions_of=world.engine.signing.versions_of,
    )
    history = reads.read(world.desk)
    (told,) = [history.problems[code] for code in history.problem]
    assert told.endswith(problem)


def test_workflow_hands_over_what_people_could_choose(stub_world: World) -> None:
    """The next one takes over from a workflow that recommends anything else, and is told why."""

    def script(brief: Brief, steps: Sequence[RunStep]) -> Move:
        return Recommend(draft=calling("assign_owner", {"number": A, "owner": "east"}))

    made = reasoners(FunctionModel(), workflow=script, live=RunKind.WORKFLOW)
    world = submitted(with_reasoners(stub_world, made))
    case, (journal,) = world.case(A), journals(world)
    assert (journal.run.status, journal.run.fault) == ("FAILED", RunFault.OUTPUT_INVALID)
    assert (case.status, case.proposal) == (CaseStatus.PENDING, "Assign to north")
    found = world.parts.store.reader.recommendation(case)
    assert found is not None
    assert found.draft.tried == (
        "the workflow was tried and did not serve: 'east' is not one of the known owners",
    )


def test_value_of_any_length_is_told_short(stub_world: World) -> None:
    def script(brief: Brief, steps: Sequence[RunStep]) -> Move:
        if steps:
            return Finish(summary="no")
        wrong = calling("assign_owner", {"number": A, "owner": "e" * 10_000})
        return AskWrite(draft=wrong, use_id="use-1")

    world = submitted(with_reasoners(stub_world, reasoners(FunctionModel(), agent=script)))
    seen = journals(world)[0].steps[0].observation
    assert isinstance(seen, WriteAnswered)
    assert len(seen.why) < 200


def test_nothing_is_offered_without_a_cell(make_stub_world: Callable[..., World]) -> None:
    """An envelope that names no cell for such cases: a run has nothing to ask for."""
    seen: list[list[str]] = []

    def script(brief: Brief, steps: Sequence[RunStep]) -> Move:
        seen.append(of_tools(brief))
        return Finish(summary="nothing to ask for")

    world = make_stub_world()
    world.set_envelope("desk: stub\ncells: []\n")
    submitted(with_reasoners(world, reasoners(FunctionModel(), agent=script)))
    assert seen == [[]]
    assert world.case(A).status is CaseStatus.PENDING
