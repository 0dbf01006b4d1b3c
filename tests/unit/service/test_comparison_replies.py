"""The eight answers are made of counts, and say where there are none."""

from dataclasses import replace

import pytest

from engine.domain.run import RunKind, RunStatus
from engine.domain.run_fault import RunFault
from engine.govern.comparing import compare
from engine.govern.run_record import Failed, RunRecord, ToolUsed, Window
from engine.service.comparison_replies import replies_to
from engine.service.comparison_rows import (
    AgentBounds,
    ComparisonRow,
    ComparisonSlice,
    DeclaredPath,
    DeclaredStep,
    OfferedTools,
)
from engine.service.comparison_words import length_words
from tests.unit.govern.run_records import record, wanting

WORKFLOW, AGENT = RunKind.WORKFLOW, RunKind.AGENT
READ = ToolUsed(tool="get", is_write=False, calls=2, scopes=("a.read",))
PATH = DeclaredPath(
    desk="orders",
    case_type="late_parcel",
    steps=(
        DeclaredStep(name="gather", is_model_asked=False),
        DeclaredStep(name="weigh", is_model_asked=True),
    ),
    reads=("get",),
    writes=(),
)


def said(*records: RunRecord, paths: int = 1) -> list[str]:
    """All sentences about these runs."""
    row = ComparisonRow(
        which=ComparisonSlice(),
        comparison=compare(records),
        runs=len(records),
        left_out=0,
        paths=(PATH,) * paths,
        offers=(OfferedTools(desk="orders", reads=("get",), writes=("put",)),),
        bounds=AgentBounds(tool_calls=15, questions=12, seconds=120.0, window=24_000),
    )
    return [one for reply in replies_to(row, {"get": "Look up"}) for one in reply.said]


def test_nothing_run_is_nothing_said() -> None:
    assert said() == []


def test_without_a_model_the_answers_say_so() -> None:
    told = said(record(1, RunKind.PLAYBOOK, declared=frozenset()))
    assert "The playbook: no language model is asked; code settled 1 run." in told
    assert "Neither a workflow nor an agent was run in this slice." in told
    assert "No model was asked in this slice, so there was nothing to remember." in told
    assert "The playbook: no tool was read in its runs." in told
    assert (
        "The playbook: known before, for 1 of 1 run. It read no tool, and put calls of no tool "
        "before policy; no run touched one that was not declared."
    ) in told


def test_agent_is_told_by_what_it_did() -> None:
    one = record(
        1,
        AGENT,
        way=("ask: next", "get", "finish"),
        chosen_by_model=2,
        questions=1,
        failed_steps=(3,),
        tools=(READ,),
        is_shadow=False,
        window=Window(largest=1_500, kept=6, shortened=2, dropped=1, recalled=1),
    )
    told = said(one)
    assert told[0] == (
        "The agent: a model picked 2 of 3 moves in 1 run; the rest are the questions to it, and "
        "ends that code forced."
    )
    assert (
        "The agent: a read or a question brought nothing at step three in 1 run; 1 went on to an "
        "end, 0 gave up."
    ) in told
    assert (
        "The agent: the largest window of 1 run held 1,500 tokens (median of all 1,500). Of 9 "
        "blocks 6 stood there word for word, 2 in short and 1 not at all; 1 earlier result was "
        "read again."
    ) in told
    assert (
        "The agent: known only after. It read 1 tool (Look up), and put calls of no tool before "
        "policy; at most 2 it may ask for."
    ) in told
    assert (
        "The agent: 2 reads, each under a permit of its own; scopes: a.read. 0 reached a system "
        "that takes no credential (not narrowed)."
    ) in told
    assert any("Of 1 live run people answered to 0. 0 calls ran without" in one for one in told)


def test_workflow_is_told_by_its_path() -> None:
    fault = Failed(fault=RunFault.MODEL_AWAY, why="", handled_by="person")
    gone = replace(record(1, WORKFLOW, 1), status=RunStatus.FAILED, failed=fault)
    told = said(gone, record(2, WORKFLOW, 2, declared=frozenset({"x"}), tools=(READ,)))
    assert (
        "Late parcel has a path of 2 steps: gather and weigh; a model answers inside weigh."
    ) in told
    assert "The workflow gave up 1 run (the model did not answer); taken over by a person (1)." in (
        told
    )
    assert any("for 1 of 2 runs" in one and "1 run touched one" in one for one in told)
    assert any("of none is it known yet that it completed correctly" in one for one in told)
    many = said(record(1, WORKFLOW), paths=4)
    assert any(one.startswith("4 case types have a declared path of 2 steps;") for one in many)
    assert "No path is declared for what was run." in said(record(1, WORKFLOW), paths=0)


@pytest.mark.parametrize(
    ("short", "long", "words"),
    [
        ("a", "b", "longer runs do worse. 12 of 12 completed correctly at 3 to 5 steps, 0 of 12"),
        ("b", "a", "longer runs do better. 0 of 12"),
        ("a", "a", "no difference is shown. 12 of 12"),
    ],
    ids=["worse", "better", "same"],
)
def test_lengths_differ_where_intervals_lie_apart(short: str, long: str, words: str) -> None:
    runs = [
        record(2 * case + place, AGENT, 2 * case + place, wanted=wanting(label), truth="a")
        for case in range(12)
        for place, label in enumerate((short, long))
    ]
    walked = [replace(one, way=("x",) * (21 if place % 2 else 4)) for place, one in enumerate(runs)]
    (figures,) = compare(walked).kinds
    assert words in length_words(figures)
    assert "too few runs of different lengths" in length_words(compare(walked[:8]).kinds[0])
    assert any("The agent: 12 runs went beyond twenty steps; 12 completed" in one
               for one in said(*walked))  # fmt: skip
