"""Threshold: coverage against error, with the point at which a cell stands. Draws nothing."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from console.charts.palette import MARGIN, Palette, palette
from console.format import percent
from engine.service.rows import CurvePoint

_MOST_LABELS = 8


def threshold_curve(
    points: Sequence[CurvePoint],
    *,
    threshold: float | None = None,
    risk_limit: float | None = None,
    is_dark: bool = False,
) -> go.Figure:
    """Share of wrong actions (with its upper bound) against the share acted on alone.

    Args:
        points: The curve, in any order; shares from 0 to 1.
        threshold: Confidence from which software may act now; None: none is certified.
        risk_limit: Largest tolerated share of wrong actions.
        is_dark: Whether the page is dark.
    """
    colours = palette(is_dark)
    ordered = sorted(points, key=lambda point: point.coverage)
    figure = go.Figure()
    figure.add_traces(_curves(ordered, colours))
    if risk_limit is not None:
        figure.add_hline(
            y=risk_limit,
            line={"dash": "dash", "width": 1.5, "color": colours.faint},
            annotation={"text": f"risk limit {percent(risk_limit, 1)}", "xanchor": "right", "x": 1},
        )
    current = standing_at(points, threshold)
    if current is not None and threshold is not None:
        figure.add_trace(_current(current, threshold, colours))
    figure.update_layout(
        height=380,
        margin=MARGIN,
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0},
    )
    _label_axes(figure, max([point.error_high for point in points] + [risk_limit or 0.0, 0.05]))
    return figure


def _label_axes(figure: go.Figure, highest: float) -> None:
    figure.update_xaxes(
        title="Coverage: share of cases at or above the threshold",
        tickformat=".0%",
        range=[0, 1.08],  # room for the last label
        tickvals=[0, 0.2, 0.4, 0.6, 0.8, 1],
        fixedrange=True,
        zeroline=False,
    )
    figure.update_yaxes(
        title="Error: share of wrong ones among them",
        tickformat=".0%",
        range=[0, min(1.0, 1.12 * highest)],
        fixedrange=True,
        zeroline=False,
    )


def standing_at(points: Sequence[CurvePoint], threshold: float | None) -> CurvePoint | None:
    """The measured point at which a threshold stands: the lowest one not below it."""
    if threshold is None:
        return None
    reached = [point for point in points if point.threshold >= threshold]
    return min(reached, key=lambda point: point.threshold, default=None)


def _curves(ordered: Sequence[CurvePoint], colours: Palette) -> tuple[go.Scatter, go.Scatter]:
    coverage = [point.coverage for point in ordered]
    every = max(1, len(ordered) // _MOST_LABELS)
    bound = go.Scatter(
        name="upper bound, 95 %",
        x=coverage,
        y=[point.error_high for point in ordered],
        mode="lines",
        line={"dash": "dot", "width": 1.5, "color": colours.bound},
        hoverinfo="skip",
    )
    measured = go.Scatter(
        name="measured error",
        x=coverage,
        y=[point.error for point in ordered],
        mode="lines+markers+text",
        line={"width": 2, "color": colours.code},
        marker={"size": 6},
        text=[f"n {p.n:,}" if index % every == 0 else "" for index, p in enumerate(ordered)],
        textposition="bottom right",
        textfont={"size": 11, "color": colours.faint},
        customdata=[(p.threshold, p.error_high, p.n) for p in ordered],
        hovertemplate="threshold %{customdata[0]:.3f}<br>coverage %{x:.1%}<br>error %{y:.1%}"
        "<br>at most %{customdata[1]:.1%}<br>n %{customdata[2]:,}<extra></extra>",
    )
    return bound, measured


def _current(point: CurvePoint, threshold: float, colours: Palette) -> go.Scatter:
    return go.Scatter(
        name=f"threshold now {threshold:.3f}, measured from {point.threshold:.3f} on",
        x=[point.coverage],
        y=[point.error],
        mode="markers",
        marker={
            "symbol": "diamond",
            "size": 15,
            "color": colours.policy,
            "line": {"width": 2, "color": colours.faint},
        },
        hoverinfo="skip",
    )
