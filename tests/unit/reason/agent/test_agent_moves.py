"""What an agent does with an answer: a call is made, refused and told, set aside, or the end."""

from __future__ import annotations

from typing import Any

import pytest

from engine.domain.failure import FailureCode
from engine.domain.model_call import StopReason, TextBlock
from engine.domain.run import RunKind
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import (
    Answered,
    AskWrite,
    Finish,
    GiveUp,
    ModelFailed,
    ModelSaid,
    ToolFailed,
    UseTool,
)
from engine.reason.agent.procedure import AgentProcedure
from engine.reason.brief import Procedure
from tests.unit.reason.agent.agent_world import (
    ASKED,
    ORDER,
    answered,
    end_of,
    finish,
    limited,
    next_of,
    notes_of,
    question_of,
    read,
    refund,
    said,
    turn,
    use,
)


def test_agent_is_a_procedure() -> None:
    procedure: Procedure = AgentProcedure()
    assert procedure.kind is RunKind.AGENT
    assert procedure.version.startswith("agent-3.v2.")


def test_run_begins_with_a_question() -> None:
    move = question_of()
    assert move.purpose == "next"
    assert move.request.must_use_tool
    names = [tool.name for tool in move.request.tools]
    assert names == ["get_order", "look_at_shelf", "refund", "message_customer", "recall", "finish"]


def test_read_is_made_with_canonical_arguments() -> None:
    assert next_of(turn(use("look_at_shelf", "u7", shelf=3))) == UseTool(
        tool="look_at_shelf", arguments={"shelf": 3, "note": ""}, use_id="u7"
    )


def test_reads_of_one_answer_follow_each_other() -> None:
    both = turn(use("get_order", "u1", **ORDER), use("look_at_shelf", "u2", shelf=1))
    first = next_of(both)
    second = next_of(both, read("get_order", "u1", **ORDER))
    assert isinstance(first, UseTool)
    assert isinstance(second, UseTool)
    assert [first.tool, second.tool] == ["get_order", "look_at_shelf"]
    question_of(both, read("get_order", "u1", **ORDER), read("look_at_shelf", "u2", shelf=1))


def test_no_more_reads_at_once_than_stand_verbatim() -> None:
    uses = [use("look_at_shelf", f"u{n}", shelf=n) for n in range(5)]
    made = [read("look_at_shelf", f"u{n}", shelf=n, note="") for n in range(3)]
    told = notes_of(turn(*uses), *made)
    assert told.count("look_at_shelf") == 2
    assert "set aside" in told


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param({}, id="missing"),
        pytest.param({"order_id": 7}, id="of another type"),
        pytest.param({"order_id": "O-1001", "all": True}, id="unknown"),
        pytest.param({"order_id": float("nan")}, id="no JSON"),
    ],
)
def test_malformed_arguments_are_told_not_called(arguments: dict[str, Any]) -> None:
    assert "get_order cannot be called like this" in notes_of(turn(use("get_order", **arguments)))


def test_second_invalid_answer_in_a_row_ends() -> None:
    end = end_of(turn(use("get_order")), turn(use("get_order")))
    assert end.fault is RunFault.OUTPUT_INVALID
    assert "order_id" in end.why


def test_valid_answer_between_gives_another_repair() -> None:
    question_of(
        turn(use("get_order")),
        turn(use("get_order", **ORDER)),
        read("get_order", **ORDER),
        turn(use("get_order")),
    )


@pytest.mark.parametrize("repairs", [0, 2])
def test_so_many_repairs_as_limits_say(repairs: int) -> None:
    answers = [turn(use("get_order"))] * repairs
    brief = limited(repairs=repairs, errors=9)
    if answers:
        question_of(*answers, brief=brief)
    assert end_of(*answers, turn(use("get_order")), brief=brief).fault is RunFault.OUTPUT_INVALID


