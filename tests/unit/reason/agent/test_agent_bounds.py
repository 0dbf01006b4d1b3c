"""Bounds of an agent's run: told in time, and kept whatever the model says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.domain.run_fault import RunFault
from engine.domain.run_moves import Answered, AskModel, AskWrite, Finish, GiveUp, ModelSaid
from engine.reason.brief import Brief
from tests.unit.reason.agent.agent_world import (
    ASKED,
    BRIEF,
    answered,
    end_of,
    finish,
    limited,
    looks,
    next_of,
    question_of,
    read,
    refund,
    said,
    text_of,
    turn,
    use,
)


def standing(*pairs: Any, brief: Brief = BRIEF) -> str:
    return text_of(question_of(*pairs, brief=brief))["standing"]


def test_model_is_told_how_much_is_left() -> None:
    text = standing(*looks(4))
    assert "Answers left: 8. Tool calls left: 11." in text
    assert "come to an end" not in text.lower()


def test_soft_limit_tells_to_come_to_an_end() -> None:
    brief = limited(turns=99)
    assert "Come to an end" in standing(*looks(10), brief=brief)
    assert "Come to an end" not in standing(*looks(9), brief=brief)


def test_last_answer_is_called_that() -> None:
    assert "This is your last answer" in standing(*looks(3), brief=limited(turns=4))


def test_one_call_too_many_ends() -> None:
    brief = limited(turns=99, tool_calls=5)
    over = use("look_at_shelf", shelf=99)
    assert end_of(*looks(5), turn(over), brief=brief).fault is RunFault.STEPS_SPENT
    assert end_of(*looks(5), turn(refund()), brief=brief).fault is RunFault.STEPS_SPENT


def test_finish_and_recall_are_no_calls() -> None:
    brief = limited(turns=99, tool_calls=5)
    assert isinstance(next_of(*looks(5), turn(finish()), brief=brief), Finish)
    assert not isinstance(next_of(*looks(5), turn(use("recall", step=2)), brief=brief), GiveUp)


def test_writes_count_as_calls() -> None:
    brief = limited(turns=99, tool_calls=5)
    move = next_of(*looks(4), turn(refund()), brief=brief)
    assert isinstance(move, AskWrite)
    written = [turn(refund()), (move, answered(Answered.TIMED_OUT))]
    over = turn(use("look_at_shelf", shelf=99))
    assert end_of(*looks(4), *written, over, brief=brief).fault is RunFault.STEPS_SPENT


def test_one_answer_too_many_ends() -> None:
    brief = limited(turns=4)
    end = end_of(*looks(4), brief=brief)
    assert end.fault is RunFault.STEPS_SPENT
    assert "4 answers" in end.why


@pytest.mark.parametrize("pairs", [[], looks(1), [turn(use("look_at_shelf", shelf=1))]])
def test_time_ends_before_the_next_step(pairs: list[Any]) -> None:
    late = replace(BRIEF, seconds=120.0)
    assert end_of(*pairs, brief=late).fault is RunFault.TIME_SPENT


def test_late_finish_is_still_taken() -> None:
    assert isinstance(next_of(turn(finish()), brief=replace(BRIEF, seconds=500.0)), Finish)


def test_tokens_of_the_run_are_kept_before_asking() -> None:
    used = (ASKED, ModelSaid(answer=said(use("look_at_shelf", shelf=1), tokens=90_000)))
    seen = read("look_at_shelf", shelf=1, note="")
    again = (ASKED, ModelSaid(answer=said(use("look_at_shelf", shelf=2), tokens=90_000)))
    more = read("look_at_shelf", shelf=2, note="")
    question_of(used, seen, again, more)
    last = (ASKED, ModelSaid(answer=said(use("look_at_shelf", shelf=3), tokens=17_000)))
    end = end_of(used, seen, again, more, last, read("look_at_shelf", shelf=3, note=""))
    assert end.fault is RunFault.TOKENS_SPENT
    assert "197150 of 200000" in end.why


def test_no_token_limit_is_no_limit() -> None:
    used = (ASKED, ModelSaid(answer=said(use("look_at_shelf", shelf=1), tokens=9_000_000)))
    move = next_of(used, read("look_at_shelf", shelf=1, note=""), brief=limited(tokens=0))
    assert isinstance(move, AskModel)
