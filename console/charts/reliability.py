"""Reliability: stated confidence against what later proved right. Draws nothing."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from console.charts.palette import MARGIN, Palette, palette
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
    share = {"tickformat": ".0%", "range": [0, 1.04], "fixedrange": True, "zeroline": False}
    figure.update_xaxes(title="Stated confidence, mean of the bin", **share)
    figure.update_yaxes(title="Share that later proved right", **share)
    return figure


def _observed(ordered: Sequence[ReliabilityRow], colours: Palette) -> go.Scatter:
    return go.Scatter(
        name="observed, 95 % interval",
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
        mode="markers+text",
        marker={"size": 8, "color": colours.code},
        text=[f" n {row.n:,}" for row in ordered],
        textposition="middle right",
        textfont={"size": 11, "color": colours.faint},
        customdata=[(row.low, row.high, row.n) for row in ordered],
        hovertemplate="stated %{x:.1%}<br>right %{y:.1%} (%{customdata[0]:.1%} to "
        "%{customdata[1]:.1%})<br>n %{customdata[2]:,}<extra></extra>",
    )