def test_answer_without_tool_is_told_once() -> None:
    words = (ASKED, ModelSaid(answer=said(TextBlock(text="All done, I refunded it."))))
    assert "no tool call" in notes_of(words)
    assert end_of(words, words).fault is RunFault.OUTPUT_INVALID


def test_cut_answer_is_never_acted_on() -> None:
    cut = said(use("get_order", **ORDER), finish(), stop=StopReason.MAX_TOKENS)
    pair = (ASKED, ModelSaid(answer=cut))
    told = notes_of(pair)
    assert "reached its limit of 2000 tokens" in told
    assert "set aside" not in told
    assert end_of(pair, pair).fault is RunFault.OUTPUT_INVALID


def test_refusal_ends_the_run_at_once() -> None:
    refused = said(TextBlock(text="No."), stop=StopReason.REFUSAL)
    assert end_of((ASKED, ModelSaid(answer=refused))).fault is RunFault.MODEL_REFUSED


def test_failed_model_ends_with_its_fault() -> None:
    away = ModelFailed(fault=RunFault.MODEL_AWAY, why="529 four times")
    assert end_of((ASKED, away)) == GiveUp(fault=RunFault.MODEL_AWAY, why="529 four times")


def test_pause_ends_the_run() -> None:
    paused = ToolFailed(code=FailureCode.PAUSED, why="The desk is paused.")
    end = end_of(
        turn(use("get_order", **ORDER)), (UseTool(tool="get_order", arguments=ORDER), paused)
    )
    assert end.fault is RunFault.PAUSED


def test_unanswered_step_is_the_callers_mistake() -> None:
    waiting = (UseTool(tool="get_order", arguments=ORDER, use_id="u1"), None)
    assert end_of(turn(use("get_order", **ORDER)), waiting).fault is RunFault.CODE_FAILED


def test_ended_run_keeps_its_end() -> None:
    end = Finish(summary="Done.")
    assert next_of(turn(finish()), (end, None)) == end


def test_same_id_twice_makes_one_call() -> None:
    both = turn(use("get_order", "u1", **ORDER), use("look_at_shelf", "u1", shelf=1))
    assert "same id" in notes_of(both, read("get_order", "u1", **ORDER))


def test_finish_says_how_it_ends() -> None:
    end = next_of(turn(finish("nothing_to_do", "The parcel has come.")))
    assert end == Finish(summary="Nothing to do: The parcel has come.")


def test_finish_that_recommends_changes_nothing() -> None:
    end = next_of(turn(finish("needs_person", "Refund 49.90 EUR to the customer.")))
    assert isinstance(end, Finish)


def test_finish_beside_a_read_is_set_aside() -> None:
    both = turn(use("get_order", **ORDER), finish())
    told = notes_of(both, read("get_order", **ORDER))
    assert "finish" in told
    assert "problems" not in told


def test_write_beside_a_read_is_set_aside() -> None:
    both = turn(use("get_order", "u1", **ORDER), refund("u2"))
    assert "refund" in notes_of(both, read("get_order", "u1", **ORDER))


def test_what_follows_a_write_is_set_aside() -> None:
    message = use("message_customer", "u2", order_id="O-1001", body="It is refunded.")
    both = turn(refund("u1"), message)
    move = next_of(both)
    assert isinstance(move, AskWrite)
    assert "message_customer" in notes_of(both, (move, answered(Answered.REJECTED)))


def test_read_after_a_write_is_set_aside() -> None:
    both = turn(refund("u1"), use("get_order", "u2", **ORDER))
    move = next_of(both)
    assert "get_order" in notes_of(both, (move, answered(Answered.REJECTED)))


def test_nothing_is_set_aside_as_an_error() -> None:
    pairs = [
        turn(use("get_order", "u1", **ORDER), finish()),
        read("get_order", "u1", **ORDER),
    ]
    shelf: list[Any] = [
        turn(use("look_at_shelf", "u1", shelf=1), finish()),
        read("look_at_shelf", shelf=1),
    ]
    question_of(*pairs, *shelf)
