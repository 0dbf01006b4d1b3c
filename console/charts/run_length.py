"""Quality by run length: the share completed correctly, with its interval. Draws nothing."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from console.charts.palette import MARGIN, SHARES, Palette, palette
from console.format import INTERVAL, percent
from engine.domain.run import RunKind
from engine.service.comparison_rows import KindFigures
from engine.service.comparison_words import band_words
from engine.service.run_words import KIND

_SYMBOLS = {
    RunKind.PLAYBOOK: "square",
    RunKind.PRECEDENT: "diamond",
    RunKind.WORKFLOW: "triangle-up",
    RunKind.AGENT: "circle",
}
_ASIDE = 0.09
"""By so much of a band the kinds stand beside each other."""


def run_length(kinds: Sequence[KindFigures], *, is_dark: bool = False) -> go.Figure:
    """The share of runs that completed correctly, by their number of steps, for each kind.

    Bands with too few runs for a share have no point.

    Args:
        kinds: Figures, each with the same bands.
        is_dark: Whether the page is dark.
    """
    colours = palette(is_dark)
    figure = go.Figure()
    for place, one in enumerate(kinds):
        figure.add_trace(_trace(one, (place - (len(kinds) - 1) / 2) * _ASIDE, colours))
    bands = kinds[0].quality.lengths if kinds else ()
    figure.update_layout(
        height=340,
        margin=MARGIN,
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0},
    )
    figure.update_xaxes(
        title="Steps of the run",
        tickvals=list(range(len(bands))),
        ticktext=[band_words(band) for band in bands],
        range=[-0.5, len(bands) - 0.5],
        fixedrange=True,
        zeroline=False,
    )
    figure.update_yaxes(
        title=f"Completed correctly, {INTERVAL}",
        **{**SHARES, "range": [0, 1.04], "fixedrange": True, "zeroline": False},
    )
    return figure


def _trace(one: KindFigures, aside: float, colours: Palette) -> go.Scatter:
    shown = [
        (place + aside, band.correct, band.correct.share)
        for place, band in enumerate(one.quality.lengths)
        if band.correct.share is not None
    ]
    return go.Scatter(
        name=KIND[one.kind],
        x=[place for place, _, _ in shown],
        y=[share for _, _, share in shown],
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [counted.high - share for _, counted, share in shown],
            "arrayminus": [share - counted.low for _, counted, share in shown],
            "thickness": 1.5,
            "width": 4,
        },
        mode="lines+markers",
        line={"width": 1, "dash": "dot"},
        marker={"size": 10, "symbol": _SYMBOLS[one.kind], "color": _colour(one.kind, colours)},
        customdata=[(percent(share), f"{counted.k} of {counted.n}") for _, counted, share in shown],
        hovertemplate=f"{KIND[one.kind]}: %{{customdata[0]}}, %{{customdata[1]}}<extra></extra>",
    )


def _colour(kind: RunKind, colours: Palette) -> str:
    match kind:
        case RunKind.PLAYBOOK:
            return colours.policy
        case RunKind.PRECEDENT:
            return colours.person
        case RunKind.WORKFLOW:
            return colours.code
        case RunKind.AGENT:
            return colours.model
