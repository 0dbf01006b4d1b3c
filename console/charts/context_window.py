"""Context window: what stood in each question of a run, by block, and against its budgets.

Two charts, which stand beside each other or, in a narrow window, one over the other. Draws nothing;
text from rows is escaped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go

from console.charts.palette import SHARES, Palette, palette
from console.format import percent
from engine.service.run_rows import ContextRow, LimitsRow

HEIGHT_PX = 300
_IN_SIGHT = 1.6
"""A budget this many times as large as the windows would squeeze them flat beside it."""
_ROOM = 1.15
_NUMBER = re.compile(r"[\s:#]*\d[\w-]*$|(?<=^call) .+$")
_REST = "the rest"


def context_window(
    contexts: Sequence[ContextRow], limits: LimitsRow | None, *, is_dark: bool = False
) -> go.Figure:
    """Stacked tokens by block and question.

    Args:
        contexts: The context ledger of each question, at least one, in their order.
        limits: The budgets; None: they are not known.
        is_dark: Whether the page is dark.
    """
    colours, steps = palette(is_dark), _steps(contexts)
    figure = go.Figure(
        [_bars(steps, name, tokens, colour) for name, tokens, colour in _series(contexts, colours)]
    )
    _lay_out(figure)
    figure.update_layout(barmode="stack", bargap=max(0.25, 1 - 0.12 * len(steps)))
    figure.update_yaxes(title="Tokens in the window", tickformat=",d", nticks=6)
    if limits is not None:
        _add_windows_budget(figure, contexts, limits, colours)
    return figure


def budget_shares(
    contexts: Sequence[ContextRow], limits: LimitsRow, *, is_dark: bool = False
) -> go.Figure:
    """How much of its budget each window takes, and all windows and answers of the run so far.

    Args:
        contexts: The context ledger of each question, at least one, in their order.
        limits: The budgets.
        is_dark: Whether the page is dark.
    """
    colours, steps = palette(is_dark), _steps(contexts)
    soft, hard = limits.window_soft, limits.window_hard
    windows = [context.window / hard for context in contexts]
    used = [context.used / limits.run for context in contexts] if limits.run else []
    figure = go.Figure(_line(steps, windows, "window", "square", colours.person))
    if used:
        figure.add_trace(_line(steps, used, "run so far", "circle", colours.code))
    _lay_out(figure)
    top = max([1.0, *windows, *used])
    figure.update_yaxes(**SHARES, title="Share of the hard budget", range=[0, _ROOM * top])
    run = f", run {limits.run:,}" if limits.run else ""
    _add_line(figure, soft / hard, f"soft budget {soft:,}", colours.faint)
    _add_line(figure, 1.0, f"hard budget {hard:,}{run}", colours.bound)
    return figure


def kind_of(name: str) -> str:
    """What a block is, whichever step it belongs to: `result 3` is a result."""
    return _NUMBER.sub("", name).strip() or name


def _steps(contexts: Sequence[ContextRow]) -> list[str]:
    return [str(context.step) for context in contexts]


def _series(contexts: Sequence[ContextRow], colours: Palette) -> list[tuple[str, list[int], str]]:
    """Kinds of blocks with their tokens in each question; the small ones together as the rest."""
    counted = [_by_kind(context) for context in contexts]
    all_: Counter[str] = sum(counted, Counter())
    most = len(colours.series) - 1
    large = [kind for kind, _ in all_.most_common(most)]
    found = [
        (kind, [of[kind] for of in counted], colour)
        for kind, colour in zip(large, colours.series, strict=False)
    ]
    rest = [sum(of.values()) - sum(of[kind] for kind in large) for of in counted]
    return [*found, (_REST, rest, colours.series[-1])] if any(rest) else found


def _by_kind(context: ContextRow) -> Counter[str]:
    found: Counter[str] = Counter()
    for block in context.blocks:
        found[kind_of(block.name)] += block.tokens
    return found


def _bars(steps: Sequence[str], name: str, tokens: Sequence[int], colour: str) -> go.Bar:
    said = escape(name, quote=False)
    return go.Bar(
        name=said,
        x=list(steps),
        y=list(tokens),
        marker={"color": colour, "line": {"width": 0}},
        customdata=list(steps),
        hovertemplate=f"step %{{x}}<br>{said}: %{{y:,}} tokens<extra></extra>",
        # What stands out is the open question, not plotly's last click.
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
    )


def _add_windows_budget(
    figure: go.Figure, contexts: Sequence[ContextRow], limits: LimitsRow, colours: Palette
) -> None:
    """The budgets of a window as lines over the windows, where they are in sight."""
    largest = max(context.window for context in contexts)
    found = (
        (limits.window_soft, "soft", colours.faint),
        (limits.window_hard, "hard", colours.bound),
    )
    drawn = [one for one in found if 0 < one[0] <= _IN_SIGHT * largest]
    for limit, name, colour in drawn:
        _add_line(figure, limit, f"{name} budget {limit:,}", colour)
    top = max([largest, *(limit for limit, _, _ in drawn)])
    figure.update_yaxes(range=[0, _ROOM * top])


def _line(
    steps: Sequence[str], shares: Sequence[float], name: str, symbol: str, colour: str
) -> go.Scatter:
    return go.Scatter(
        name=name,
        x=list(steps),
        y=list(shares),
        mode="lines+markers",
        line={"width": 2, "color": colour},
        marker={"size": 8, "symbol": symbol},
        customdata=list(steps),
        text=[percent(share, 1) for share in shares],
        hovertemplate=f"step %{{x}}<br>{name}: %{{text}} of its budget<extra></extra>",
    )


def _add_line(figure: go.Figure, at: float, said: str, colour: str) -> None:
    figure.add_hline(
        y=at,
        line={"dash": "dash", "width": 1.5, "color": colour},
        annotation={
            "text": said,
            "x": 1,
            "xanchor": "right",
            "yanchor": "bottom",
            "font": {"color": colour, "size": 12},
            "showarrow": False,
        },
    )


def _lay_out(figure: go.Figure) -> None:
    figure.update_layout(
        showlegend=True,
        height=HEIGHT_PX,
        margin={"l": 8, "r": 16, "t": 34, "b": 8},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        dragmode=False,
        clickmode="event+select",
    )
    figure.update_xaxes(
        type="category", fixedrange=True, showgrid=False, tickangle=0, title="Question, by its step"
    )
    figure.update_yaxes(fixedrange=True, zeroline=False, automargin=True, rangemode="tozero")
