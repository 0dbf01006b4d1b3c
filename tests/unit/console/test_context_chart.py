"""The context window's chart: kinds of blocks, budgets in and out of sight, text from outside."""

from typing import Any

from console.charts.context_window import budget_shares, context_window, kind_of
from engine.domain.context import Treatment
from engine.service.run_rows import BlockRow, ContextRow, LimitsRow

LIMITS = LimitsRow(window_soft=400, window_hard=1_000, run=2_000)


def context(step: int, used: int, **tokens: int) -> ContextRow:
    """A window with blocks by name; an underscore stands for a space."""
    blocks = tuple(
        BlockRow(
            place=place,
            name=name.replace("_", " "),
            treatment=Treatment.KEPT,
            tokens=count,
            full_tokens=0,
            why="",
            has_text=True,
        )
        for place, (name, count) in enumerate(tokens.items(), start=1)
    )
    return ContextRow(step=step, window=sum(tokens.values()), used=used, blocks=blocks)


def bars(figure: Any) -> dict[str, list[int]]:
    return {trace.name: list(trace.y) for trace in figure.data if trace.type == "bar"}


def lines(figure: Any) -> dict[str, list[float]]:
    return {trace.name: list(trace.y) for trace in figure.data if trace.type == "scatter"}


def said(figure: Any) -> list[str]:
    return [note.text for note in figure.layout.annotations]


def test_blocks_of_one_kind_are_one_series() -> None:
    figure = context_window(
        [context(1, 90, goal=80), context(3, 400, goal=80, result_2=100, result_1=60)], LIMITS
    )
    assert bars(figure) == {"goal": [80, 80], "result": [0, 160]}
    names = ("result 12", "call use-7", "goal again", "7", "answer #3")
    assert [kind_of(name) for name in names] == ["result", "call", "goal again", "7", "answer"]


def test_many_small_blocks_are_the_rest() -> None:
    many = {f"{letter}_block": 10 * (place + 1) for place, letter in enumerate("abcdefgh")}
    figure = context_window([context(1, 400, **many)], None)
    found = bars(figure)
    assert next(iter(found)) == "h block"
    assert found["the rest"] == [10 + 20]
    assert sum(of[0] for of in found.values()) == sum(many.values())


def test_budgets_show_as_lines_and_shares() -> None:
    contexts = [context(1, 300, goal=250), context(3, 800, goal=700)]
    assert said(context_window(contexts, LIMITS)) == ["soft budget 400", "hard budget 1,000"]
    assert said(context_window(contexts, None)) == []
    small = context_window([context(1, 50, goal=40)], LIMITS)
    assert said(small) == []  # as lines they would squeeze the bars
    shares = budget_shares(contexts, LIMITS)
    assert lines(shares) == {"window": [0.25, 0.7], "run so far": [0.15, 0.4]}
    assert said(shares) == ["soft budget 400", "hard budget 1,000, run 2,000"]
    free = LimitsRow(window_soft=400, window_hard=1_000, run=0)
    assert list(lines(budget_shares(contexts, free))) == ["window"]


def test_names_from_outside_are_escaped() -> None:
    figure = context_window([context(1, 50, **{"<b>bold</b>": 40})], LIMITS)
    assert list(bars(figure)) == ["&lt;b&gt;bold&lt;/b&gt;"]
    dark = context_window([context(1, 50, goal=40)], LIMITS, is_dark=True)
    assert (
        dark.data[0].marker.color
        != context_window([context(1, 50, goal=40)], None).data[0].marker.color
    )
