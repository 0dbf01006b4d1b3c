"""The closed formula of a queue; its check values stand with the simulation that meets them."""

from __future__ import annotations

import math

import pytest

from engine.errors import InvalidRequest
from engine.govern.erlang import erlang_c


def test_half_the_load_waits_far_less() -> None:
    # evidence.md: from 36 to 18 an hour with four people the mean wait falls 34-fold.
    ratio = erlang_c(36, 6.0, 4).mean_wait_s / erlang_c(18, 6.0, 4).mean_wait_s
    assert ratio == pytest.approx(33.7, abs=0.1)


def test_overload_waits_for_ever_by_formula() -> None:
    steady = erlang_c(40, 6.0, 4)
    assert (steady.load, steady.wait_probability, steady.mean_wait_s) == (1.0, 1.0, math.inf)
    assert steady.longer_than(1e9) == 1.0


def test_empty_stream_never_waits_by_formula() -> None:
    steady = erlang_c(0, 6.0, 300)
    assert (steady.load, steady.wait_probability, steady.mean_wait_s) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("per_hour", "minutes", "people"),
    [(-1.0, 6.0, 1), (math.nan, 6.0, 1), (1.0, 0.0, 1), (1.0, 6.0, 0)],
    ids=["negative rate", "NaN rate", "no time", "nobody"],
)
def test_formula_refuses_impossible_queues(per_hour: float, minutes: float, people: int) -> None:
    with pytest.raises(InvalidRequest):
        erlang_c(per_hour, minutes, people)


def test_negative_wait_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="0 or more seconds"):
        erlang_c(10, 6.0, 2).longer_than(-1.0)
