"""Pareto: what fails most often, and how much of all failures the most frequent make up.

Draws nothing. A bar's `customdata` is its code, for who clicks on it.
"""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from console.charts.palette import MARGIN, SHARES, Palette, palette
from console.format import percent
from engine.service.failure_rows import FailureCount

_ROW_PX = 34
_FAINT = 0.4
_AXIS_PX, _TOP_PX, _BOTTOM_PX = 28, 100, 52
"""Of the upper axis, of it with the legend, and of the lower axis."""


def pareto(counts: Sequence[FailureCount], *, chosen: str = "", is_dark: bool = False) -> go.Figure:
    """Bars by count, the longest on top, with the cumulated share as a line.

    Args:
        counts: At least one, the most frequent first.
        chosen: The code whose bar stands out; empty: none.
        is_dark: Whether the page is dark.
    """
    colours = palette(is_dark)
    figure = go.Figure()
    stood = _bars(counts, "came to people", [row.stood for row in counts], colours.person)
    went_on = [row.steps - row.stood for row in counts]
    alone = _bars(counts, "the engine went on by itself", went_on, colours.code)
    for bars in (stood, alone):
        bars.marker.opacity = [_FAINT if chosen not in ("", row.code) else 1.0 for row in counts]
    figure.add_traces([stood, alone, _line(counts, colours)])
    figure.update_layout(
        barmode="stack",
        bargap=0.35,
        height=_TOP_PX + _BOTTOM_PX + _ROW_PX * len(counts),
        margin={**MARGIN, "t": _TOP_PX},
        legend={"y": 1 + _AXIS_PX / (_ROW_PX * len(counts)), "yanchor": "bottom", "x": 0},
        clickmode="event+select",
        dragmode=False,
        xaxis2={**SHARES, "overlaying": "x", "side": "top", "range": [0, 1.04], "showgrid": False},
    )
    _label_axes(figure, counts)
    return figure


def _label_axes(figure: go.Figure, counts: Sequence[FailureCount]) -> None:
    most = max(row.steps for row in counts)
    figure.update_xaxes(fixedrange=True, zeroline=False)
    figure.update_layout(
        xaxis={
            "title": "Failed steps",
            "range": [0, most * 1.04],
            "tickformat": ",d",
            "nticks": min(most, 6) + 1,
        }
    )
    figure.update_yaxes(
        autorange="reversed", fixedrange=True, automargin=True, ticklabelstandoff=6, title=None
    )


def _bars(counts: Sequence[FailureCount], name: str, steps: Sequence[int], colour: str) -> go.Bar:
    return go.Bar(
        name=name,
        orientation="h",
        x=list(steps),
        y=[row.words.title for row in counts],
        marker={"color": colour},
        # What stands out is the chosen code, wherever it was chosen: not plotly's last click.
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        customdata=[row.code.value for row in counts],
        hovertemplate="%{y}<br>%{x:,} " + name + "<extra></extra>",
    )


def _line(counts: Sequence[FailureCount], colours: Palette) -> go.Scatter:
    return go.Scatter(
        name="share of all, cumulated",
        x=[row.up_to_here for row in counts],
        y=[row.words.title for row in counts],
        xaxis="x2",
        mode="lines+markers",
        line={"width": 2, "color": colours.bound},
        marker={"size": 7},
        customdata=[row.code.value for row in counts],
        text=[percent(row.up_to_here) for row in counts],
        hovertemplate="these and all above: %{text}<extra></extra>",
    )
