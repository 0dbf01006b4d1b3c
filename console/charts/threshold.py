"""Threshold: coverage against error, with the point at which a cell stands. Draws nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from console.charts.palette import MARGIN, SHARES, Palette, palette
from console.format import percent
from engine.domain.percent import SIGN
from engine.service.rows import CurvePoint

_MOST_LABELS = 8


def threshold_curve(
    points: Sequence[CurvePoint],
    *,
    cut: float | None = None,
    risk_limit: float | None = None,
    is_dark: bool = False,
) -> go.Figure:
    """Share of wrong actions (with its upper bound) against the share acted on alone.

    Args:
        points: The curve, in any order; shares from 0 to 1.
        cut: Score of the model from which software may act now; None: none is certified.
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
    current = standing_at(points, cut)
    if current is not None:
        figure.add_trace(_current(current, colours))
    figure.update_layout(
        height=380,
        margin=MARGIN,
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0},
    )
    _label_axes(figure, max([point.error_high for point in points] + [risk_limit or 0.0, 0.05]))
    return figure


def _ticks(top: float) -> dict[str, list[Any]]:
    """Ticks up to a share, at the widest of a few round steps that gives at least four."""
    step = next((one for one in (0.2, 0.1, 0.05, 0.02) if top / one >= 3), 0.01)
    values = [step * place for place in range(int(top / step) + 1)]
    return {"tickvals": values, "ticktext": [percent(value) for value in values]}


def _label_axes(figure: go.Figure, highest: float) -> None:
    top = min(1.0, 1.12 * highest)
    figure.update_xaxes(
        title="Coverage: share of cases at or above the threshold",
        range=[0, 1.08],  # room for the last label
        **SHARES,
        fixedrange=True,
        zeroline=False,
    )
    figure.update_yaxes(
        title="Error: share of wrong ones among them",
        range=[0, top],
        **_ticks(top),
        fixedrange=True,
        zeroline=False,
    )


def standing_at(points: Sequence[CurvePoint], cut: float | None) -> CurvePoint | None:
    """The measured point at which a cut stands: the lowest one not below it."""
    if cut is None:
        return None
    reached = [point for point in points if point.threshold >= cut]
    return min(reached, key=lambda point: point.threshold, default=None)


def _curves(ordered: Sequence[CurvePoint], colours: Palette) -> tuple[go.Scatter, go.Scatter]:
    coverage = [point.coverage for point in ordered]
    every = max(1, len(ordered) // _MOST_LABELS)
    bound = go.Scatter(
        name=f"upper bound, 95{SIGN}",
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
        customdata=[_said(point) for point in ordered],
        hovertemplate="own score from %{customdata[0]:.3f}<br>coverage %{customdata[1]}<br>error "
        "%{customdata[2]}<br>at most %{customdata[3]}<br>n %{customdata[4]:,}<extra></extra>",
    )
    return bound, measured


def _said(point: CurvePoint) -> tuple[float, str, str, str, int]:
    shares = (point.coverage, point.error, point.error_high)
    coverage, error, high = (percent(share, 1) for share in shares)
    return point.threshold, coverage, error, high, point.n


def _current(point: CurvePoint, colours: Palette) -> go.Scatter:
    return go.Scatter(
        name="where the cell stands now",
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
