"""Windows of agents under anything: within their limit, accounted for, and closed around data."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.context import ContextEntry, Treatment
from engine.domain.model_call import (
    TextBlock,
)
from engine.domain.run import RunStep, facts_of
from engine.domain.run_moves import (
    Asked,
    AskModel,
    AskWrite,
    GiveUp,
    Made,
    ModelFailed,
    ModelSaid,
    Observation,
    Recall,
    ToolFailed,
    UseTool,
    WriteAnswered,
)
from engine.reason.agent.history import DONE
from engine.reason.agent.procedure import AgentProcedure
from engine.reason.apportion import apportioned
from engine.reason.window import estimated_tokens, pieces, shown
from tests.property.agent_journals import (
    answers,
    briefs,
    decided,
    journals,
    returned,
    values,
)
from tests.unit.reason.agent.agent_world import (
    NOON,
    asked,
)

_DATA = re.compile(r'<data name="[a-z0-9_. -]*">\n(.*?)\n</data>', re.DOTALL)
PROCEDURE = AgentProcedure()


@given(briefs, journals)
@settings(max_examples=60)
def test_next_move_is_total_and_deterministic(brief: Any, steps: Any) -> None:
    move = PROCEDURE.next_move(brief, steps)
    assert move == PROCEDURE.next_move(brief, list(steps))
    if isinstance(move, GiveUp):
        assert move.why or isinstance(steps[-1].observation, ModelFailed | ToolFailed)
    if isinstance(move, AskModel):
        assert move.request.digest == PROCEDURE.next_move(brief, steps).request.digest  # type: ignore[union-attr]
        check_window(brief, move)


@given(briefs, st.data())
@settings(max_examples=40)
def test_any_model_is_held_within_its_bounds(brief: Any, data: st.DataObject) -> None:
    steps: list[RunStep] = []
    for number in range(1, 40):
        move = PROCEDURE.next_move(brief, steps)
        match move:
            case AskModel():
                check_window(brief, move)
                steps.append(step(number, asked(move), ModelSaid(answer=data.draw(answers))))
            case UseTool() | Recall():
                steps.append(step(number, move, data.draw(returned)))
            case AskWrite():
                check_write(brief, steps, move)
                steps.append(step(number, move, data.draw(decided)))
            case _:
                break
    calls = sum(isinstance(one.move, UseTool | AskWrite) for one in steps)
    assert calls <= brief.limits.tool_calls
    assert sum(isinstance(one.move, Asked) for one in steps) <= brief.limits.turns


def step(number: int, move: Made, seen: Observation) -> RunStep:
    return RunStep(number=number, move=move, observation=seen, at=NOON)


def check_write(brief: Any, steps: list[RunStep], move: AskWrite) -> None:
    """On its target, by its schema, on facts that were given, and not a second time."""
    (proposal,) = move.draft.proposals
    contract = brief.tool(proposal.tool)
    assert contract.check_arguments(proposal.arguments) == proposal.arguments
    assert proposal.arguments[contract.target_argument] == brief.target
    given_ids = {one.id for one in (*brief.facts, *facts_of(steps))}
    assert {one.fact for one in move.draft.reasons} <= given_ids
    stand = [
        one.move.draft.proposals
        for one in steps
        if isinstance(one.move, AskWrite)
        and isinstance(one.observation, WriteAnswered)
        and one.observation.answered in DONE
    ]
    assert move.draft.proposals not in stand


def check_window(brief: Any, move: AskModel) -> None:
    counted = sum(estimated_tokens(one.text) for one in pieces(move.request))
    assert sum(one.tokens for one in move.context) == counted <= brief.limits.window_hard
    assert len({one.name for one in move.context}) == len(move.context)
    last = move.request.messages[-1].blocks[-1]
    assert isinstance(last, TextBlock)
    assert last.text.endswith(move.request.system[1].text)
    for block in move.request.messages[0].blocks:
        assert isinstance(block, TextBlock)
        block.text.encode("utf-8")
        if block.name != "goal again":
            check_data(block.text)


def check_data(text: str) -> None:
    assert text.count("<data ") == text.count("</data>") == len(_DATA.findall(text))
    ours = _DATA.sub("", text)
    assert not set("<>＜＞﹤﹥") & set(ours)
    for inside in _DATA.findall(text):
        assert not set("<>＜＞﹤﹥") & set(inside)
        assert all(one.isprintable() for one in inside.replace("\n", ""))


@given(values)
def test_shown_value_is_the_same_value(value: Any) -> None:
    assert json.loads(shown(value)) == json.loads(json.dumps(value))


@given(
    st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 9_000)), min_size=1, max_size=30),
    st.integers(0, 60_000),
)
def test_apportioned_tokens_sum_to_the_count(tokens: Any, counted: int) -> None:
    entries = [
        ContextEntry(name=f"{n}", treatment=Treatment.CUT, tokens=few, full_tokens=full)
        for n, (few, full) in enumerate(tokens)
    ]
    exact = apportioned(entries, counted)
    assert sum(one.tokens for one in exact) == counted
    total = sum(one.tokens for one in entries)
    for before, after in zip(entries, exact, strict=True):
        assert not total or abs(after.tokens - before.tokens * counted / total) < 1
        assert not after.full_tokens or after.full_tokens >= after.tokens
