"""Reading: tried again at once where that may help, never longer than somebody can wait."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.act.calls import Calls
from engine.act.reading import PATIENCE_S, Reading
from engine.domain.canonical import Json
from engine.domain.tool import BreakerPolicy, EffectClass
from engine.errors import InvalidRequest, ToolError, ToolOutcomeUnknown, ToolUnavailable
from engine.testing.world import CountingIds
from tests.unit.act.acting_tools import Look, same

PATIENT = BreakerPolicy(failures=100)


class Pauses:
    def __init__(self) -> None:
        self.waits: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.waits.append(seconds)


def in_turn(*steps: Callable[[int], Json]) -> Look:
    """A tool that does one step a call, and the last one from then on."""
    left = list(steps)
    return Look(lambda number: (left.pop(0) if len(left) > 1 else left[0])(number), breaker=PATIENT)


def raising(error: Exception) -> Callable[[int], Json]:
    def fail(number: int) -> Json:
        raise error

    return fail


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def reading(pauses: Pauses) -> Reading:
    return Reading(Calls(), CountingIds(), pauses)


def test_read_is_tried_again_with_a_new_permit(reading: Reading, pauses: Pauses) -> None:
    away = raising(ToolUnavailable("away"))
    first = reading.read(in_turn(same), {"number": 4}, "case")
    failing = in_turn(away, raising(ToolOutcomeUnknown("late")), same)
    done = reading.read(failing, {"number": 4}, "case")
    assert (done.result, done.tries) == ({"number": 4}, 3)
    assert done.permit.id != first.permit.id
    assert pauses.waits == sorted(pauses.waits)
    assert sum(pauses.waits) <= PATIENCE_S


def test_read_gives_up_within_its_patience(reading: Reading, pauses: Pauses) -> None:
    tool = in_turn(raising(ToolUnavailable("away", retry_after_s=None)))
    with pytest.raises(ToolUnavailable, match=r"away \(\d tries\)"):
        reading.read(tool, {"number": 1}, "case")
    assert sum(pauses.waits) <= PATIENCE_S
    assert len(tool.calls) == len(pauses.waits) + 1


def test_long_pause_that_was_asked_for_is_passed_on(reading: Reading, pauses: Pauses) -> None:
    tool = in_turn(raising(ToolUnavailable("busy", retry_after_s=30.0, is_untried=True)))
    with pytest.raises(ToolUnavailable) as caught:
        reading.read(tool, {"number": 1}, "case")
    assert caught.value.facts == {"retry_after_s": 30.0, "is_untried": True}
    assert pauses.waits == []


def test_refusal_is_not_asked_again(reading: Reading, pauses: Pauses) -> None:
    tool = in_turn(raising(ToolError("no", code="CREDENTIAL_SCOPE")))
    with pytest.raises(ToolError, match="no") as caught:
        reading.read(tool, {"number": 1}, "case")
    assert caught.value.facts == {"code": "CREDENTIAL_SCOPE"}
    assert len(tool.calls) == 1


@pytest.mark.parametrize(
    "garbage", [{}, {"number": "4"}, {"number": 4, "more": 1}, None, [], "x"], ids=str
)
def test_garbage_breaks_the_contract(reading: Reading, garbage: Json) -> None:
    tool = in_turn(lambda number: garbage)
    with pytest.raises(ToolError, match="broke its contract") as caught:
        reading.read(tool, {"number": 1}, "case")
    assert caught.value.facts["broke_contract"] is True
    assert len(tool.calls) > 1


def test_passing_garbage_is_read_again(reading: Reading) -> None:
    assert reading.read(in_turn(lambda number: {}, same), {"number": 4}, "case").tries == 2


def test_bug_in_a_tool_breaks_its_contract(reading: Reading) -> None:
    with pytest.raises(ToolError, match="look failed: KeyError") as caught:
        reading.read(in_turn(raising(KeyError("secret"))), {"number": 1}, "case")
    assert caught.value.facts["broke_contract"] is True


def test_wrong_arguments_are_never_sent(reading: Reading) -> None:
    tool = in_turn(same)
    with pytest.raises(InvalidRequest, match="number"):
        reading.read(tool, {"number": "four"}, "case")
    assert tool.calls == []


def test_only_reads_are_read(reading: Reading) -> None:
    tool = Look(same, effect_class=EffectClass.REVERSIBLE)
    with pytest.raises(ToolError, match="no read tool"):
        reading.read(tool, {"number": 1}, "case")
    assert tool.calls == []
