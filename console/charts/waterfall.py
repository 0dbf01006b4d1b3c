"""Waterfall: the spans of one run as bars on an axis of working time.

Text from rows is escaped, because plotly reads tags in labels. Asks nobody, draws nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from html import escape

import plotly.graph_objects as go

from console.charts.palette import MARGIN, Palette, palette
from engine.domain.actor import DecidedBy
from engine.service.rows import SpanRow

_WAIT_SHARE = 0.1
"""Idle time longer than this share of all work is cut out of the waterfall and written down."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """A span on the waterfall's axis."""

    span: SpanRow
    start_ms: float
    """After the first span, idle time that was cut out not counted."""
    waited_s: float = 0.0
    """Idle time that was cut out before it."""

    @property
    def duration_ms(self) -> float:
        """Length of the bar."""
        return self.span.duration_us / 1000


def lay_out(spans: Sequence[SpanRow]) -> tuple[Bar, ...]:
    """Place spans on an axis of working time.

    A case works for milliseconds and waits for hours; on a plain time axis no bar would be seen.
    """
    bars: list[Bar] = []
    ordered = sorted(spans, key=lambda span: (span.started_at, span.sequence))
    longest_idle = timedelta(microseconds=sum(span.duration_us for span in ordered) * _WAIT_SHARE)
    cut = timedelta()
    end = ordered[0].started_at if ordered else None
    for span in ordered:
        idle = max(span.started_at - (end or span.started_at), timedelta())
        waited = idle if idle > longest_idle else timedelta()
        cut += waited
        start = span.started_at - ordered[0].started_at - cut
        bars.append(Bar(span=span, start_ms=_ms(start), waited_s=waited.total_seconds()))
        span_end = span.started_at + timedelta(microseconds=span.duration_us)
        end = max(end or span_end, span_end)
    return tuple(bars)


def waterfall(spans: Sequence[SpanRow], *, is_dark: bool = False) -> go.Figure:
    """Bars of a run on an axis of working time (ms), coloured and labelled by who decided.

    Args:
        spans: The trace of one case, at least one span.
        is_dark: Whether the page is dark.
    """
    bars = lay_out(spans)
    colours = palette(is_dark)
    figure = go.Figure()
    for decided_by in DecidedBy:
        of_these = [bar for bar in bars if bar.span.decided_by is decided_by]
        if of_these:
            figure.add_traces(_bars(of_these, decided_by.value, colours.of(decided_by)))
    _mark_waits(figure, bars, colours)
    figure.update_layout(
        barmode="overlay",
        height=110 + 30 * len(bars),
        margin=MARGIN,
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0, "title": "Decided by  "},
    )
    _label_axes(figure, bars)
    return figure


def _label_axes(figure: go.Figure, bars: Sequence[Bar]) -> None:
    longest_ms = max((bar.start_ms + bar.duration_ms for bar in bars), default=0.0) or 1.0
    # A third of the width stays free for the labels beside the bars.
    figure.update_xaxes(
        title="Working time since the first step (ms), waiting left out",
        range=[-0.01 * longest_ms, 1.5 * longest_ms],
        showgrid=True,
        zeroline=False,
        fixedrange=True,
    )
    figure.update_yaxes(
        categoryorder="array",
        categoryarray=[_step(bar.span) for bar in reversed(bars)],
        fixedrange=True,
        showgrid=False,
        automargin=True,
    )


def _bars(bars: Sequence[Bar], name: str, colour: str) -> tuple[go.Bar, go.Scatter]:
    """The bars of one decider, and a tick at each start: a bar of 20 µs is too thin to be seen."""
    steps = [_step(bar.span) for bar in bars]
    starts = [bar.start_ms for bar in bars]
    body = go.Bar(
        orientation="h",
        name=name,
        y=steps,
        base=starts,
        x=[bar.duration_ms for bar in bars],
        width=0.62,
        marker={"color": colour, "line": {"width": 0}},
        text=[_beside(bar) for bar in bars],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}<br>starts at %{base:.3f} ms, lasts %{x:.3f} ms<extra>%{fullData.name}"
        "</extra>",
    )
    tick = go.Scatter(
        mode="markers",
        x=starts,
        y=steps,
        marker={"symbol": "line-ns", "size": 17, "line": {"width": 2, "color": colour}},
        hoverinfo="skip",
        showlegend=False,
    )
    return body, tick


def _mark_waits(figure: go.Figure, bars: Sequence[Bar], colours: Palette) -> None:
    """A dotted line down to each step that came after idle time."""
    for index, bar in enumerate(bars):
        if bar.waited_s:
            row = len(bars) - 1 - index
            figure.add_shape(
                type="line",
                x0=bar.start_ms,
                x1=bar.start_ms,
                y0=row + 1.3,
                y1=row + 0.36,
                line={"dash": "dot", "width": 2, "color": colours.faint},
            )


def _step(span: SpanRow) -> str:
    return escape(f"{span.sequence} · {span.stage} · {span.name}", quote=False)


def _beside(bar: Bar) -> str:
    said = [bar.span.decided_by.value]
    if bar.span.duration_us:
        said.append(span_of_time(bar.duration_ms / 1000))
    if bar.waited_s:
        said.append(f"after {span_of_time(bar.waited_s)} of waiting")
    if bar.span.error:
        said.append(f"error {bar.span.error}")
    return " " + escape(" · ".join(said), quote=False)


def _ms(length: timedelta) -> float:
    return length / timedelta(milliseconds=1)


def span_of_time(seconds: float) -> str:
    """A length of time in its handiest unit, for example `1.2 ms` or `3.4 h`."""
    for limit, size, unit in (
        (1e-3, 1e-6, "µs"),
        (1.0, 1e-3, "ms"),
        (120.0, 1.0, "s"),
        (7200.0, 60.0, "min"),
        (172800.0, 3600.0, "h"),
    ):
        if seconds < limit:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 86400:,.0f} days"
