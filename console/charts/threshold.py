"""Threshold: coverage against error, with the points at which a cell stands. Draws nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from console.charts.palette import MARGIN, SHARES, Palette, palette
from console.format import percent
from engine.domain.percent import SIGN
from engine.service.rows import CurvePoint

_APART = 0.12
"""In coverage, of two counts; closer ones would run into each other."""
_FEWEST = 30
"""Predictions; the error of fewer jumps, and would squeeze the curve."""
_ROOM = 1.25


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """One limit of a cell: where it stands on the curve, and the error it may make."""

    name: str
    cut: float | None
    """Score of the model from which software may act now; None: none is certified."""
    risk_limit: float | None
    """Largest tolerated share of wrong actions; None: set by hand."""


def threshold_curve(
    points: Sequence[CurvePoint],
    standings: Sequence[Standing] = (),
    *,
    is_dark: bool = False,
) -> go.Figure:
    """Share of wrong actions (with its upper bound) against the share acted on alone.

    Args:
        points: The curve, in any order; shares from 0 to 1.
        standings: The limits of the cell, the usual one first.
        is_dark: Whether the page is dark.
    """
    colours = palette(is_dark)
    ordered = sorted(points, key=lambda point: point.coverage)
    reached = [(one, standing_at(points, one.cut)) for one in standings]
    top = _top(ordered, [one.risk_limit for one in standings], [at for _, at in reached])
    figure = go.Figure()
    figure.add_traces([*_curves(ordered, colours), _counts(ordered, top, colours)])
    _add_limits(figure, standings, colours)
    for place, (one, point) in enumerate(reached):
        if point is not None:
            figure.add_trace(_current(one.name, point, place, colours))
    figure.update_layout(
        height=380,
        margin=MARGIN,
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0},
    )
    _label_axes(figure, top)
    return figure


def _top(
    ordered: Sequence[CurvePoint],
    limits: Sequence[float | None],
    reached: Sequence[CurvePoint | None],
) -> float:
    """The end of the error axis: the curve fills it, the bound of a few cases may leave it."""
    solid = [point for point in ordered if point.n >= _FEWEST] or ordered
    shown = [point.error for point in solid] + [limit for limit in limits if limit is not None]
    bounds = [point.error_high for point in (*reached, *ordered[-1:]) if point is not None]
    return min(1.0, max(_ROOM * max([*shown, 0.04]), 1.1 * max([*bounds, 0.0])))


def _add_limits(figure: go.Figure, standings: Sequence[Standing], colours: Palette) -> None:
    limits = {one.risk_limit: one.name for one in reversed(standings)}
    highest = max((limit for limit in limits if limit is not None), default=None)
    for limit, name in limits.items():
        if limit is None:
            continue
        said = f"risk limit {percent(limit, 1)}"
        figure.add_hline(
            y=limit,
            line={"dash": "dash", "width": 1.5, "color": colours.faint},
            annotation={
                "text": said if len(limits) == 1 else f"{said}, {name}",
                "xanchor": "right",
                "x": 1,
                # Above the upper line and below the lower one, however close they are.
                "yanchor": "bottom" if limit == highest else "top",
            },
        )


def _ticks(top: float) -> dict[str, list[Any]]:
    """Ticks up to a share, at the widest of a few round steps that gives at least four."""
    step = next((one for one in (0.2, 0.1, 0.05, 0.02) if top / one >= 3), 0.01)
    values = [step * place for place in range(int(top / step) + 1)]
    return {"tickvals": values, "ticktext": [percent(value) for value in values]}


def _label_axes(figure: go.Figure, top: float) -> None:
    figure.update_xaxes(
        title="Coverage: share of cases at or above the threshold",
        range=[0, 1.04],
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
        mode="lines+markers",
        line={"width": 2, "color": colours.code},
        marker={"size": 6},
        customdata=[_said(point) for point in ordered],
        hovertemplate="own score from %{customdata[0]:.3f}<br>coverage %{customdata[1]}<br>error "
        "%{customdata[2]}<br>at most %{customdata[3]}<br>n %{customdata[4]:,}<extra></extra>",
    )
    return bound, measured


def _said(point: CurvePoint) -> tuple[float, str, str, str, int]:
    shares = (point.coverage, point.error, point.error_high)
    coverage, error, high = (percent(share, 1) for share in shares)
    return point.threshold, coverage, error, high, point.n


def _counts(ordered: Sequence[CurvePoint], top: float, colours: Palette) -> go.Scatter:
    """How many predictions a point keeps, in a row of its own above the curve."""
    shown: list[CurvePoint] = []
    for point in ordered:
        last = shown[-1].coverage if shown else 0.0
        if point.coverage - last >= _APART:
            shown.append(point)
    return go.Scatter(
        name="counts",
        x=[point.coverage for point in shown],
        y=[top] * len(shown),
        mode="text",
        text=[f"n {point.n:,}" for point in shown],
        textposition="bottom center",
        textfont={"size": 11, "color": colours.faint},
        showlegend=False,
        hoverinfo="skip",
    )


def _current(name: str, point: CurvePoint, place: int, colours: Palette) -> go.Scatter:
    """Where a limit stands; the second one is hollow, so that nobody needs to tell colours."""
    return go.Scatter(
        name=name,
        x=[point.coverage],
        y=[point.error],
        mode="markers",
        marker={
            "symbol": "diamond" if place == 0 else "diamond-open",
            "size": 15,
            "color": colours.policy,
            "line": {"width": 2, "color": colours.faint if place == 0 else colours.policy},
        },
        hoverinfo="skip",
    )
