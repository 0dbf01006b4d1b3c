"""Tokens of a context ledger made exact: the parts sum to what was counted."""

from __future__ import annotations

import pytest

from engine.domain.context import ContextEntry, Treatment
from engine.reason.apportion import apportioned


def entries(*tokens: int) -> list[ContextEntry]:
    return [
        ContextEntry(name=f"part {n}", treatment=Treatment.KEPT, tokens=one)
        for n, one in enumerate(tokens)
    ]


@pytest.mark.parametrize(
    ("estimated", "counted", "exact"),
    [
        pytest.param((10, 20, 30), 60, [10, 20, 30], id="as estimated"),
        pytest.param((10, 20, 30), 120, [20, 40, 60], id="twice as many"),
        pytest.param((1, 1, 1), 10, [4, 3, 3], id="earlier takes the rest"),
        pytest.param((5, 3, 2), 7, [4, 2, 1], id="largest remainder first"),
        pytest.param((9, 0, 1), 5, [5, 0, 0], id="nothing for nothing"),
        pytest.param((0, 0), 3, [2, 1], id="only nothing to bear it"),
        pytest.param((4, 4), 0, [0, 0], id="nothing counted"),
    ],
)
def test_largest_remainders_take_what_is_over(
    estimated: tuple[int, ...], counted: int, exact: list[int]
) -> None:
    assert [one.tokens for one in apportioned(entries(*estimated), counted)] == exact


def test_whole_is_brought_to_the_same_measure() -> None:
    cut = ContextEntry(name="case", treatment=Treatment.CUT, tokens=100, full_tokens=900)
    kept = ContextEntry(name="goal", treatment=Treatment.KEPT, tokens=100)
    first, second = apportioned([cut, kept], 100)
    assert (first.tokens, first.full_tokens) == (50, 450)
    assert (second.tokens, second.full_tokens) == (50, 0)


def test_nothing_counted_of_nothing_is_nothing() -> None:
    assert apportioned([], 0) == ()


@pytest.mark.parametrize(("tokens", "counted"), [((), 5), ((3,), -1)])
def test_what_cannot_be_apportioned_is_refused(tokens: tuple[int, ...], counted: int) -> None:
    with pytest.raises(ValueError, match="cannot be apportioned"):
        apportioned(entries(*tokens), counted)
