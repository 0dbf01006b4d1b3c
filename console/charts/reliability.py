"""Reliability: stated confidence against what later proved right. Draws nothing."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import plotly.graph_objects as go

from console.charts.palette import MARGIN, SHARES, Palette, palette
from console.format import INTERVAL, percent
from engine.service.rows import ReliabilityRow


def reliability(bins: Sequence[ReliabilityRow], *, is_dark: bool = False) -> go.Figure:
    """Stated confidence against the share that proved right, with intervals and counts.

    Args:
        bins: The bins of the diagram; shares from 0 to 1.
        is_dark: Whether the page is dark.
    """
    colours = palette(is_dark)
    ordered = sorted(bins, key=lambda row: row.mean_confidence)
    figure = go.Figure()
    figure.add_trace(
        go.Scatter(
            name="confidence equals truth",
            x=[0, 1],
            y=[0, 1],
            mode="lines",
            line={"dash": "dot", "width": 1.5, "color": colours.faint},
            hoverinfo="skip",
        )
    )
    figure.add_trace(_observed(ordered, colours))
    figure.update_layout(
        height=380,
        margin=MARGIN,
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0},
    )
    share = {**SHARES, "range": [0, 1.04], "fixedrange": True, "zeroline": False}
    figure.update_xaxes(title="Stated confidence, mean of the bin", **share)
    figure.update_yaxes(title="Share that later proved right", **share)
    return figure


def _observed(ordered: Sequence[ReliabilityRow], colours: Palette) -> go.Scatter:
    most = max((row.n for row in ordered), default=1)
    return go.Scatter(
        name=f"observed, {INTERVAL}; larger where more cases were counted",
        x=[row.mean_confidence for row in ordered],
        y=[row.observed for row in ordered],
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [row.high - row.observed for row in ordered],
            "arrayminus": [row.observed - row.low for row in ordered],
            "thickness": 1.5,
            "width": 4,
        },
        mode="markers",
        marker={"size": [_size(row.n, most) for row in ordered], "color": colours.code},
        customdata=[_said(row) for row in ordered],
        hovertemplate="stated %{customdata[0]}<br>right %{customdata[1]} (%{customdata[2]} to "
        "%{customdata[3]})<br>%{customdata[4]:,} cases<extra></extra>",
    )


def _said(row: ReliabilityRow) -> tuple[str, str, str, str, int]:
    shares = (row.mean_confidence, row.observed, row.low, row.high)
    stated, right, low, high = (percent(share, 1) for share in shares)
    return stated, right, low, high, row.n


def _size(n: int, most: int) -> float:
    """Pixels of a point, by area: counts beside points that lie close would cover each other."""
    return 6 + 8 * sqrt(n / most)
