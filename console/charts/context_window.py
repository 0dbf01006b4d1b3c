"""Context window: what stood in each question of a run, by block, against its budgets.

On the left the windows by block, on the right how much of the budgets is used. Draws nothing; text
from rows is escaped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go
from plotly.subplots import make_subplots

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
    """Stacked tokens by block and question; beside them the share of the budgets that is used.

    Args:
        contexts: The context ledger of each question, at least one, in their order.
        limits: The budgets; None: they are not known, and there are no shares.
        is_dark: Whether the page is dark.
    """
    colours = palette(is_dark)
    count = 1 if limits is None else 2
    figure = make_subplots(
        rows=1, cols=count, column_widths=[0.64, 0.36][:count], horizontal_spacing=0.09
    )
    steps = [str(context.step) for context in contexts]
    for name, tokens, colour in _series(contexts, colours):
        figure.add_trace(_bars(steps, name, tokens, colour), row=1, col=1)
    _lay_out(figure, len(steps))
    if limits is not None:
        _add_windows_budget(figure, contexts, limits, colours)
        _add_shares(figure, steps, contexts, limits, colours)
    return figure


def kind_of(name: str) -> str:
    """What a block is, whichever step it belongs to: `result 3` is a result."""
    return _NUMBER.sub("", name).strip() or name


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
        _add_line(figure, limit, f"{name} budget {limit:,}", colour, col=1)
    top = max([largest, *(limit for limit, _, _ in drawn)])
    figure.update_yaxes(range=[0, _ROOM * top], row=1, col=1)


def _add_shares(
    figure: go.Figure,
    steps: Sequence[str],
    contexts: Sequence[ContextRow],
    limits: LimitsRow,
    colours: Palette,
) -> None:
    """How much of its budget each window takes, and all windows and answers of the run so far."""
    soft, hard = limits.window_soft, limits.window_hard
    windows = [context.window / hard for context in contexts]
    used = [context.used / limits.run for context in contexts] if limits.run else []
    figure.add_trace(_line(steps, windows, "window", "square", colours.person), row=1, col=2)
    if used:
        figure.add_trace(_line(steps, used, "run so far", "circle", colours.code), row=1, col=2)
    _add_line(figure, soft / hard, f"soft budget of a window {soft:,}", colours.faint, col=2)
    run = f", of the run {limits.run:,}" if limits.run else ""
    _add_line(figure, 1.0, f"hard budget of a window {hard:,}{run}", colours.bound, col=2)
    top = max([1.0, *windows, *used])
    figure.update_yaxes(
        **SHARES, title="Share of the hard budget", range=[0, _ROOM * top], row=1, col=2
    )


def _line(
    steps: Sequence[str], shares: Sequence[float], name: str, symbol: str, colour: str
) -> go.Scatter:
    return go.Scatter(
        name=f"{name}, share",
        x=list(steps),
        y=list(shares),
        mode="lines+markers",
        line={"width": 2, "color": colour},
        marker={"size": 8, "symbol": symbol},
        customdata=list(steps),
        text=[percent(share, 1) for share in shares],
        hovertemplate=f"step %{{x}}<br>{name}: %{{text}} of its budget<extra></extra>",
    )


def _add_line(figure: go.Figure, at: float, said: str, colour: str, *, col: int) -> None:
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
        row=1,
        col=col,
    )


def _lay_out(figure: go.Figure, count: int) -> None:
    figure.update_layout(
        barmode="stack",
        bargap=max(0.25, 1 - 0.12 * count),
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
    figure.update_yaxes(title="Tokens in the window", tickformat=",d", nticks=6, row=1, col=1)
