"""Gates: a failing system is left alone, a busy one is not overrun."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

import pytest

from engine.act.gates import Gates
from engine.errors import ToolError, ToolOutcomeUnknown, ToolUnavailable
from tests.unit.act.acting_tools import LOOK


class Timer:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def timer() -> Timer:
    return Timer()


@pytest.fixture
def gates(timer: Timer) -> Gates:
    return Gates(timer)


def fail(gates: Gates, error: type[ToolError] = ToolUnavailable, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(error, match="away"), gates.passing(LOOK):
            raise error("away")


def passes(gates: Gates) -> bool:
    try:
        with gates.passing(LOOK):
            return True
    except ToolUnavailable:
        return False


@pytest.mark.parametrize("error", [ToolUnavailable, ToolOutcomeUnknown])
def test_failing_system_is_left_alone(gates: Gates, timer: Timer, error: type[ToolError]) -> None:
    fail(gates, error, times=3)
    with pytest.raises(ToolUnavailable) as caught, gates.passing(LOOK):
        pass
    assert caught.value.facts == {"retry_after_s": 10.0, "is_untried": True}
    assert "shop failed 3 times" in caught.value.message


def test_answer_in_between_begins_anew(gates: Gates, timer: Timer) -> None:
    fail(gates, times=2)
    assert passes(gates)
    timer.at += 1
    fail(gates, times=2)
    assert passes(gates)


def test_refusal_is_an_answer(gates: Gates, timer: Timer) -> None:
    for _ in range(9):
        timer.at += 1
        fail(gates, ToolError)
    assert passes(gates)


def test_one_call_looks_whether_it_is_back(gates: Gates, timer: Timer) -> None:
    fail(gates, times=3)
    timer.at += 10
    with gates.passing(LOOK):
        assert not passes(gates)
    assert passes(gates)
    assert passes(gates)


def test_failed_trial_leaves_it_alone_again(gates: Gates, timer: Timer) -> None:
    fail(gates, times=3)
    timer.at += 10
    fail(gates)
    assert not passes(gates)
    timer.at += 10
    assert passes(gates)


def test_late_failure_ends_no_trial(gates: Gates, timer: Timer) -> None:
    late = ExitStack()
    late.enter_context(gates.passing(LOOK))
    fail(gates, times=3)
    timer.at += 10
    with gates.passing(LOOK):  # the trial
        error = ToolUnavailable("away")
        with pytest.raises(ToolUnavailable, match="away"), late:
            raise error
        timer.at += 10
        assert not passes(gates)


def test_systems_are_left_alone_apart(gates: Gates) -> None:
    fail(gates, times=3)
    with gates.passing(replace(LOOK, system="warehouse", name="count")):
        pass
    with pytest.raises(ToolUnavailable), gates.passing(replace(LOOK, name="other")):
        pass  # another tool of the same system


def test_tool_is_not_called_too_often(gates: Gates, timer: Timer) -> None:
    assert [passes(gates) for _ in range(6)] == [True] * 5 + [False]
    timer.at += 0.4
    with pytest.raises(ToolUnavailable) as caught, gates.passing(LOOK):
        pass
    assert caught.value.facts["retry_after_s"] == pytest.approx(0.6)
    assert caught.value.facts["is_untried"] is True
    timer.at += 0.6
    assert passes(gates)


def test_few_calls_are_on_their_way_at_once(gates: Gates, timer: Timer) -> None:
    with gates.passing(LOOK), gates.passing(LOOK):
        timer.at += 5
        assert not passes(gates)
    assert passes(gates)


def test_call_kept_back_opens_no_breaker(gates: Gates, timer: Timer) -> None:
    with gates.passing(LOOK), gates.passing(LOOK):
        assert not any(passes(gates) for _ in range(9))
    timer.at += 1
    assert passes(gates)
